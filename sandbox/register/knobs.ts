import { z } from 'zod';
import { faultSchema } from '../twin/server.ts';

export const knobSchema = z.strictObject({
  /** Whether a name that does not fit still yields the record. What the real register does is not known. */
  'match.by': z.enum(['number', 'number_name_year']).default('number'),
  /** A refusal of the exchange: no right to the data, or the day's quota is used up. */
  refuse: z.enum(['none', 'quota', 'forbidden']).default('none'),
  'answer.shape': z
    .enum([
      'right',
      'soap_fault',
      'two_people',
      'other_number',
      'doctype',
      'entity_bomb',
      'no_collection',
      'with_district',
    ])
    .default('right'),
  fault: faultSchema.default('none'),
  delayMs: z.int().nonnegative().max(60_000).default(0),
});
export type RegisterKnobs = z.output<typeof knobSchema>;
