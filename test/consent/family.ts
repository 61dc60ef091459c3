// People with a birth date, for the tests about children.

import { randomInt, randomUUID } from 'node:crypto';
import { bindIdentity } from '../../assurance/binding.ts';
import { insertLevelFact } from '../../assurance/store.ts';
import { recordGuardianship } from '../../consent/guardianship.ts';
import type { NewGuardianship } from '../../consent/guardianship.ts';
import type { Database } from '../../database.ts';
import { uuidv7 } from '../../keys/uuid.ts';
import type { Vault } from '../../keys/vault.ts';
import { NOW, ORIGIN } from '../support/domain.ts';

export type Relative = {
  readonly accountId: string;
  readonly personalNumber: string;
  readonly birthdate: string;
};
type House = { readonly db: Database; readonly vault: Vault; readonly citizen: () => Promise<string> };

/** An invented number for a birth date; place code 999 belongs to nobody. */
export const inventNumber = (birthdate: string) =>
  `999${birthdate < '2000' ? '1' : '3'}${birthdate.slice(2, 4)}${String(randomInt(1_000_000)).padStart(6, '0')}`;

/** A citizen bound to an invented person. */
export async function relative(house: House, birthdate: string, now: Date = NOW): Promise<Relative> {
  const accountId = await house.citizen();
  const personalNumber = inventNumber(birthdate);
  await bind(house, { accountId, personalNumber, birthdate }, now);
  return { accountId, personalNumber, birthdate };
}

export const bind = (house: Omit<House, 'citizen'>, person: Relative, now: Date = NOW) =>
  house.db.transaction(() =>
    bindIdentity(
      { ...house, origin: ORIGIN },
      {
        accountId: person.accountId,
        clientId: 'portal',
        identity: {
          source: 'counter',
          personalNumber: person.personalNumber,
          name: 'Phạm Bảo Ngọc',
          birthdate: person.birthdate,
          checkId: randomUUID(),
          organisation: 'UBND phường thử',
        },
      },
      now,
    ),
  );

export const represent = (
  { db, vault }: Omit<House, 'citizen'>,
  guardian: NewGuardianship['guardian'],
  child: NewGuardianship['child'],
  now: Date = NOW,
) =>
  recordGuardianship(
    { db, vault, origin: ORIGIN },
    { child, guardian, evidence: { kind: 'register', ref: 'HT-2026/999' }, officer: undefined },
    now,
  );

/** A browser session in which this person has just reached a level. */
export async function session(
  db: Database,
  accountId: string,
  level: 1 | 2,
  at: Date = NOW,
): Promise<string> {
  const sessionUid = randomUUID();
  const identitySource = level === 2 ? 'counter' : undefined;
  await insertLevelFact(db, { id: uuidv7(at), sessionUid, transactionId: undefined, accountId, level, amr: ['otp', 'sms'], identitySource }, at); // prettier-ignore
  return sessionUid;
}
