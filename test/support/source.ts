// Reads the program's own text for test/architecture.test.ts: which file imports what.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export type Import = {
  /** A path from the top ("audit/record.ts") or a package ("koa", "@koa/router", "node:fs"). */
  readonly target: string;
  readonly isLocal: boolean;
  /** `import type`: gone when the program runs. `import { type X }` still loads the file. */
  readonly isType: boolean;
};
export type Source = {
  readonly path: string;
  readonly lines: number;
  /** Without comments. */
  readonly code: string;
  readonly text: string;
  readonly imports: readonly Import[];
};

const skipped = new Set(['node_modules', 'dist', 'shots', 'coverage']);

/** Every .ts and .tsx file under `root`, in the order of their paths. */
export function readSources(root: string): Source[] {
  const sources: Source[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith('.')) walk(path);
      if (entry.isFile() && /\.tsx?$/.test(entry.name))
        sources.push(parse(path, readFileSync(join(root, path), 'utf8')));
    }
  };
  walk('');
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function parse(path: string, text: string): Source {
  return {
    path,
    text,
    code: withoutComments(text),
    lines: text.trimEnd().split('\n').length,
    imports: importsOf(path, text),
  };
}

// The formatter puts statements at the start of a line, which spares a parser. In a published
// package's build script or a template literal nothing starts so.
const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const call = /\bimport\(\s*['"]([^'"]+)['"]/g;

function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  const at = (specifier: string, isType: boolean): Import => ({ ...resolved(path, specifier), isType });
  return [
    ...Array.from(code.matchAll(statement), ([, type, specifier]) => at(specifier ?? '', type !== undefined)),
    ...Array.from(code.matchAll(call), ([, specifier]) => at(specifier ?? '', false)),
  ];
}

function resolved(path: string, specifier: string): { target: string; isLocal: boolean } {
  if (specifier.startsWith('.')) return { target: normalize(join(dirname(path), specifier)), isLocal: true };
  // package.json: "imports": { "#policies/*": "./policies/*" }
  if (specifier.startsWith('#')) return { target: specifier.slice(1), isLocal: true };
  if (specifier.startsWith('node:')) return { target: specifier, isLocal: false };
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return { target: name, isLocal: false };
}

// Whole-line comments and what follows ` // `. A string holding ` // ` loses its end, which
// hides nothing the rules look for.
function withoutComments(text: string): string {
  return text.replaceAll(/^[ \t]*\/\*.*?\*\//gms, '').replaceAll(/(^|[ \t])\/\/ ?.*$/gm, '');
}
