// What a stranger can do at the mini app's door without being anybody: spend Zalo's answers, fill, crash.

import test from 'ava';
import { sql } from '../../database.ts';
import {
  CARD,
  goOn,
  ME,
  meetInZalo,
  REPORT,
  signIn,
  tokenFor,
  useMiniApp,
  VIEW,
  zaloToken,
} from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, codeOf, openLaunch, ORIGINS } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  // Behind one proxy, so that a test may come from any address.
  house = await startHouse((await useDatabase()).url, { environment: { TNID_TRUSTED_PROXIES: '1' } });
  await useMiniApp(house);
});
test.afterEach.always(() => house.zalo.resetKnobs());
test.after.always(() => house?.stop());

const asked = (endpoint: 'me' | 'me/info') =>
  house.zalo.requests().filter((one) => one.endpoint === endpoint).length;
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

test.serial(
  'a burst of invented tokens from one address does not spend Zalo’s answers for everybody',
  async (t) => {
    const launch = await openLaunch(house.issuer);
    await launch.fetchNonce();
    // A Zalo that is slow: nothing is refused before all of them are on their way.
    house.zalo.setKnobs({ 'net.fault': 'hang' });
    const before = asked('me');
    const said = await Promise.all(Array.from({ length: 260 }, (_, i) => launch.send({ body: launch.formFor({ ...launch.newChallenge(), ...launch.loginFields(`burst-${i}`), ...ME(house) }), ...from('203.0.113.10') }))); // prettier-ignore
    t.true(asked('me') - before <= 200, String(asked('me') - before));
    const words = new Set(said.map(({ body }) => body['error']));
    t.deepEqual(
      [...words].map(String).toSorted((a, b) => a.localeCompare(b)),
      ['slow_down', 'temporarily_unavailable'],
    );
    house.zalo.resetKnobs();
    const citizen = await meetInZalo(house);
    const next = await citizen.launch.login(zaloToken(house, citizen.person).accessToken, ME(house), from('203.0.113.11')); // prettier-ignore
    t.is(next.status, 200, 'another address notices nothing');
  },
);

test.serial('changing the host bits of an IPv6 address does not begin the count anew', async (t) => {
  const launch = await openLaunch(house.issuer);
  const refused = [];
  for (let host = 1; host <= 63; host += 1)
    refused.push((await launch.login(`v6-${host}`, ME(house), from(`2001:db8:7:1::${host.toString(16)}`))).body['error']); // prettier-ignore
  t.is(refused[0], 'invalid_grant');
  t.is(refused.at(-1), 'slow_down');
  t.is((await launch.login('v6', ME(house), from('2001:db8:7:fff::1'))).body['error'], 'invalid_grant', 'another customer'); // prettier-ignore
});

test.serial('somebody signed in cannot have Zalo asked for a number without end', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  await launch.call({ choice: 'card_register' });
  t.is(challengeOf(await launch.call(CARD(citizen.person))).type, 'phone');
  const before = asked('me');
  const errors = [];
  for (let turn = 0; turn < 14; turn += 1) {
    const said = await launch.call({ zalo_access_token: `made-up-${turn}`, zalo_phone_token: 'made-up' });
    errors.push(challengeOf(said)['error']);
  }
  t.deepEqual([...new Set(errors)], ['zalo_failed']);
  t.is(asked('me') - before, 10);
  t.is(challengeOf(await launch.call({ phone: citizen.person.phone })).type, 'otp', 'typing it still serves');
});

test.serial('one token without its number, again and again, is refused like a bad one', async (t) => {
  house.zalo.setKnobs({ 'me.proof': 'ignore' });
  const at = from('203.0.113.20');
  const citizen = await meetInZalo(house);
  // Zalo was found out by now, or this finds it out: the answer is remembered for ten minutes.
  const fresh = await startHouse((await useDatabase()).url, { environment: { TNID_TRUSTED_PROXIES: '1' } });
  t.teardown(() => fresh.stop());
  await useMiniApp(fresh);
  fresh.zalo.setKnobs({ 'me.proof': 'ignore' });
  const person = (await meetInZalo(fresh, citizen.person)).person;
  const launch = await openLaunch(fresh.issuer);
  const { accessToken, phoneToken } = zaloToken(fresh, person, ['scope.userPhonenumber']);
  const words = [];
  for (let turn = 0; turn < 80; turn += 1) words.push((await launch.login(accessToken, ME(fresh), at)).body['error']); // prettier-ignore
  t.is(words[0], 'insufficient_authorization');
  t.is(words.at(-1), 'slow_down');
  t.true(fresh.zalo.requests().filter(({ endpoint }) => endpoint === 'me').length < 75);
  const said = await launch.login(
    accessToken,
    { ...ME(fresh), zalo_phone_token: phoneToken },
    from('203.0.113.21'),
  );
  t.is(said.status, 200, 'the token itself is not spent by being asked for more');
});

