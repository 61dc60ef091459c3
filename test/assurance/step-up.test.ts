import test from 'ava';
import { findProfile } from '../../accounts/profile.ts';
import { standingUnderWay } from '../support/level.ts';
import { sealPending } from '../../assurance/pending.ts';
import { answerCode, completeLevel2 } from '../../assurance/step-up.ts';
import { findTransaction } from '../../assurance/store.ts';
import { advance, findOpenTransaction, openTransaction, proveStep } from '../../assurance/transaction.ts';
import { beginUpstream } from '../../assurance/upstream-state.ts';
import { finishZalo } from '../../assurance/zalo.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep, wrongFor } from '../codes/codes.ts';

let house: Domain;
let codes: ReturnType<typeof codesOf>;
test.before(async () => {
  house = await openDomain();
  codes = codesOf(house);
});
test.after.always(() => house.close());

const identity = (personalNumber: string) => ({
  source: 'vneid' as const,
  issuer: 'https://vneid.example',
  upstreamSub: `sub-${personalNumber}`,
  personalNumber,
  name: 'Nguyễn Thị Minh An',
  birthdate: '1990-06-15',
  checkId: 'check-1',
  organisation: 'VNeID',
});

/** A person whom VNeID has vouched for and who has been sent a code. */
async function waiting(personalNumber: string, accountId?: string) {
  const step = await newStep(house, accountId === undefined ? {} : { accountId });
  const tx = { id: step.transactionId };
  await proveStep(house.db, { transactionId: tx.id, step: 'vneid', accountId: step.accountId, upstreamRef: 'check-1' }, NOW);
  const pending = sealPending(house.vault, tx.id, { identity: identity(personalNumber), phone: step.request.e164 });
  await advance(house.db, await read(tx.id), { state: 'otp', accountId: step.accountId, pending }, NOW);
  await codes.send(step);
  return { step, code: await codes.code(step) };
} // prettier-ignore

async function read(id: string) {
  const row = await house.db.row<{ key: Buffer }>(
    sql`select interaction_key as key from authn_tx where id = ${id}`,
  );
  const tx = row === undefined ? undefined : await findTransaction(house.db, row.key);
  if (tx === undefined) throw new Error('no transaction');
  return tx;
}

const answer = async (step: { transactionId: string; accountId: string }, code: string, db = house.db) =>
  answerCode({ db, vault: house.vault, budgets: codes.budgets, origin: ORIGIN, notify: async () => {} }, { tx: await read(step.transactionId), accountId: step.accountId, sessionUid: undefined, code }, NOW); // prettier-ignore
const stands = async (step: { transactionId: string; accountId: string }) =>
  standingUnderWay(house.db, { sessionUid: undefined, transactionId: step.transactionId, accountId: step.accountId }, NOW); // prettier-ignore

test('VNeID and a code bind person and phone and give level 2', async (t) => {
  const { step, code } = await waiting('999190000401');
  t.is((await stands(step)).level, 0);
  t.is((await answer(step, code)).outcome, 'right');
  t.like(await stands(step), { level: 2, amr: ['vneid', 'otp', 'sms', 'mfa'], identitySource: 'vneid' });
  const profile = await findProfile(house.db, house.vault, step.accountId);
  t.is(profile?.phone, step.request.e164);
  t.like(profile?.binding, { source: 'vneid', name: 'Nguyễn Thị Minh An', personalNumber: '999190000401' });
  t.like(await read(step.transactionId), { state: 'consent', pending: null });
});

test('of ten right answers at once one writes level 2', async (t) => {
  const { step, code } = await waiting('999190000402');
  const settled = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => answer(step, code, i % 2 === 0 ? house.db : house.second))); // prettier-ignore
  const right = settled.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'right');
  t.is(right.length, 1);
  for (const one of settled)
    if (one.status === 'rejected') t.true(one.reason instanceof Refusal, String(one.reason));
  const facts = await house.db.rows(
    sql`select id from level_fact where transaction_id = ${step.transactionId}`,
  );
  t.is(facts.length, 1);
});

test('a wrong code proves nothing and is recorded without the code', async (t) => {
  const { step, code } = await waiting('999190000403');
  await answer(step, wrongFor(code));
  t.is((await stands(step)).level, 0);
  t.is((await findProfile(house.db, house.vault, step.accountId))?.binding, undefined);
  const events = await house.db.rows<{ kind: string; body: Buffer }>(sql`
    select kind, body from access_event e join audit_stream s using (stream_id) where s.account_id = ${step.accountId} order by e.n`);
  t.deepEqual(events.map(({ kind }) => kind), ['stepup.code_sent', 'stepup.code']);
  for (const { body } of events) t.false(body.toString().includes(wrongFor(code)));
}); // prettier-ignore

