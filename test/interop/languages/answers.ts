// What a harness says, one JSON line a case, and what is wrong with it.

import { z } from 'zod';
import type { VectorCase } from '../../guard/vectors/read.ts';

const answer = z.discriminatedUnion('ok', [
  z.strictObject({ name: z.string(), ok: z.literal(true), principal: z.looseObject({ sub: z.string() }) }),
  z.strictObject({
    name: z.string(),
    ok: z.literal(false),
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    problem: z.looseObject({ type: z.string(), title: z.string(), decision_id: z.string() }),
  }),
]);
const decision = z.union([
  z.strictObject({ decide: z.string(), unreadable: z.literal(true) }),
  z.strictObject({ decide: z.string(), failed: z.array(z.string()), level: z.int() }),
]);
/** What the page's sources read from a house that runs, and how many of many equal proofs were let in. */
export const heard = z.strictObject({
  actions: z.int(),
  as_of: z.int(),
  key: z.boolean(),
  stranger: z.boolean(),
  once: z.int(),
  tokens: z.string().optional(),
});

type Answer = z.infer<typeof answer>;
type Decision = z.infer<typeof decision>;

export function readLines(stdout: string): {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly decisions: ReadonlyMap<string, Decision>;
} {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => z.union([answer, decision]).parse(JSON.parse(line)));
  return {
    answers: new Map(lines.flatMap((one) => ('name' in one ? [[one.name, one]] : []))),
    decisions: new Map(lines.flatMap((one) => ('decide' in one ? [[one.decide, one]] : []))),
  };
}

/** Nothing when the answer is the expected one. */
export function faultsOf({ expect }: VectorCase, given: Answer | undefined): string[] {
  if (given === undefined) return ['no answer'];
  if (given.ok || expect.ok) {
    if (!given.ok || !expect.ok) return [expect.ok ? 'expected a yes' : `expected a ${expect.status}`];
    return Object.entries(expect.principal)
      .filter(([name, value]) => JSON.stringify(given.principal[name]) !== JSON.stringify(value))
      .map(([name]) => `principal.${name} is ${JSON.stringify(given.principal[name])}`);
  }
  const error = /error="([^"]*)"/.exec(given.headers['WWW-Authenticate'] ?? '')?.[1];
  const whole = JSON.stringify(given);
  return [
    ...(given.status === expect.status ? [] : [`status ${given.status}`]),
    ...(error === expect.error ? [] : [`error ${error}`]),
    ...(given.problem.type === expect.problem_type ? [] : [`type ${given.problem.type}`]),
    ...Object.entries(expect.header_fragments).flatMap(([name, fragments]) =>
      fragments
        .filter((one) => given.headers[name]?.includes(one) !== true)
        .map((one) => `no ${one} in ${name}`),
    ),
    ...expect.absent_headers.filter((name) => name in given.headers),
    ...expect.forbidden_fragments.filter((one) => whole.includes(one)).map((one) => `tells ${one}`),
  ];
}
