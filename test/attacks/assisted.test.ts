import test from 'ava';
import { sql } from '../../database.ts';
import { lockAccountRow } from '../../accounts/store.ts';
import { begin, meetCitizen, openAgain, openDesk, OPERATOR, own, poll, REASON, sayNo, sayYes, seenBy, yesTo } from '../assisted/desk.ts'; // prettier-ignore
import { useMiniApp } from '../support/app-citizen.ts';
import { createRp, newProofKey, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers, tally } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';

// Whoever sits at a desk, or holds what a desk holds, gets nothing the citizen did not allow in the app.

let two: TwoBrokers;
let desk: Rp;
test.before(async () => {
  two = await startTwoBrokers();
  await useMiniApp(two.house);
  desk = await openDesk(two.house, 'tong-dai-1022');
});
test.after.always(() => two?.stop());

test.serial('eight yeses at once over two brokers are one yes', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel);
  const [seen] = await seenBy(two.house, citizen);
  if (seen === undefined) return t.fail('nothing is asked');
  const all = await two.race(8, (at) => own(two.house, citizen, `/me/requests/${seen.id}`, yesTo(seen), at));
  const counts = tally(all);
  t.is(counts[200], 1, JSON.stringify(counts));
  for (const { status } of all) t.true([200, 404, 409].includes(status), String(status));
  const grants = await two.house.db.row<{ n: number }>(sql`
    select count(*) as n from oidc_grant g join zalo_link l on l.account_id::text = g.payload->>'accountId'
    where l.zalo_id = ${citizen.person.zaloId} and g.client_id = 'tong-dai-1022'`);
  t.is(grants?.n, 1);
  t.is((await poll(desk, begun)).status, 200);
});

test.serial('a yes and a no at once: one of them, and the desk hears that one', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel);
  const [seen] = await seenBy(two.house, citizen);
  if (seen === undefined) return t.fail('nothing is asked');
  const bodies = [yesTo(seen), { answer: 'deny' }];
  const all = await two.race(8, (at, turn) => own(two.house, citizen, `/me/requests/${seen.id}`, bodies[Math.floor(turn / 2) % 2], at)); // prettier-ignore
  const [won, another] = all.filter(({ status }) => status === 200);
  t.is(another, undefined);
  const heard = await poll(desk, begun);
  if (won?.body['state'] === 'approved') t.is(heard.status, 200, heard.text);
  else t.is(heard.body['error'], 'access_denied', heard.text);
});

test.serial('eight questions at once over two brokers give one token', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel);
  await sayYes(two.house, citizen);
  const all = await two.race(8, (at) => poll(desk, begun, {}, { at }));
  t.is(tally(all)[200], 1, JSON.stringify(all.map(({ text }) => text.slice(0, 60))));
  for (const { body } of all.filter(({ status }) => status !== 200)) t.is(body['error'], 'invalid_grant');
});

test.serial('what a desk holds is no use to another desk, without a proof, or without its key', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel);
  await sayYes(two.house, citizen);
  const other = await openDesk(two.house, 'quay-gia');
  t.is((await poll(other, begun)).body['error'], 'invalid_grant');
  t.is((await poll(desk, begun, {}, { proof: null })).body['error'], 'invalid_grant');
  t.true((await poll(desk, begun, { client_id: 'tong-dai-1022' }, { assertion: null })).status >= 400);
  const thief = await createRp(two.house, 'tong-dai-1022', { privateJwk: other.privateJwk, publicJwk: other.privateJwk }); // prettier-ignore
  t.is((await poll(thief, begun)).status, 401);
  t.is((await poll(desk, begun)).status, 200, 'and the desk itself lost nothing by it');
  const second = await begin(desk, citizen.tel);
  await sayYes(two.house, citizen);
  t.is((await poll(desk, second, { resource: REPORTS })).body['error'], 'invalid_target');
});

test.serial('the token is bound to the key of the question that got it', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel);
  await sayYes(two.house, citizen);
  const key = await newProofKey();
  const given = await poll(desk, begun, {}, { key });
  t.is(given.status, 200);
  const claims = JSON.parse(Buffer.from(String(given.body['access_token']).split('.')[1] ?? '', 'base64url').toString()) as { cnf: unknown }; // prettier-ignore
  t.deepEqual(claims.cnf, { jkt: key.jkt });
});

