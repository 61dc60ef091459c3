// Where a CPU profile spent its time: by function and by file, self time. `node bench/profile-top.ts FILE`

import { readFileSync } from 'node:fs';
import { z } from 'zod';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      children: z.array(z.number()).optional(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const [file = ''] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
const byFunction = new Map<string, number>();
const byPlace = new Map<string, number>();
let whole = 0;
const selfOf = new Map<number, number>();
samples.forEach((id, index) => {
  const frame = frames.get(id);
  const spent = timeDeltas[index] ?? 0;
  if (frame === undefined || frame.functionName === '(idle)') return;
  whole += spent;
  selfOf.set(id, (selfOf.get(id) ?? 0) + spent);
  const place = placeOf(frame.url);
  const name = `${frame.functionName || '(anonymous)'} ${place}:${frame.lineNumber + 1}`;
  byFunction.set(name, (byFunction.get(name) ?? 0) + spent);
  byPlace.set(place, (byPlace.get(place) ?? 0) + spent);
});
const inclusive = new Map<string, number>();
const childrenOf = new Map(nodes.map(({ id, children }) => [id, children ?? []]));
const [root] = nodes;
if (root !== undefined) addUp(root.id, new Set());
print('by package or file', byPlace, 30);
print('by function', byFunction, 40);
print('with what they call', inclusive, 90);

function addUp(id: number, above: ReadonlySet<string>): number {
  const frame = frames.get(id);
  const name =
    frame === undefined
      ? ''
      : `${frame.functionName || '(anonymous)'} ${placeOf(frame.url)}:${frame.lineNumber + 1}`;
  const below = new Set([...above, name]);
  let all = selfOf.get(id) ?? 0;
  for (const child of childrenOf.get(id) ?? []) all += addUp(child, below);
  // A function that calls itself is counted once.
  if (!above.has(name)) inclusive.set(name, (inclusive.get(name) ?? 0) + all);
  return all;
}

function placeOf(url: string): string {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url.replace(/^.*node_modules\/\.pnpm/, ''));
  return found?.[1] ?? url.replace(/^.*\/work\/main\//, '').replace(/^file:\/\//, '') ?? 'native';
}

function print(title: string, spent: ReadonlyMap<string, number>, most: number): void {
  console.log(`\n${title}`);
  for (const [name, micros] of [...spent].toSorted((a, b) => b[1] - a[1]).slice(0, most))
    console.log(`${((micros / whole) * 100).toFixed(1).padStart(6)} %  ${name}`);
}