test('a code alone, without a binding, is never level 2, and the code is not used up', async (t) => {
  const step = await newStep(house);
  await codes.send(step);
  const code = await codes.code(step);
  const error = await t.throwsAsync(answer(step, code), { instanceOf: Refusal });
  t.like(error, { kind: 'forbidden', reason: 'no_binding' });
  t.is((await stands(step)).level, 0);
  const facts = await house.db.rows(
    sql`select step from step_fact where transaction_id = ${step.transactionId}`,
  );
  t.deepEqual(facts, [], 'nothing half-written');
});

test('the person bound elsewhere meanwhile: no level, no binding, no phone; a wish to move is written down', async (t) => {
  const [first, second] = [await waiting('999190000404'), await waiting('999190000404')];
  t.is((await answer(first.step, first.code)).outcome, 'right');
  t.is((await answer(second.step, second.code)).outcome, 'right');
  t.like(await read(second.step.transactionId), { state: 'primary' });
  t.is((await stands(second.step)).level, 0);
  const profile = await findProfile(house.db, house.vault, second.step.accountId);
  t.is(profile?.phone, undefined);
  t.is(profile?.binding, undefined);
});

test('the same person finishing in two windows reaches level 2 in both', async (t) => {
  const accountId = await house.citizen();
  const [one, two] = [await waiting('999190000405', accountId), await waiting('999190000405', accountId)];
  t.is((await answer(one.step, one.code)).outcome, 'right');
  t.is((await answer(two.step, two.code)).outcome, 'right');
  t.is((await stands(two.step)).level, 2);
});

test('VNeID in one tab and the code in another add up instead of failing', async (t) => {
  const bound = await waiting('999190000406');
  await answer(bound.step, bound.code);
  const step = await newStep(house, { accountId: bound.step.accountId, e164: bound.step.request.e164 });
  await codes.send(step);
  const who = async () => ({ tx: await read(step.transactionId), accountId: step.accountId, sessionUid: undefined, amr: ['vneid'] });
  await completeLevel2({ ...house, origin: ORIGIN }, await who(), NOW);
  t.is((await answer(step, await codes.code(step))).outcome, 'right');
  t.deepEqual((await stands(step)).amr.toSorted(), ['mfa', 'otp', 'sms', 'vneid']);
}); // prettier-ignore

// The outside system itself is tested in contracts/; here only what it says matters.
const zaloSaying = (zaloId: string) => {
  let asked = 0;
  return {
    appId: '1',
    authorizationUrl: () => 'https://oauth.zaloapp.com/',
    identify: async () => {
      asked += 1;
      return {
        outcome: 'identified' as const,
        profile: { appId: '1', zaloId, name: 'Bảy Lành', picture: undefined },
      };
    },
    asked: () => asked,
  };
};
const wanted = (interactionUid: string, accountId?: string) => ({
  interactionUid,
  clientId: 'portal',
  accountId,
  level: 1 as const,
  maxAgeSeconds: undefined,
  scopes: ['svc:phananh:gui'],
  sessionUid: undefined,
});

test('of twenty Zalo callbacks at once one asks Zalo and signs in', async (t) => {
  const interactionUid = 'zalo-race';
  const { state } = await beginUpstream(house.db, house.vault, { provider: 'zalo', interactionUid }, NOW);
  const zalo = zaloSaying('9007199254740994001');
  const answers = await times(20, (i) => finishZalo({ db: i % 2 === 0 ? house.db : house.second, vault: house.vault, zalo, origin: ORIGIN }, { state, code: 'c' }, wanted(interactionUid), NOW)); // prettier-ignore
  t.is(answers.filter(({ outcome }) => outcome === 'signed_in').length, 1);
  t.is(zalo.asked(), 1);
  t.is((await findOpenTransaction(house.db, interactionUid))?.state, 'consent');
});

test('a signed-in browser that comes back as somebody else is refused and nothing is merged', async (t) => {
  const interactionUid = 'zalo-other';
  const accountId = await house.citizen();
  await openTransaction(house.db, wanted(interactionUid, accountId), NOW);
  const { state } = await beginUpstream(house.db, house.vault, { provider: 'zalo', interactionUid }, NOW);
  const zalo = zaloSaying('9007199254740994002');
  const signedIn = await finishZalo({ ...house, zalo, origin: ORIGIN }, { state, code: 'c' }, wanted(interactionUid, accountId), NOW); // prettier-ignore
  t.deepEqual(signedIn, { outcome: 'refused', reason: 'other_person' });
  t.is((await findOpenTransaction(house.db, interactionUid))?.state, 'evidence');
  const links = await house.db.rows(sql`select id from level_fact where account_id = ${accountId}`);
  t.deepEqual(links, []);
});

test('a late Zalo callback asks nobody', async (t) => {
  const interactionUid = 'zalo-late';
  const { state } = await beginUpstream(house.db, house.vault, { provider: 'zalo', interactionUid }, NOW);
  const zalo = zaloSaying('9007199254740994003');
  const signedIn = await finishZalo({ ...house, zalo, origin: ORIGIN }, { state, code: 'c' }, wanted(interactionUid), after(300)); // prettier-ignore
  t.deepEqual(signedIn, { outcome: 'refused', reason: 'expired' });
  t.is(zalo.asked(), 0);
});
