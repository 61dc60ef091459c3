// What a policy enforcement point sends (AuthZEN Authorization API 1.0 §§5–7). Members nobody here
// knows are ignored; what is missing or of the wrong type is an error by name, never a guess.

import { z } from 'zod';

export const MOST_EVALUATIONS = 100;

const members = z.record(z.string(), z.unknown());
const entity = z.object({ type: z.string().min(1), id: z.string().min(1), properties: members.optional() });
const parts = {
  subject: entity,
  action: z.object({ name: z.string().min(1), properties: members.optional() }),
  resource: entity,
  context: members.and(z.object({ access_token: z.string().optional() })).optional(),
};
const evaluation = z.object(parts);
/** Defaults of a batch: each part may be left out, none may be wrong. */
const defaults = evaluation.partial();
const semantics = z.enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']);
const batch = defaults.extend({
  evaluations: z.array(z.unknown()).max(MOST_EVALUATIONS).optional(),
  options: z.object({ evaluations_semantic: semantics.default('execute_all') }).optional(),
});

export type Evaluation = z.output<typeof evaluation>;
export type Semantics = z.output<typeof semantics>;
export type Read<T> = { readonly value: T } | { readonly error: string };
export type Batch = {
  readonly items: readonly Read<Evaluation>[];
  readonly semantics: Semantics;
};

export const readEvaluation = (body: unknown): Read<Evaluation> => read(evaluation, body);

/** `single`: without evaluations a batch is asked and answered like one evaluation (§7.1). */
export function readBatch(body: unknown): Read<Batch | { readonly single: Evaluation }> {
  const known = read(batch, body);
  if ('error' in known) return known;
  const { evaluations = [], options, ...shared } = known.value;
  if (evaluations.length === 0) {
    const single = readEvaluation(body);
    return 'error' in single ? single : { value: { single: single.value } };
  }
  const items = evaluations.map((item): Read<Evaluation> => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return { error: 'an evaluation must be an object' }; // prettier-ignore
    // A part of the item's own stands in place of the default whole; nothing is merged.
    return readEvaluation({ ...shared, ...item });
  });
  return { value: { items, semantics: options?.evaluations_semantic ?? 'execute_all' } };
}

// Names the place and no value: the message lands in somebody's log.
function read<T extends z.ZodType>(schema: T, body: unknown): Read<z.output<T>> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { value: parsed.data };
  const path = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return { error: path === '' ? 'the body must be an object' : `${path} is missing or not of its type` };
}
