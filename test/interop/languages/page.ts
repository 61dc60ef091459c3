// The code of a page of docs/languages as files in a folder of its own, so that what is tested is what is read.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);
const pages = new URL('../../../docs/languages/', import.meta.url);

/** Blocks under a line that is a file name: `tnid/guard.go`: */
export function filesOf(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/^`([\w./-]+)`:\n\n```\w+\n([^]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}

export async function readPage(name: string): Promise<string> {
  return readFile(new URL(name, pages), 'utf8');
}

/** The page's files and, beside them, what asks them the vectors. Whoever calls removes the folder. */
export async function unpack(page: string, harness: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-language-'));
  await cp(new URL(`${harness}/`, import.meta.url), folder, { recursive: true });
  for (const [name, code] of filesOf(await readPage(page))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), code);
  }
  return folder;
}