test.serial('the app can read that it is to wait, and every other refusal, across origins', async (t) => {
  const [origin] = ORIGINS;
  const headers = { 'x-forwarded-for': '203.0.113.30', origin };
  const launch = await openLaunch(house.issuer);
  const malformed = await launch.begin({ ...ME(house), card_name: 'x'.repeat(300) }, { headers });
  t.like(malformed, { status: 400, body: { error: 'invalid_request' } });
  t.is(malformed.headers.get('access-control-allow-origin'), origin);
  for (let turn = 0; turn < 61; turn += 1) await launch.login(`wait-${turn}`, ME(house), { headers });
  const said = await launch.login('wait', ME(house), { headers });
  t.like(said, { status: 429, body: { error: 'slow_down' } });
  t.is(said.headers.get('access-control-allow-origin'), origin);
  t.regex(said.headers.get('access-control-expose-headers') ?? '', /Retry-After/);
  const stranger = await launch.login('wait', ME(house), { headers: { ...headers, origin: 'https://x.example' } }); // prettier-ignore
  t.is(stranger.headers.get('access-control-allow-origin'), null);
});

test.serial('a zero byte in a field is a malformed call, not a fault of ours', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  const login = (fields: Record<string, string>) =>
    launch.login(zaloToken(house, citizen.person).accessToken, { ...VIEW, ...fields });
  for (const fields of [
    { client_id: 'miniapp\0' },
    { acr_values: `\0 ${house.issuer}/acr/2` },
    { scope: 'svc:hoso:xem\0' },
    { resource: '\0' },
  ] as const)
    t.like(await login(fields), { status: 400, body: { error: 'invalid_request' } }, JSON.stringify(fields));
  await login({});
  for (const fields of [{ choice: '\0' }, { step: '\0' }, { phone: '0\0' }, { card_name: 'a\0' }])
    t.is((await launch.call(fields)).body['error'], 'invalid_request', JSON.stringify(fields));
  t.false(house.logged.some((line) => line.includes('request.failed')));
});

test.serial(
  'of two launches with one token at the same moment the loser’s other key is on record',
  async (t) => {
    const citizen = await meetInZalo(house);
    const second = `http://localhost:${(await house.another()).port}`;
    const thief = await openLaunch(house.issuer);
    await Promise.all([citizen.launch.fetchNonce(), thief.fetchNonce()]);
    const { accessToken } = zaloToken(house, citizen.person);
    const said = await Promise.all([
      citizen.launch.login(accessToken, ME(house)),
      thief.login(accessToken, ME(house), { at: second }),
    ]);
    t.deepEqual(
      said.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 400],
    );
    const events = await house.db.rows<{ body: Buffer }>(sql`select body from access_event where kind = 'login.evidence_replayed' order by seq desc limit 1`); // prettier-ignore
    t.like(JSON.parse(String(events[0]?.body)), { reason: 'replayed', otherKey: true });
  },
);

test.serial('a code for one place buys nothing at another', async (t) => {
  const citizen = await meetInZalo(house);
  const code = codeOf(await signIn(house, citizen, ME(house)));
  const said = await citizen.launch.token(code, { resource: REPORT.resource });
  t.is(said.status, 400);
  t.is(said.body['access_token'], undefined);
});

test.serial('a chip is brought to no launch but by its own words', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const path = '/authorize-challenge/chip';
  const headers = { 'x-client-id': 'miniapp', 'content-type': 'application/json' };
  for (const nonce of ['', '.', "' or true --", '00000000-0000-7000-8000-000000000000.x', 'x'.repeat(4_000)])
    t.is((await citizen.launch.send({ path, body: '{}', headers: { ...headers, 'x-upload-nonce': nonce } })).body['error'], 'invalid_session', nonce.slice(0, 40)); // prettier-ignore
});

test.serial(
  'a fresh proof that is asked for can be given: what is answered after it does not make it old',
  async (t) => {
    const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100));
    for (const asked of [REPORT, VIEW]) {
      const citizen = await meetInZalo(house);
      let said = await signIn(house, citizen, { ...asked, max_age: '0' });
      let looks = 0;
      const consent = async ({ text_hash }: Readonly<Record<string, unknown>>) => {
        await aSecond();
        if ((looks += 1) > 1) throw new Error('asked again');
        return { consent: 'approve', consent_text_hash: String(text_hash) };
      };
      said = await goOn(house, citizen, said, { consent });
      t.is(said.status, 200, JSON.stringify(said.body));
      t.is(looks, 1);
    }
  },
);

test.serial('level 2 that stands is not fresh enough for max_age 0', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  t.is((await citizen.launch.begin(VIEW)).status, 200);
  t.is(challengeOf(await citizen.launch.begin({ ...VIEW, max_age: '0' })).type, 'choose');
});

test.serial('a process asks Zalo no more often than its share, and says so as an outage', async (t) => {
  const small = await startHouse((await useDatabase()).url, { environment: { TNID_ZALO_CALLS_PER_MINUTE: '4' } }); // prettier-ignore
  t.teardown(() => small.stop());
  await useMiniApp(small);
  // One call for the person and two for the question whether proofs are checked.
  t.is((await signIn(small, await meetInZalo(small), ME(small))).status, 200);
  t.is((await signIn(small, await meetInZalo(small), ME(small))).status, 200);
  const third = await signIn(small, await meetInZalo(small), ME(small));
  t.like(third, { status: 503, body: { error: 'temporarily_unavailable' } });
  t.true(Number(third.headers.get('retry-after')) > 0);
});
