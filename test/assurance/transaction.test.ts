import test from 'ava';
import { openPending, sealPending } from '../../assurance/pending.ts';
import { advance, findOpenTransaction, openTransaction, proveStep } from '../../assurance/transaction.ts';
import { findStepFacts } from '../../assurance/store.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

let count = 0;
const wanted = (accountId: string | undefined, interactionUid = `tx-${(count += 1)}`) => ({
  interactionUid,
  clientId: 'portal',
  accountId,
  level: 2 as const,
  maxAgeSeconds: 900,
  scopes: ['svc:hoso:nop'],
});
const isConflict = (error: unknown) => error instanceof Refusal && error.kind === 'conflict' && error.reason === 'transaction'; // prettier-ignore
const outcomes = async (work: readonly Promise<unknown>[]) => {
  const settled = await Promise.allSettled(work);
  return {
    won: settled.filter(({ status }) => status === 'fulfilled').length,
    conflicts: settled.filter((one) => one.status === 'rejected' && isConflict(one.reason)).length,
  };
};

test('twenty openings of one interaction at once give one transaction', async (t) => {
  const want = wanted(await house.citizen());
  const opened = await times(20, (i) => openTransaction(i % 2 === 0 ? house.db : house.second, want, NOW));
  t.is(new Set(opened.map(({ id }) => id)).size, 1);
  t.is(opened[0]?.state, 'evidence');
  t.regex(opened[0]?.display_code ?? '', /^TN-[1-9]\d$/);
  t.deepEqual(opened[0]?.scopes, ['svc:hoso:nop']);
});

test('of twenty answers at once one moves the transaction, the others conflict', async (t) => {
  const accountId = await house.citizen();
  const tx = await openTransaction(house.db, wanted(accountId), NOW);
  const answers = Array.from({ length: 20 }, (_, i) =>
    advance(i % 2 === 0 ? house.db : house.second, tx, { state: 'choosing', accountId }, NOW),
  );
  t.deepEqual(await outcomes(answers), { won: 1, conflicts: 19 });
});

test('of twenty proofs of one step at once one is written', async (t) => {
  const accountId = await house.citizen();
  const tx = await openTransaction(house.db, wanted(accountId), NOW);
  const proofs = Array.from({ length: 20 }, (_, i) =>
    proveStep(i % 2 === 0 ? house.db : house.second, { transactionId: tx.id, step: 'otp', accountId, upstreamRef: String(i) }, NOW),
  ); // prettier-ignore
  t.deepEqual(await outcomes(proofs), { won: 1, conflicts: 19 });
});

test('the loser of two answers takes its fact back with it', async (t) => {
  const accountId = await house.citizen();
  const want = wanted(accountId);
  const tx = await openTransaction(house.db, want, NOW);
  const answer = (step: 'vneid' | 'otp', db = house.db) =>
    db.transaction(async () => {
      await proveStep(db, { transactionId: tx.id, step, accountId, upstreamRef: undefined }, NOW);
      await advance(db, tx, { state: 'consent', accountId }, NOW);
    });
  t.deepEqual(await outcomes([answer('vneid'), answer('otp', house.second)]), { won: 1, conflicts: 1 });
  t.is((await findStepFacts(house.db, tx.id, accountId)).length, 1);
  t.is((await findOpenTransaction(house.db, want.interactionUid))?.state_version, 1);
});

test('a transaction that is over, or too old, moves no more', async (t) => {
  const accountId = await house.citizen();
  for (const state of ['done', 'failed', 'expired'] as const) {
    const want = wanted(accountId);
    await advance(house.db, await openTransaction(house.db, want, NOW), { state, accountId }, NOW);
    const tx = await openTransaction(house.db, want, NOW);
    t.is(tx.state, state);
    t.true(isConflict(await t.throwsAsync(advance(house.db, tx, { state: 'consent', accountId }, NOW))));
  }
  const old = await openTransaction(house.db, wanted(accountId), NOW);
  await t.notThrowsAsync(advance(house.db, old, { state: 'choosing', accountId }, after(1799)));
  const older = await openTransaction(house.db, wanted(accountId), NOW);
  t.true(
    isConflict(await t.throwsAsync(advance(house.db, older, { state: 'choosing', accountId }, after(1800)))),
  );
});

test('a transaction of one account is never moved by another', async (t) => {
  const [an, hien] = [await house.citizen(), await house.citizen()];
  const tx = await openTransaction(house.db, wanted(an), NOW);
  t.true(isConflict(await t.throwsAsync(advance(house.db, tx, { state: 'choosing', accountId: hien }, NOW))));
  const open = wanted(undefined);
  const nobody = await openTransaction(house.db, open, NOW);
  await advance(house.db, nobody, { state: 'choosing', accountId: an }, NOW);
  t.is((await findOpenTransaction(house.db, open.interactionUid))?.account_id, an);
});

test('facts are written once and never changed', async (t) => {
  const accountId = await house.citizen();
  const tx = await openTransaction(house.db, wanted(accountId), NOW);
  await proveStep(house.db, { transactionId: tx.id, step: 'zalo', accountId, upstreamRef: undefined }, NOW);
  await t.throwsAsync(
    house.db.run(sql`update step_fact set step = 'vneid' where transaction_id = ${tx.id}`),
    { message: /insert only/ },
  );
  await t.throwsAsync(house.db.run(sql`delete from step_fact where transaction_id = ${tx.id}`), {
    message: /insert only/,
  });
});

test('what waits between two steps is sealed for its own transaction and gone when the transaction moves on', async (t) => {
  const accountId = await house.citizen();
  const want = wanted(accountId);
  const tx = await openTransaction(house.db, want, NOW);
  await advance(house.db, tx, { state: 'otp', accountId, pending: sealPending(house.vault, tx.id, { phone: '+84912345678' }) }, NOW); // prettier-ignore
  const kept = await findOpenTransaction(house.db, want.interactionUid);
  t.false(JSON.stringify(kept).includes('912345678'));
  if (kept === undefined) return t.fail();
  t.deepEqual(openPending(house.vault, kept), { phone: '+84912345678' });
  t.throws(() =>
    openPending(house.vault, { id: '00000000-0000-7000-8000-000000000000', pending: kept.pending }),
  );
  await advance(house.db, kept, { state: 'consent', accountId }, NOW);
  t.is((await findOpenTransaction(house.db, want.interactionUid))?.pending, null);
});
