// Accounts at the simulated hub. The people are those of the register; a child has no account.

import { createHash } from 'node:crypto';
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
  .map(({ personalNumber, name, birthdate }) => ({
    sub: stableUuid(`sub/${personalNumber}`),
    techId: stableUuid(`TechID/${personalNumber}`),
    personalNumber,
    name,
    birthdate,
    ial: personalNumber === LEVEL_ONE ? 1 : 2,
  }));

// The same at every start, so that a demo database still knows its people tomorrow.
function stableUuid(seed: string): string {
  const hex = createHash('sha256').update(`sandbox vneid ${seed}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
