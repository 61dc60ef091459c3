// A personal number that was cancelled and replaced (contract identity-vn 3): the binding moves to the
// new number and nobody becomes somebody else by it. Two officers, because a wrong one would.

import { randomUUID } from 'node:crypto';
import { endBindingOfPerson, findBindingOwner, insertBinding } from '../assurance/binding-store.ts';
import { revokeProofs } from '../assurance/level.ts';
import { recordAccess } from '../audit/record.ts';
import { Refusal } from '../errors.ts';
import { tellServices } from '../signals/tell.ts';
import { getCase, SECOND_LIFE_MS } from './case.ts';
import type { Case, CaseFacts } from './case.ts';
import * as store from './case-store.ts';
import { isReasonGiven, recordDecision, sawAll } from './officer.ts';
import type { CounterHouse, Officer, Seen } from './officer.ts';

export type NumberReason = 'sex_corrected' | 'birth_corrected' | 'registered_wrongly' | 'other';

/** `bound_elsewhere`: the new number found an account of its own meanwhile. */
export type NumberDecided = {
  readonly outcome: 'sent_on' | 'replaced' | 'bound_elsewhere' | 'gone' | 'checks_missing' | 'reason_missing';
};

type Decision = {
  readonly officer: Officer;
  readonly id: string;
  readonly reason: NumberReason;
  readonly note: string;
  readonly seen: Seen;
};

/** The first officer sends it on, the second one replaces. */
export async function confirmNumber(
  house: CounterHouse,
  decision: Decision,
  now: Date,
): Promise<NumberDecided> {
  const { officer, id, reason, note, seen } = decision;
  if (!sawAll(seen)) return { outcome: 'checks_missing' };
  if (!isReasonGiven(reason, note)) return { outcome: 'reason_missing' };
  const opened = await getCase(house, { officer, id }, now);
  const { facts } = opened;
  if (opened.row.kind !== 'number' || facts?.oldNumber === undefined) return { outcome: 'gone' };
  try {
    return await house.db.transaction(() =>
      opened.row.state === 'second'
        ? replace(house, { ...decision, opened, facts, oldNumber: facts.oldNumber ?? '' }, now)
        : sendOn(house, { ...decision, facts }, now),
    );
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'bound_elsewhere') return { outcome: 'bound_elsewhere' };
    throw error;
  }
}

async function sendOn(
  house: CounterHouse,
  { officer, id, reason, note, facts }: Decision & { facts: CaseFacts },
  now: Date,
): Promise<NumberDecided> {
  const expiresAt = new Date(now.getTime() + SECOND_LIFE_MS);
  if ((await store.sendCaseOn(house.db, { id, staffId: officer.staffId, expiresAt }, now)) !== 1)
    return { outcome: 'gone' };
  await recordDecision(house, officer, { kind: 'number_sent_on', caseId: id, reason, note, checkId: facts.person.checkId }, now); // prettier-ignore
  return { outcome: 'sent_on' };
}

async function replace(
  house: CounterHouse,
  work: Decision & { opened: Case; facts: CaseFacts; oldNumber: string },
  now: Date,
): Promise<NumberDecided> {
  const { db, vault, origin } = house;
  const { officer, id, reason, note, facts, oldNumber, opened } = work;
  const { staffId, communeCode } = officer;
  const { accountId } = opened;
  if ((await store.endSecondCase(db, { id, staffId, communeCode, state: 'done' }, now)) !== 1)
    return { outcome: 'gone' };
  const oldKey = vault.keyOf('personal-number', oldNumber);
  const newKey = vault.keyOf('personal-number', facts.person.personalNumber);
  const standing = await store.findStanding(db, accountId, oldKey);
  if (standing === undefined || (await findBindingOwner(db, newKey)) !== undefined) throw elsewhere();
  // Of two replacements at once the second finds the old number gone.
  if ((await endBindingOfPerson(db, { numberKey: oldKey, accountId }, 'number_replaced', now)) !== 1)
    throw elsewhere();
  const bindingId = randomUUID();
  const seal = (field: string, value: string) => vault.seal(`identity_binding/${bindingId}/${field}`, value);
  const { personalNumber, name, birthdate, checkId } = facts.person;
  const written = await insertBinding(
    db,
    {
      id: bindingId,
      accountId,
      // What the person proved once is not more and not longer true by a new number.
      source: standing.source,
      expiresAt: standing.expires_at,
      numberKey: newKey,
      numberSealed: seal('number', personalNumber),
      nameSealed: seal('name', name),
      birthdateSealed: seal('birthdate', birthdate),
      upstreamIssuer: undefined,
      upstreamSubKey: undefined,
      checkId,
      organisation: `Quầy một cửa ${communeCode}`,
    },
    now,
  );
  if (written !== 1) throw elsewhere();
  await store.insertNumberHistory(db, { oldKey, newKey, accountId, checkId }, now);
  // Sessions proved the person of the old number; they prove it again under the new one.
  await revokeProofs(db, { accountId }, now);
  await tellServices(db, { accountId, changes: [{ kind: 'assurance-level-change', by: 'admin', level: 0 }] }, now); // prettier-ignore
  await recordDecision(house, officer, { kind: 'number_replaced', caseId: id, reason, note, checkId }, now);
  await recordAccess(db, origin, { kind: 'counter.number_replaced', outcome: 'ok', actor: 'operator', accountId, details: { staff: opened.row.staff_id, second: staffId, commune: communeCode, reason, check: checkId } }, now); // prettier-ignore
  return { outcome: 'replaced' };
}

const elsewhere = () =>
  new Refusal('conflict', 'the number is bound otherwise', { reason: 'bound_elsewhere' });
