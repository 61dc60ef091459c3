import test from 'ava';
import { findBinding } from '../../assurance/binding-store.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { standingUnderWay } from '../support/level.ts';
import { openPending } from '../../assurance/pending.ts';
import { findOpenTransaction, openTransaction } from '../../assurance/transaction.ts';
import { beginUpstream } from '../../assurance/upstream-state.ts';
import { finishVneid } from '../../assurance/vneid.ts';
import type { VneidSignOn } from '../../assurance/vneid-sign-on.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

// The sign-on itself is tested in contracts/; here what the step makes of its answer.

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

function vneidSaying(personalNumber: string, asked: { count: number } = { count: 0 }): VneidSignOn {
  return {
    authorizationUrl: async () => 'https://vneid.example/auth',
    identify: async () => {
      asked.count += 1;
      const person = { issuer: 'https://vneid.example', upstreamSub: `sub-${personalNumber}`, upstreamTechId: undefined, personalNumber, name: 'Nguyễn Thị Minh An', birthdate: '1990-06-15', ial: 2, warnings: [] }; // prettier-ignore
      return { outcome: 'identified', person };
    },
  };
}
const refusing: VneidSignOn = {
  authorizationUrl: async () => 'https://vneid.example/auth',
  identify: async () => ({ outcome: 'refused', reason: 'denied' }),
};

let count = 0;
async function begun(accountId: string) {
  const interactionUid = `vneid-${(count += 1)}`;
  await openTransaction(house.db, { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const { state } = await beginUpstream(house.db, house.vault, { provider: 'vneid', interactionUid }, NOW);
  const read = async () => {
    const tx = await findOpenTransaction(house.db, interactionUid);
    if (tx === undefined) throw new Error('no transaction');
    return tx;
  };
  const finish = async (vneid: VneidSignOn, more: { state?: string; db?: Domain['db']; now?: Date } = {}) =>
    finishVneid(
      { db: more.db ?? house.db, vault: house.vault, vneid, origin: ORIGIN },
      { state: more.state ?? state, code: 'c', interactionUid },
      { tx: await read(), accountId, sessionUid: undefined },
      more.now ?? NOW,
    );
  const level = async () =>
    (await standingUnderWay(house.db, { sessionUid: undefined, transactionId: (await read()).id, accountId }, NOW)).level; // prettier-ignore
  return { state, read, finish, level };
}
const bind = (accountId: string, personalNumber: string) =>
  bindIdentity({ ...house, origin: ORIGIN }, { accountId, clientId: 'portal', identity: { source: 'vneid', issuer: 'https://vneid.example', upstreamSub: 's', personalNumber, name: 'An', birthdate: '1990-06-15', checkId: 'c', organisation: 'VNeID' } }, NOW); // prettier-ignore
const eventsOf = async (accountId: string) =>
  (
    await house.db.rows<{ kind: string; outcome: string; body: Buffer }>(sql`
      select kind, outcome, body from access_event e join audit_stream s using (stream_id) where s.account_id = ${accountId} order by e.n`)
  ).map(({ kind, outcome, body }) => ({ line: `${kind} ${outcome}`, body: body.toString() }));

test('the first time the person is known but level 2 waits for a phone that answers', async (t) => {
  const accountId = await house.citizen();
  const visit = await begun(accountId);
  t.deepEqual(await visit.finish(vneidSaying('999190000501')), { outcome: 'proven' });
  const tx = await visit.read();
  t.is(tx.state, 'phone');
  t.is(openPending(house.vault, tx).identity?.personalNumber, '999190000501');
  t.false(JSON.stringify(tx).includes('999190000501'));
  t.is(await visit.level(), 0);
});

test('who was bound before has level 2 at once', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000502');
  const visit = await begun(accountId);
  t.deepEqual(await visit.finish(vneidSaying('999190000502')), { outcome: 'proven' });
  t.is(await visit.level(), 2);
});

test('another person than the one bound is refused, recorded, and no level is given', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000503');
  const visit = await begun(accountId);
  t.deepEqual(await visit.finish(vneidSaying('999190000504')), {
    outcome: 'refused',
    reason: 'other_person',
  });
  t.is(await visit.level(), 0);
  const last = (await eventsOf(accountId)).at(-1);
  t.is(last?.line, 'stepup.vneid refused');
  t.false(last?.body.includes('999190000504'));
});

test('a person bound to another account is proven and not bound: the supervised path follows', async (t) => {
  const [owner, accountId] = [await house.citizen(), await house.citizen()];
  await bind(owner, '999190000505');
  const visit = await begun(accountId);
  t.deepEqual(await visit.finish(vneidSaying('999190000505')), { outcome: 'proven' });
  t.is((await visit.read()).state, 'phone');
  t.is(await findBinding(house.db, accountId, NOW), undefined);
});

test('a person who says no at VNeID is refused, and may begin anew', async (t) => {
  const accountId = await house.citizen();
  const visit = await begun(accountId);
  t.deepEqual(await visit.finish(refusing), { outcome: 'refused', reason: 'vneid' });
  t.deepEqual((await eventsOf(accountId)).map(({ line }) => line), ['stepup.vneid refused']); // prettier-ignore
  t.is((await visit.read()).state, 'evidence');
});

test('the state of another visit, a late one and a used one ask nobody', async (t) => {
  const asked = { count: 0 };
  const vneid = vneidSaying('999190000506', asked);
  const [one, two] = [await begun(await house.citizen()), await begun(await house.citizen())];
  const expired = { outcome: 'refused', reason: 'expired' } as const;
  t.deepEqual(await one.finish(vneid, { state: two.state }), expired);
  t.deepEqual(await one.finish(vneid, { now: after(300) }), expired);
  t.is(asked.count, 0);
  t.deepEqual(await one.finish(vneid), { outcome: 'proven' });
  t.deepEqual(await one.finish(vneid), expired);
  t.is(asked.count, 1);
});

test('of ten answers at once over two brokers one asks VNeID and proves', async (t) => {
  const asked = { count: 0 };
  const vneid = vneidSaying('999190000507', asked);
  const visit = await begun(await house.citizen());
  const answers = await times(10, (i) => visit.finish(vneid, { db: i % 2 === 0 ? house.db : house.second }));
  t.is(answers.filter(({ outcome }) => outcome === 'proven').length, 1);
  t.is(asked.count, 1);
});
