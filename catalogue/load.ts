// Loads policies/services/*.yaml. A catalogue with one mistake is refused whole: half a catalogue
// would silently close services, or open one.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { Route } from '../policies/decide.ts';
import { compileCatalogue, type Catalogue } from './catalogue.ts';
import { lintCatalogue } from './lint.ts';
import { readOpenapiRoutes } from './openapi.ts';
import { formatProblems, readServiceFile, type Problem, type ReadFile } from './read.ts';

/** Refuses `invalid`, naming every problem as `file:line: what to change`. */
export async function loadCatalogue(directory: string, date?: string): Promise<Catalogue> {
  const checked = await checkCatalogue(directory);
  if (checked.problems.length > 0)
    throw new Refusal('invalid', formatProblems(checked.problems), { reason: 'catalogue' });
  return compileCatalogue(
    checked.files.map(({ content }) => content),
    date,
  );
}

/** The same reading for the command line, which shows the problems itself. */
export async function checkCatalogue(
  directory: string,
): Promise<{ readonly files: readonly ReadFile[]; readonly problems: readonly Problem[] }> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (names.length === 0)
    return { files: [], problems: [{ file: directory, line: 1, message: 'không có tệp .yaml nào' }] };
  const files: ReadFile[] = [];
  const problems: Problem[] = [];
  const openapiRoutes = new Map<string, readonly Route[]>();
  for (const name of names) {
    const file = join(directory, name);
    const read = readServiceFile(file, await readFile(file, 'utf8'));
    if ('problems' in read) {
      problems.push(...read.problems);
      continue;
    }
    files.push(read);
    const routes = await readOpenapiRoutes(directory, read);
    if ('problems' in routes) problems.push(...routes.problems);
    else openapiRoutes.set(file, routes.routes);
  }
  return { files, problems: [...problems, ...lintCatalogue(files, openapiRoutes)] };
}
