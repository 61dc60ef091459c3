// One launch of the mini app: values that are good once, for one key and one client.

import test from 'ava';
import { randomBytes, randomUUID } from 'node:crypto';
import { claimSession, endFamily, findFamily, findLiveFamily, finishFlow, openFamily } from '../../assurance/family.ts'; // prettier-ignore
import { LONGEST_PROOF_SECONDS, standing } from '../../assurance/level.ts';
import { sql } from '../../database.ts';
import { eventsOf } from '../safety/people.ts';
import { after, NOW, openDomain, ORIGIN, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

const newKey = () => randomBytes(32).toString('base64url');

/** A launch at level 1. */
async function opened() {
  const accountId = await domain.citizen();
  const asked = {
    jkt: newKey(),
    clientId: 'miniapp',
    accountId,
    deviceKey: undefined,
    flow: { uid: 'u' },
    evidenceKey: randomBytes(32),
    amr: ['zalo'],
  };
  const launched = await openFamily(domain.db, asked, NOW);
  if (launched === undefined) throw new Error('the evidence was used');
  const { family, authSession } = launched;
  const sessionUid = family.session_uid;
  const claim = (value: string, over: { jkt?: string; clientId?: string } = {}, now = after(1), db = domain.db) => claimSession({ db, origin: ORIGIN }, { authSession: value, jkt: asked.jkt, clientId: 'miniapp', ...over }, now); // prettier-ignore
  const level = async () => (await standing(domain.db, { sessionUid, accountId }, after(2))).level;
  const moved = async () => (await eventsOf(domain, accountId, 'login.session_moved')).length;
  return { ...asked, family, authSession, claim, level, moved };
}

test('a value is good once, and the next one takes its place', async (t) => {
  const { authSession, claim, level, moved } = await opened();
  t.regex(authSession, /^[\w-]{22}\.[\w-]{43}$/);
  const first = await claim(authSession);
  t.not(first?.authSession, authSession);
  t.is(await claim(authSession), undefined);
  const second = await claim(first?.authSession ?? '');
  t.truthy(second, 'a used value in the right hands ends nothing');
  t.is(await claim(first?.authSession ?? ''), undefined);
  t.is(await level(), 1);
  t.is(await moved(), 0);
});

test('of twenty calls with one value at two brokers one gets on', async (t) => {
  const { authSession, claim } = await opened();
  const all = await times(20, (turn) =>
    claim(authSession, {}, after(1), turn % 2 === 0 ? domain.db : domain.second),
  );
  const [winner, ...others] = all.filter((one) => one !== undefined);
  t.is(others.length, 0);
  t.truthy(await claim(winner?.authSession ?? ''));
});

for (const [what, over] of [
  ['another key', { jkt: newKey() }],
  ['another client', { clientId: 'miniapp-2' }],
] as const)
  for (const which of ['newest', 'retired'] as const)
    test(`the ${which} value with ${what} ends the launch and everything proven in it`, async (t) => {
      const { authSession, claim, level, moved, family, accountId } = await opened();
      const newest = (await claim(authSession))?.authSession ?? '';
      t.is(await claim(which === 'newest' ? newest : authSession, over), undefined);
      t.is(await claim(newest), undefined, 'its owner must sign in again');
      t.is(await level(), 0);
      t.is(await moved(), 1);
      t.is(await findLiveFamily(domain.db, family.session_uid, after(2)), undefined);
      await claim(newest, over);
      t.is(await moved(), 1, 'what has ended is not ended again');
      t.deepEqual(await eventsOf(domain, accountId, 'login.session_moved'), [
        { actor: 'self', kind: 'login.session_moved', outcome: 'refused' },
      ]);
    });

test('twenty thieves at once end a launch once', async (t) => {
  const { authSession, claim, moved, level } = await opened();
  await times(20, (turn) =>
    claim(authSession, { jkt: newKey() }, after(1), turn % 2 === 0 ? domain.db : domain.second),
  );
  t.is(await level(), 0);
  t.is(await moved(), 1);
});

test('what is no value of ours is nobody’s, and ends nothing', async (t) => {
  const { authSession, claim, moved, level } = await opened();
  const [name = '', secret = ''] = authSession.split('.');
  const odd = ['', '.', name, `${name}.`, `.${secret}`, `${authSession}.`, ` ${authSession}`, `${authSession}\n`, authSession.toUpperCase(), `${name}.${secret}=`, `${newKey().slice(0, 22)}.${secret}`, `${name}.${secret.slice(1)}`]; // prettier-ignore
  for (const value of odd) {
    t.is(await claim(value), undefined, value);
    t.is(await claim(value, { jkt: newKey() }), undefined, value);
  }
  t.is(await moved(), 0);
  t.is(await level(), 1);
  t.truthy(await claim(authSession));
});

test('a launch ends after eight hours, however busy it was', async (t) => {
  const { authSession, claim, family, jkt } = await opened();
  const { id } = family;
  const value = (await claim(authSession, {}, after(LONGEST_PROOF_SECONDS - 2)))?.authSession ?? '';
  const last = (await claim(value, {}, after(LONGEST_PROOF_SECONDS - 1)))?.authSession ?? '';
  t.is(await claim(last, {}, after(LONGEST_PROOF_SECONDS)), undefined);
  const where = { id, jkt, clientId: 'miniapp' };
  t.truthy(await findFamily(domain.db, where, after(LONGEST_PROOF_SECONDS - 1)));
  t.is(await findFamily(domain.db, where, after(LONGEST_PROOF_SECONDS)), undefined);
  t.is(await findLiveFamily(domain.db, family.session_uid, after(LONGEST_PROOF_SECONDS)), undefined);
});

test('a value given back is good again, and only where nothing has happened since', async (t) => {
  const { authSession, claim, family } = await opened();
  const first = await claim(authSession);
  await first?.giveBack();
  t.is(await claim(first?.authSession ?? ''), undefined, 'what was never answered is nothing');
  const again = await claim(authSession);
  t.truthy(again);
  await claim(again?.authSession ?? '');
  await again?.giveBack();
  t.is(await claim(authSession), undefined, 'somebody has gone on with the newer one');
  const other = await opened();
  const taken = await other.claim(other.authSession);
  await endFamily(domain.db, other.family, after(2));
  await taken?.giveBack();
  t.is(await other.claim(other.authSession), undefined, 'ended stays ended');
  t.not(family.id, other.family.id);
});

test('an ended launch gives out no code, takes no files and answers no page', async (t) => {
  const { family, jkt, level } = await opened();
  const where = { id: family.id, jkt, clientId: 'miniapp' };
  t.is(await findFamily(domain.db, { ...where, jkt: newKey() }, after(1)), undefined);
  t.is(await findFamily(domain.db, { ...where, clientId: 'x' }, after(1)), undefined);
  t.is(await findFamily(domain.db, { ...where, id: randomUUID() }, after(1)), undefined);
  t.truthy(await findFamily(domain.db, where, after(1)));
  await endFamily(domain.db, family, after(1));
  t.is(await finishFlow(domain.db, { id: family.id, flow: {}, grantId: 'g' }), 0);
  t.is(await findFamily(domain.db, where, after(2)), undefined);
  t.is(await findLiveFamily(domain.db, family.session_uid, after(2)), undefined);
  t.is(await level(), 0);
});

test('the database holds no value and no name of a launch', async (t) => {
  const { authSession, family } = await opened();
  const row = await domain.db.row<{ text: string }>(
    sql`select row_to_json(f)::text as text from login_family f where id = ${family.id}`,
  );
  for (const part of authSession.split('.')) {
    t.false(row?.text.includes(part));
    t.false(row?.text.includes(Buffer.from(part, 'base64url').toString('hex')));
  }
  t.false(row?.text.includes(Buffer.from(authSession).toString('hex')));
});

test('evidence opens one launch: at two processes at once one is written, with its level, and of the other nothing', async (t) => {
  const accountId = await domain.citizen();
  const evidenceKey = randomBytes(32);
  const launch = (jkt: string, db = domain.db) =>
    openFamily(db, { jkt, clientId: 'miniapp', accountId, deviceKey: undefined, flow: { uid: jkt }, evidenceKey, amr: ['zalo'] }, NOW); // prettier-ignore
  const both = await Promise.all([launch(newKey()), launch(newKey(), domain.second), launch(newKey()), launch(newKey(), domain.second)]); // prettier-ignore
  t.is(both.filter((one) => one !== undefined).length, 1);
  const rows = await domain.db.rows(sql`select 1 from login_family where account_id = ${accountId}`);
  const facts = await domain.db.rows(sql`select 1 from level_fact where account_id = ${accountId}`);
  t.deepEqual([rows.length, facts.length], [1, 1]);
});
