// The end of a step-up: the facts suffice, so the level is written. Called inside the transaction
// that wrote the last fact; the level comes from that fact and from nothing the browser sent.

import { bindPhone, touchPhone } from '../accounts/phone.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { amrOfCode, codeCompletes } from '../policies/code-channel.ts';
import { amrOf, isIdentityStep } from '../policies/methods.ts';
import { tellServices } from '../signals/tell.ts';
import { findBinding } from './binding-store.ts';
import type { Budgets } from '../codes/budgets.ts';
import { checkCode } from '../codes/otp.ts';
import type { CodeChecked } from '../codes/otp.ts';
import { factsUnderWay, standingOf } from './level.ts';
import type { Notify } from './notify.ts';
import { openPending, sealPending } from './pending.ts';
import { bindOrMove } from './rebind.ts';
import { findStepFacts, insertLevelFact } from './store.ts';
import type { TransactionRow } from './store.ts';
import { advance, proveStep } from './transaction.ts';

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };
type Who = {
  readonly tx: TransactionRow;
  readonly accountId: string;
  readonly sessionUid: string | undefined;
};

/** Writes level 1 for whoever has just signed in, and moves the transaction on. @throws Refusal conflict */
export async function completeLevel1(
  db: Database,
  { tx, accountId, sessionUid }: Who,
  step: 'zalo' | 'recovery',
  now: Date,
): Promise<void> {
  await advance(db, tx, { state: tx.want_level === 2 ? 'choosing' : 'consent', accountId }, now);
  await proveStep(db, { transactionId: tx.id, step, accountId, upstreamRef: undefined }, now);
  const fact = { id: uuidv7(now), sessionUid, transactionId: tx.id, accountId, level: 1, amr: [step], identitySource: undefined } as const; // prettier-ignore
  await insertLevelFact(db, fact, now);
}

/** Writes level 2 for a bound account. @throws Refusal forbidden without a binding */
export async function completeLevel2(
  house: House,
  { tx, accountId, sessionUid, amr }: Who & { amr: readonly string[] },
  now: Date,
): Promise<void> {
  const { db, origin } = house;
  const binding = await findBinding(db, accountId, now);
  if (binding === undefined) throw new Refusal('forbidden', 'no identity binding', { reason: 'no_binding' });
  const before = standingOf(await factsUnderWay(db, { sessionUid, transactionId: tx.id, accountId }, now)).level; // prettier-ignore
  await insertLevelFact(
    db,
    {
      id: uuidv7(now),
      sessionUid,
      transactionId: tx.id,
      accountId,
      level: 2,
      amr,
      identitySource: binding.source,
    },
    now,
  );
  // Proven again is no change.
  if (before < 2) await tellServices(db, { accountId, changes: [{ kind: 'assurance-level-change', by: 'user', level: 2, previous: before }] }, now); // prettier-ignore
  await advance(db, tx, { state: 'consent', accountId }, now);
  await recordAccess(db, origin, { kind: 'stepup.completed', outcome: 'ok', actor: 'self', accountId, clientId: tx.client_id, details: { level: 2, amr: [...amr], source: binding.source } }, now); // prettier-ignore
}

/**
 * Checks a code typed in a step-up. A right one binds what was pending and writes level 2; where the
 * person has another account it writes down the wish to move, and no level.
 */
export async function answerCode(
  house: House & { readonly budgets: Budgets; readonly notify: Notify },
  { tx, accountId, sessionUid, code }: Who & { code: string },
  now: Date,
): Promise<CodeChecked> {
  const { db, vault, origin } = house;
  const checked = await checkCode(
    house,
    { transactionId: tx.id, accountId, code, clientId: tx.client_id },
    async ({ otpId, e164, channel }) => {
      const pending = openPending(vault, tx);
      const steps = (await findStepFacts(db, tx.id, accountId)).map(({ step }) => step);
      const identified = steps.some(isIdentityStep);
      // Such a code is not even sent; facts are never taken back, so this is a fence, not a road.
      if (!codeCompletes(channel, new Set(steps))) throw new Refusal('forbidden', 'this code is no factor here', { reason: 'channel' }); // prettier-ignore
      await proveStep(db, { transactionId: tx.id, step: 'otp', accountId, upstreamRef: otpId }, now);
      if (pending.identity !== undefined) {
        const move = { accountId, identity: pending.identity, clientId: tx.client_id };
        if (!(await bindOrMove(house, move, now)))
          return advance(db, tx, { state: 'primary', accountId, pending: sealPending(vault, tx.id, pending) }, now); // prettier-ignore
      }
      const phone = { accountId, e164, identified };
      if (pending.phone !== undefined) {
        const replaced = await bindPhone(db, vault, phone, now);
        if (replaced) await house.notify({ accountId, kind: 'phone_changed', key: otpId, link: true }, now);
        await tellServices(db, { accountId, changes: [{ kind: 'credential-change', by: 'user', credential: 'phone-sms', change: replaced ? 'update' : 'create' }] }, now); // prettier-ignore
      } else if (!(await touchPhone(db, vault, phone, now)))
        throw new Refusal('conflict', 'the phone was replaced meanwhile', { reason: 'transaction' });
      await completeLevel2(
        house,
        { tx, accountId, sessionUid, amr: [...amrOf(steps), ...amrOfCode(channel)] },
        now,
      );
    },
    now,
  );
  if (checked.outcome !== 'right') {
    await recordAccess(db, origin, { kind: 'stepup.code', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details: { reason: checked.outcome } }, now); // prettier-ignore
  }
  return checked;
}
