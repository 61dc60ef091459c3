// Accounts at the simulated hub. The people are those of the register; a child has no account.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { registerCitizens } from '../register/citizens.ts';

export type VneidCitizen = {
  /** The hub's own id for the account, a UUID; not the Ministry's. */
  readonly sub: string;
  readonly techId: string;
  readonly personalNumber: string;
  readonly name: string;
  /** yyyyMMdd, or the year alone. */
  readonly birthdate: string;
  /** Level of the VNeID account. */
  readonly ial: 1 | 2;
};

// Has not yet been to the police station for level 2.
const LEVEL_ONE = '999204000018';
const CHILD = '999312123457';

export const vneidCitizens: readonly VneidCitizen[] = registerCitizens
  .filter(({ personalNumber, superseded }) => superseded === undefined && personalNumber !== CHILD)
  .map((citizen) => vneidCitizen({ ...citizen, ial: citizen.personalNumber === LEVEL_ONE ? 1 : 2 }));

/** What `POST /__sandbox/citizens` takes. Only invented people: place code 999. */
export const citizenSchema = z.object({
  personalNumber: z.string().regex(/^999[0-9]{9}$/),
  name: z.string().min(1).max(100),
  birthdate: z.string().regex(/^[0-9]{4}([0-9]{4})?$/),
  ial: z.literal([1, 2]).default(2),
});

export function vneidCitizen(person: z.output<typeof citizenSchema>): VneidCitizen {
  const { personalNumber, name, birthdate, ial } = person;
  return {
    sub: stableUuid(`sub/${personalNumber}`),
    techId: stableUuid(`TechID/${personalNumber}`),
    personalNumber,
    name,
    birthdate,
    ial,
  };
}

// The same at every start, so that a demo database still knows its people tomorrow.
function stableUuid(seed: string): string {
  const hex = createHash('sha256').update(`sandbox vneid ${seed}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
