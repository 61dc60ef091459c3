// Finds what the papers point at and what is not there: relative links and their headings in every
// .md file, and the paths quoted as code in README.md and ARCHITECTURE.md.

import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const skipped = new Set(['node_modules', 'dist', 'shots', 'coverage']);
const walkthroughs = new Set(['README.md', 'ARCHITECTURE.md']);

/** One complaint a line, `docs/x.md:12 points at y.md, which is not there`. */
export function deadLinks(root: string): string[] {
  return papers(root, '').flatMap((paper) => {
    const complaints: string[] = [];
    for (const [i, line] of proseLines(readFileSync(join(root, paper), 'utf8')).entries()) {
      const dead = [
        ...linksIn(line).filter((link) => !leadsSomewhere(root, paper, link)),
        ...(walkthroughs.has(paper) ? pathsIn(root, line).filter((path) => !isThere(root, path)) : []),
      ];
      complaints.push(...dead.map((target) => `${paper}:${i + 1} points at ${target}, which is not there`));
    }
    return complaints;
  });
}

function papers(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : papers(root, path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

// Lines keep their numbers; those of a fenced block become empty.
function proseLines(text: string): string[] {
  let fenced = false;
  return text.split('\n').map((line) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    return fenced || fence ? '' : line;
  });
}

// [text](target) and [name]: target; nothing with a scheme, nothing in code.
function linksIn(line: string): string[] {
  const prose = line.replaceAll(/`[^`]*`/g, '');
  const targets = [
    ...Array.from(prose.matchAll(/\]\(\s*<?([^)>\s]+)>?[^)]*\)/g), ([, target]) => target ?? ''),
    ...Array.from(prose.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/g), ([, target]) => target ?? ''),
  ];
  return targets.filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target));
}

function leadsSomewhere(root: string, paper: string, link: string): boolean {
  const [path = '', heading = ''] = decodeURIComponent(link).split('#');
  const from = path.startsWith('/') ? root : join(root, dirname(paper));
  const file = path === '' ? join(root, paper) : join(from, path);
  if (relative(root, file).startsWith('..') || !existsSync(file)) return false;
  return (
    heading === '' ||
    !file.endsWith('.md') ||
    statSync(file).isDirectory() ||
    headings(file).includes(heading)
  );
}

// GitHub's anchors: lower case, letters of any language and digits stay, blanks become hyphens.
function headings(file: string): string[] {
  const seen = new Map<string, number>();
  return proseLines(readFileSync(file, 'utf8')).flatMap((line) => {
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) return [];
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const again = seen.get(slug) ?? 0;
    seen.set(slug, again + 1);
    return [again === 0 ? slug : `${slug}-${again}`];
  });
}

// `consent/withdraw.ts` is a path, `application/json` is not: a path begins with something that
// stands at the top, or ends like one of our files. `assurance/<method>.ts` means at least one.
function pathsIn(root: string, line: string): string[] {
  return Array.from(line.matchAll(/`([^`\s]+)`/g), ([, code]) => code ?? '').filter((code) => {
    if (!/^[\w.@<>*{},-]+(\/[\w.@<>*{},-]+)*\/?$/.test(code)) return false;
    const [top = ''] = code.split('/');
    const startsHere = code.includes('/') && existsSync(join(root, top)) && !top.startsWith('@');
    return startsHere || /\.(ts|md|yaml|sql|sh)$/.test(code);
  });
}

function isThere(root: string, path: string): boolean {
  const pattern = path.replaceAll(/<[^>]*>/g, '*');
  // A bare file name stands anywhere: `store.ts` is the name each noun gives its statements.
  const places = path.includes('/') ? pattern : `{,!(node_modules)/**/}${pattern}`;
  return existsSync(join(root, path)) || globSync(places, { cwd: root }).length > 0;
}

if (import.meta.main) {
  const dead = deadLinks(process.cwd());
  for (const complaint of dead) console.error(complaint);
  process.exitCode = dead.length === 0 ? 0 : 1;
}
