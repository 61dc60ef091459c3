// An officer decides. One decision a request, written with the fact it justifies in one transaction;
// a person whom another account holds or claims is decided by two.

import { bindingConflict } from '../assurance/binding.ts';
import { recordIdentity } from '../assurance/identity-step.ts';
import { findMove } from '../assurance/rebind.ts';
import { findTransactionById } from '../assurance/store.ts';
import { recordAccess } from '../audit/record.ts';
import type { AccessKind } from '../audit/record.ts';
import { Refusal } from '../errors.ts';
import { getRequest } from './claim.ts';
import { openFacts } from './facts.ts';
import type { RegisterFacts } from './facts.ts';
import { isReasonGiven, recordDecision, sawAll } from './officer.ts';
import type { ConfirmReason, CounterHouse, Officer, RefuseReason, Seen } from './officer.ts';
import * as store from './request-store.ts';
import type { RequestRow } from './request-store.ts';

type Deciding<Reason> = {
  readonly officer: Officer;
  readonly id: string;
  readonly reason: Reason;
  readonly note: string;
};

/**
 * `sent_on`: another account holds or claims the person, so a second officer of the commune looks again.
 * `other_person`: the account belongs to somebody else than the card. `gone`: decided or run out
 * meanwhile, or the citizen went another way.
 */
export type Confirmed =
  | { readonly outcome: 'proven' | 'sent_on' | 'other_person' | 'gone' }
  | { readonly outcome: 'incomplete'; readonly missing: 'checks' | 'reason' };

/** Confirms what was seen: the first officer, or the second one when the request waits for them. */
export async function confirmRequest(
  house: CounterHouse,
  deciding: Deciding<ConfirmReason> & { readonly seen: Seen },
  now: Date,
): Promise<Confirmed> {
  const { officer, id, reason, note, seen } = deciding;
  if (!sawAll(seen)) return { outcome: 'incomplete', missing: 'checks' };
  if (!isReasonGiven(reason, note)) return { outcome: 'incomplete', missing: 'reason' };
  const request = await getRequest(house, { officer, id }, now);
  if (request.facts_sealed === null) return { outcome: 'gone' };
  const facts = openFacts(house.vault, id, request.facts_sealed);
  try {
    return await house.db.transaction(() =>
      request.state === 'second'
        ? confirmAgain(house, { ...deciding, request, facts }, now)
        : confirmFirst(house, { ...deciding, request, facts }, now),
    );
  } catch (error) {
    // The citizen's own page was faster: another road, or the time is over. Nothing was written.
    if (error instanceof Refusal && error.reason === 'transaction') return { outcome: 'gone' };
    throw error;
  }
}

type Work = Deciding<ConfirmReason> & { readonly request: RequestRow; readonly facts: RegisterFacts };

async function confirmFirst(house: CounterHouse, work: Work, now: Date): Promise<Confirmed> {
  const { db, vault, origin } = house;
  const { officer, id, request, facts, reason, note } = work;
  const accountId = request.account_id;
  const { personalNumber, checkId } = facts;
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber });
  // Also a person about whom two accounts differ, or lately did: whoever objected must not keep them out.
  const { state: move } = await findMove(db, vault, { accountId, personalNumber }, now);
  if (conflict === 'bound_elsewhere' || (conflict === undefined && move !== 'free' && move !== 'ripe')) {
    if ((await store.sendOn(db, { id, staffId: officer.staffId }, now)) !== 1) return { outcome: 'gone' };
    await recordDecision(house, officer, { kind: 'sent_on', requestId: id, reason, note, checkId }, now);
    await recordAccess(db, origin, { kind: 'counter.sent_on', outcome: 'ok', actor: 'operator', accountId, clientId: request.client_id, details: { staff: officer.staffId, commune: officer.communeCode, reason, check: checkId } }, now); // prettier-ignore
    return { outcome: 'sent_on' };
  }
  const state = conflict === undefined ? 'confirmed' : 'refused';
  if ((await store.decideClaimed(db, { id, staffId: officer.staffId, state }, now)) !== 1)
    return { outcome: 'gone' };
  return prove(house, work, { staff: officer.staffId, supervised: false }, now);
}

async function confirmAgain(house: CounterHouse, work: Work, now: Date): Promise<Confirmed> {
  const { officer, id, request } = work;
  const { staffId, communeCode } = officer;
  // The statement itself asks for another officer of the same commune: nobody is both.
  if ((await store.decideSecond(house.db, { id, staffId, communeCode, state: 'confirmed' }, now)) !== 1)
    return { outcome: 'gone' };
  return prove(house, work, { staff: request.staff_id ?? '', second: staffId, supervised: true }, now);
}

async function prove(
  house: CounterHouse,
  { officer, id, request, facts, reason, note }: Work,
  { staff, second, supervised }: { staff: string; second?: string; supervised: boolean },
  now: Date,
): Promise<Confirmed> {
  const tx = await findTransactionById(house.db, request.transaction_id);
  if (tx === undefined) throw new Error('the step-up of a counter request vanished');
  const proven = await recordIdentity(
    house,
    { tx, accountId: request.account_id, sessionUid: undefined },
    {
      step: 'counter',
      kind: 'counter.confirmed',
      actor: 'operator',
      identity: {
        source: 'counter',
        ...facts,
        organisation: `Quầy một cửa ${officer.communeCode}`,
        ...(supervised ? { supervised } : {}),
      },
      details: { staff, second, commune: officer.communeCode, reason },
    },
    now,
  );
  const refused = proven.outcome === 'refused';
  const kind = refused ? 'refused' : supervised ? 'supervised' : 'confirmed';
  const told = refused ? 'other_person' : reason;
  await recordDecision(
    house,
    officer,
    { kind, requestId: id, reason: told, note, checkId: facts.checkId },
    now,
  );
  return { outcome: refused ? 'other_person' : 'proven' };
}

export type Refused = { readonly outcome: 'refused' | 'gone' | 'reason_missing' };

/** Either officer may refuse; the citizen is told that it was not confirmed here, not why. */
export async function refuseRequest(
  house: CounterHouse,
  { officer, id, reason, note }: Deciding<RefuseReason>,
  now: Date,
): Promise<Refused> {
  if (!isReasonGiven(reason, note)) return { outcome: 'reason_missing' };
  const { db, origin } = house;
  const { staffId, communeCode } = officer;
  const request = await getRequest(house, { officer, id }, now);
  return db.transaction(async () => {
    const decided =
      request.state === 'second'
        ? await store.decideSecond(db, { id, staffId, communeCode, state: 'refused' }, now)
        : await store.decideClaimed(db, { id, staffId, state: 'refused' }, now);
    if (decided !== 1) return { outcome: 'gone' };
    await recordDecision(house, officer, { kind: 'refused', requestId: id, reason, note }, now);
    const kind: AccessKind = 'counter.refused';
    await recordAccess(db, origin, { kind, outcome: 'ok', actor: 'operator', accountId: request.account_id, clientId: request.client_id, details: { staff: staffId, commune: communeCode, reason } }, now); // prettier-ignore
    return { outcome: 'refused' };
  });
}
