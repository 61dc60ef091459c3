import { randomBytes } from 'node:crypto';
import test from 'ava';
import { codeOfLeg, finishLeg, proveLegByVneid } from '../../assurance/browser-leg-proof.ts';
import { beginLeg, findLegById, findLegByLink, openLeg, standOfLeg } from '../../assurance/browser-leg.ts';
import { openFamily } from '../../assurance/family.ts';
import { findOpenTransaction, openTransaction } from '../../assurance/transaction.ts';
import { beginUpstream } from '../../assurance/upstream-state.ts';
import type { VneidSignOn } from '../../assurance/vneid-sign-on.ts';
import { sql } from '../../database.ts';
import { removeExpired } from '../../operations/clean-up.ts';
import { after, NOW, openDomain, ORIGIN, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

// Two brokers on one database: what is asked for once happens once.
let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

let count = 0;
const vneid: VneidSignOn = {
  authorizationUrl: async () => 'https://vneid.example/auth',
  identify: async () => ({
    outcome: 'identified',
    person: { issuer: 'https://vneid.example', upstreamSub: `sub-${count}`, upstreamTechId: undefined, personalNumber: `9991900000${String(count).padStart(2, '0')}`, name: 'Nguyễn Thị Minh An', birthdate: '1990-06-15', ial: 2, warnings: [] }, // prettier-ignore
  }),
};
const houseAt = (db = domain.db) => ({ ...domain, db, origin: ORIGIN, issuer: 'https://id.example', vneid });
const sideOf = (turn: number) => houseAt(turn % 2 === 0 ? domain.db : domain.second);

/** A launch in a flow of level 2, and a link for it. */
async function begun(now = NOW) {
  const uid = `challenge/race-${(count += 1)}`;
  const accountId = await domain.citizen();
  const launch = { jkt: `jkt-${count}`, clientId: 'miniapp', accountId, deviceKey: undefined, flow: { uid } };
  const launched = await openFamily(
    domain.db,
    { ...launch, evidenceKey: randomBytes(32), amr: ['zalo'] },
    now,
  );
  if (launched === undefined) throw new Error('the evidence was used');
  const { family } = launched;
  await openTransaction(domain.db, { interactionUid: uid, kind: 'challenge', clientId: 'miniapp', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, now); // prettier-ignore
  const tx = await findOpenTransaction(domain.db, uid);
  if (tx === undefined) throw new Error('no transaction');
  const flow = { tx, familyId: family.id, kind: 'vneid' as const };
  await beginLeg(houseAt(), flow, now);
  const stands = await standOfLeg(houseAt(), flow, now);
  if (stands.state !== 'live') throw new Error('no link');
  const leg = await findLegByLink(domain.db, stands.link, now);
  if (leg === undefined) throw new Error('no leg');
  return { accountId, family, flow, leg, link: stands.link, who: { accountId, sessionUid: family.session_uid } }; // prettier-ignore
}

/** Proven by the browser that opened it; the code it shows. */
async function proven() {
  const one = await begun();
  const { leg } = one;
  const browser = 'b'.repeat(22);
  await openLeg(houseAt(), { leg, browser }, NOW);
  const { state } = await beginUpstream(domain.db, domain.vault, { provider: 'vneid', interactionUid: `leg:${leg.id}` }, NOW); // prettier-ignore
  await proveLegByVneid(
    houseAt(),
    { leg, browser },
    { state, code: 'c', interactionUid: `leg:${leg.id}` },
    NOW,
  );
  const after = await findLegById(domain.db, leg.id, NOW);
  if (after === undefined) throw new Error('the leg is gone');
  return { ...one, browser, code: codeOfLeg(domain.vault, after) ?? '' };
}

const wrongFor = (code: string, turn: number) =>
  String((Number(code) + 1 + turn) % 100_000_000).padStart(8, '0');
const stepsOf = (accountId: string) =>
  domain.db.rows(sql`select step from step_fact where account_id = ${accountId}`);
const rowOf = (id: string) =>
  domain.db.row<{ code_tries: number; ended_why: string | null; proven_sealed: Buffer | null }>(sql`
    select code_tries, ended_why, proven_sealed from browser_leg where id = ${id}`);

test('of fifty codes at once at two brokers five are compared, and at most one is taken', async (t) => {
  const { flow, leg, who, code, accountId } = await proven();
  const all = await times(50, (turn) =>
    finishLeg(sideOf(turn), flow, { ...who, code: turn === 2 ? code : wrongFor(code, turn) }, NOW),
  );
  t.is((await rowOf(leg.id))?.code_tries, 5);
  const taken = all.filter(({ outcome }) => outcome === 'proven').length;
  t.true(taken <= 1);
  t.is((await stepsOf(accountId)).length, taken);
  t.true(all.filter(({ outcome }) => outcome === 'wrong').length <= 5);
});

test('the right code twenty times at once proves once', async (t) => {
  const { flow, who, code, accountId, leg } = await proven();
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, turn) => finishLeg(sideOf(turn), flow, { ...who, code }, NOW)),
  );
  t.is(all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'proven').length, 1);
  t.is((await stepsOf(accountId)).length, 1);
  t.like(await rowOf(leg.id), { ended_why: 'used', proven_sealed: null });
});

