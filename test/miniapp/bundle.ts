// The package as one minified file, the way an app's bundler takes it in.

import { build } from 'vite';
import { fileURLToPath } from 'node:url';

export async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../../packages/miniapp', import.meta.url)),
    build: { write: false, target: 'es2022', minify: true, lib: { entry: 'miniapp.ts', formats: ['es'] } },
  });
  const [first] = Array.isArray(built) ? built : [];
  const [chunk, ...others] = first?.output ?? [];
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('the package is not one file');
  return chunk.code;
}
