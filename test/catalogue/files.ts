// Catalogue folders for the tests: the real ones, changed in one place.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { loadCatalogue } from '../../catalogue/load.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';

export const servicesFolder = 'policies/services';

/** A folder with the given files, gone after the test. */
export async function folderOf(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tn-catalogue-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return folder;
}

export async function read(name: string): Promise<string> {
  return readFile(join(servicesFolder, name), 'utf8');
}

/** Replaces one piece of text that must be there. */
export function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`not in the file: ${from}`);
  return text.replace(from, () => to);
}

/** hoso.yaml with the given replacements, compiled. */
export async function loadEdited(
  t: ExecutionContext,
  ...edits: readonly (readonly [string, string])[]
): Promise<Catalogue> {
  return loadCatalogue(
    await folderOf(t, {
      'hoso.yaml': edits.reduce((text, [from, to]) => edit(text, from, to), await read('hoso.yaml')),
    }),
  );
}