test.serial('another citizen neither sees nor answers a request', async (t) => {
  const [citizen, neighbour] = [await meetCitizen(two.house), await meetCitizen(two.house)];
  const begun = await begin(desk, citizen.tel);
  const [seen] = await seenBy(two.house, citizen);
  t.deepEqual(await seenBy(two.house, neighbour), []);
  for (const answer of ['approve', 'deny'])
    t.is((await own(two.house, neighbour, `/me/requests/${seen?.id}`, { answer })).status, 404);
  t.is((await seenBy(two.house, citizen)).length, 1);
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
});

test.serial('level 2 of one launch does not answer for another', async (t) => {
  const first = await meetCitizen(two.house);
  const second = await openAgain(two.house, first);
  await begin(desk, first.tel);
  t.is((await sayYes(two.house, second)).status, 401);
  t.is((await sayYes(two.house, first)).status, 200);
});

test.serial(
  'after its end a request is neither seen nor answered, and the desk hears that it is over',
  async (t) => {
    const citizen = await meetCitizen(two.house);
    const begun = await begin(desk, citizen.tel, { requested_expiry: '2' });
    const [seen] = await seenBy(two.house, citizen);
    if (seen === undefined) return t.fail('nothing is asked');
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    t.deepEqual(await seenBy(two.house, citizen), []);
    t.is((await own(two.house, citizen, `/me/requests/${seen.id}`, yesTo(seen))).status, 404);
    t.like((await poll(desk, begun)).body, { error: 'expired_token' });
  },
);

test.serial('a yes that was not fetched in time gives nothing', async (t) => {
  const citizen = await meetCitizen(two.house);
  const begun = await begin(desk, citizen.tel, { requested_expiry: '4' });
  t.is((await sayYes(two.house, citizen)).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 4_200));
  t.like((await poll(desk, begun)).body, { error: 'expired_token' });
});

test.serial('between the yes and the question everything that ends a token ends this one', async (t) => {
  const { house } = two;
  const signedOut = await meetCitizen(house);
  const one = await begin(desk, signedOut.tel);
  await sayYes(house, signedOut);
  t.true((await own(house, signedOut, '/me/sign-out', {})).status < 300);
  t.is((await poll(desk, one)).body['error'], 'invalid_grant');

  const locked = await meetCitizen(house);
  const other = await begin(desk, locked.tel);
  await sayYes(house, locked);
  await house.db.run(sql`update level_fact set revoked_at = now() where account_id = (select account_id from zalo_link where zalo_id = ${locked.person.zaloId})`); // prettier-ignore
  t.is((await poll(desk, other)).body['error'], 'invalid_grant');
});

test.serial('a locked account answers nothing, from any launch', async (t) => {
  const { house } = two;
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel);
  const [seen] = await seenBy(house, citizen);
  const row = await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${citizen.person.zaloId}`); // prettier-ignore
  await lockAccountRow(house.db, row?.account_id ?? '', 'lost_phone', new Date());
  t.is((await own(house, citizen, `/me/requests/${seen?.id}`, { answer: 'approve' })).status, 401);
});

test.serial(
  'a desk that was taken out of service, or lost a scope, gets nothing for what it asked before',
  async (t) => {
    const { house } = two;
    const small = await openDesk(house, 'quay-cu');
    const citizen = await meetCitizen(house);
    await begin(small, citizen.tel);
    const [seen] = await seenBy(house, citizen);
    if (seen === undefined) return t.fail('nothing is asked');
    await house.db.run(sql`
    update oidc_client set metadata = metadata || '{"desk_scopes":["svc:phananh:gui"]}' where client_id = 'quay-cu'`); // prettier-ignore
    await house.db.run(sql`select pg_notify('tnid_clients', '')`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    t.deepEqual(await seenBy(house, citizen), []);
    t.is((await own(house, citizen, `/me/requests/${seen.id}`, yesTo(seen))).status, 404);
  },
);

test.serial(
  'neither log nor database keeps the number, the operator, the reason or what the desk asks with in clear',
  async (t) => {
    const { house } = two;
    const citizen = await meetCitizen(house);
    const begun = await begin(desk, citizen.tel);
    await sayNo(house, citizen);
    await poll(desk, begun);
    const secrets = [
      citizen.tel.slice('tel:+84'.length),
      OPERATOR,
      REASON,
      String(begun.body['auth_req_id']),
    ];
    const kept = await house.db.rows<{ text: string }>(sql`
    select payload::text as text from oidc_artifact union all select to_jsonb(r)::text from assisted_request r`);
    t.true(kept.length > 1);
    for (const text of [...kept.map((row) => row.text), ...house.logged])
      for (const secret of secrets) t.false(text.includes(secret), secret.slice(0, 3));
  },
);