test('of twenty browsers at once one opens the link', async (t) => {
  const { leg } = await begun();
  const opened = await times(20, (turn) => openLeg(sideOf(turn), { leg, browser: String(turn).padStart(22, 'x') }, NOW)); // prettier-ignore
  t.is(opened.filter(Boolean).length, 1);
});

test('of twenty wishes for a fresh link at once one link is live', async (t) => {
  const { flow } = await begun();
  await Promise.allSettled(Array.from({ length: 20 }, (_, turn) => beginLeg(sideOf(turn), flow, NOW)));
  const live = await domain.db.rows(sql`
    select id from browser_leg where transaction_id = ${flow.tx.id} and ended_at is null`);
  const all = await domain.db.rows(sql`select id from browser_leg where transaction_id = ${flow.tx.id}`);
  t.true(live.length <= 1);
  t.true(all.length <= 5);
});

test('a code of one transaction is wrong in every other', async (t) => {
  const [mine, theirs] = [await proven(), await proven()];
  const said = await finishLeg(houseAt(), mine.flow, { ...mine.who, code: theirs.code }, NOW);
  t.is(said.outcome, 'wrong');
  t.is((await finishLeg(houseAt(), mine.flow, { ...mine.who, code: mine.code }, NOW)).outcome, 'proven');
});

test('a code of another launch of the same person is wrong', async (t) => {
  const { flow, who, code } = await proven();
  const { family } = await begun();
  const said = await finishLeg(houseAt(), { ...flow, familyId: family.id }, { ...who, code }, NOW);
  t.is(said.outcome, 'expired');
});

test('a code typed before anything is proven costs a try and tells nobody how far the browser is', async (t) => {
  const { flow, who } = await begun();
  const said = await finishLeg(houseAt(), flow, { ...who, code: '00000000' }, NOW);
  t.is(said.outcome, 'wrong');
  t.like(await standOfLeg(houseAt(), flow, NOW), { state: 'live', triesLeft: 4 });
});

test('after five minutes the link, the step and the code are dead', async (t) => {
  const { flow, who, leg, link, code } = await proven();
  t.not(await findLegByLink(domain.db, link, after(299)), undefined);
  t.is(await findLegByLink(domain.db, link, after(301)), undefined);
  t.is(await findLegById(domain.db, leg.id, after(301)), undefined);
  t.is((await finishLeg(houseAt(), flow, { ...who, code }, after(301))).outcome, 'expired');
  t.deepEqual(await standOfLeg(houseAt(), flow, after(301)), { state: 'ended', why: 'expired' });
});

test.serial('what was proven for a step nobody finished is gone when its time is', async (t) => {
  // By itself: NOW lies in the past of the clock that cleans.
  const { leg } = await proven();
  await domain.db.run(sql`update browser_leg set created_at = now() - interval '7 minutes', expires_at = now() - interval '2 minutes' where id = ${leg.id}`); // prettier-ignore
  await removeExpired(domain.db);
  t.like(await rowOf(leg.id), { ended_why: 'expired', proven_sealed: null });
  await domain.db.run(sql`update browser_leg set created_at = now() - interval '3 days', expires_at = now() - interval '2 days' where id = ${leg.id}`); // prettier-ignore
  await removeExpired(domain.db);
  t.is(await rowOf(leg.id), undefined);
});
