// A lost phone: the person comes with their card, and the account is locked, or opened again when
// they have it back. The binding stays in both cases.

import { lockAccount, unlockAccount } from '../safety/lock.ts';
import type { LockHouse } from '../safety/lock.ts';
import { getCase } from './case.ts';
import { endCase } from './case-store.ts';
import { isReasonGiven, recordDecision, sawAll } from './officer.ts';
import type { CounterHouse, Officer, Seen } from './officer.ts';

export type AccountReason = 'lost_phone' | 'found_again' | 'fraud' | 'mistake' | 'other';

/** `unchanged`: the account was in that state already. */
export type AccountDecided = {
  readonly outcome: 'locked' | 'unlocked' | 'unchanged' | 'gone' | 'checks_missing' | 'reason_missing';
};

/** Locks, or opens again, the account of a case. The person stands there in both cases. */
export async function decideAccount(
  house: CounterHouse & LockHouse,
  decision: {
    readonly officer: Officer;
    readonly id: string;
    readonly wish: 'lock' | 'unlock';
    readonly reason: AccountReason;
    readonly note: string;
    readonly seen: Seen;
  },
  now: Date,
): Promise<AccountDecided> {
  const { officer, id, wish, reason, note, seen } = decision;
  if (!sawAll(seen)) return { outcome: 'checks_missing' };
  if (!isReasonGiven(reason, note)) return { outcome: 'reason_missing' };
  const { row, accountId, facts } = await getCase(house, { officer, id }, now);
  if (row.kind !== 'account' || facts === undefined) return { outcome: 'gone' };
  const { staffId } = officer;
  return house.db.transaction(async () => {
    if ((await endCase(house.db, { id, staffId, state: 'done' }, now)) !== 1) return { outcome: 'gone' };
    const kind = wish === 'lock' ? 'locked' : 'unlocked';
    const caseId = await recordDecision(house, officer, { kind, caseId: id, reason, note, checkId: facts.person.checkId }, now); // prettier-ignore
    const by = { kind: 'officer', staffId, caseId } as const;
    const changed =
      wish === 'lock'
        ? await lockAccount(house, { accountId, reason: reason === 'fraud' ? 'fraud' : 'lost_phone', by }, now)
        : await unlockAccount(house, { accountId, reason: reason === 'mistake' ? 'mistake' : 'person_present', by }, now); // prettier-ignore
    return { outcome: changed ? kind : 'unchanged' };
  });
}
