import test from 'ava';
import { findLegByLink } from '../../assurance/browser-leg.ts';
import { sql } from '../../database.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { goOn, meetInZalo, signIn, useMiniApp, VIEW } from '../support/app-citizen.ts';
import { atBrowserStep, codeOn, finishByVneid, holderOfKey, openLink, proveByVneid, unlock, words } from '../support/browser-leg.ts'; // prettier-ignore
import type { AtStep } from '../support/browser-leg.ts';
import type { TestHouse } from '../support/broker.ts';
import { challengeOf } from '../support/launch.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { softwarePasskey } from '../support/software-passkey.ts';

// Case 10, the mini app's half: a link to the browser is sent to somebody else.
let two: TwoBrokers;
let house: TestHouse;
test.before(async () => {
  two = await startTwoBrokers();
  ({ house } = two);
  await useMiniApp(house);
});
test.after.always(() => two?.stop());

const accountOf = async ({ citizen }: Pick<AtStep, 'citizen'>): Promise<string> => {
  const row = await house.db.row<{ account_id: string }>(
    sql`select account_id from zalo_link where zalo_id = ${citizen.person.zaloId}`,
  );
  return row?.account_id ?? '';
};
const provenOf = async (at: Pick<AtStep, 'citizen'>) =>
  house.db.rows(sql`select step from step_fact where account_id = ${await accountOf(at)} and step <> 'zalo'`);
const bindingsOf = async (at: Pick<AtStep, 'citizen'>) =>
  house.db.rows(sql`select id from identity_binding where account_id = ${await accountOf(at)}`);
const eventsOf = async (at: Pick<AtStep, 'citizen'>, kind: string) =>
  house.db.rows<{ outcome: string; body: string }>(sql`
    select e.outcome, convert_from(e.body, 'UTF8') as body from access_event e join audit_stream s using (stream_id)
    where s.account_id = ${await accountOf(at)} and e.kind = ${kind}`);
const sendCode = ({ citizen }: AtStep, completion_code: string) =>
  citizen.launch.call({ step: 'vneid_redirect', completion_code });
const uriOf = ({ challenge }: AtStep) => String(challenge['authorization_uri']);

test("what a victim proves on an attacker's link does not land on the attacker's account", async (t) => {
  const attacker = await atBrowserStep(house);
  const victim = await meetInZalo(house);
  const browser = await openLink(attacker.challenge);
  await proveByVneid(browser, victim.person);
  const code = codeOn(browser);
  t.deepEqual(await provenOf(attacker), []);
  // Five guesses, and what the victim proved is gone.
  for (let turn = 1; turn <= 5; turn += 1)
    t.not((await sendCode(attacker, String((Number(code) + turn) % 100_000_000).padStart(8, '0'))).status, 200); // prettier-ignore
  t.is((await fetch(uriOf(attacker))).status, 404);
  const kept = await house.db.rows(sql`
    select 1 from browser_leg l join authn_tx t on t.id = l.transaction_id
    where t.account_id = ${await accountOf(attacker)} and l.proven_sealed is not null`);
  t.deepEqual(kept, []);
  // Asking for anything else helps as little.
  for (const reply of [{ step: 'counter' }, { step: 'hold' }, { otp: '123456' }])
    t.not((await attacker.citizen.launch.call(reply)).status, 200);
  t.deepEqual(await provenOf(attacker), []);
  t.deepEqual(await bindingsOf(attacker), []);
  t.true((await eventsOf(attacker, 'stepup.browser')).some(({ body }) => body.includes('used_up')));
});

test("the code of an attacker's link, typed into the victim's own app, is wrong there", async (t) => {
  const attacker = await atBrowserStep(house);
  const victim = await atBrowserStep(house);
  const browser = await openLink(attacker.challenge);
  await proveByVneid(browser, victim.citizen.person);
  const said = challengeOf(await sendCode(victim, codeOn(browser)));
  t.like(said, { type: 'vneid_redirect', error: 'wrong_code' });
  t.deepEqual(await provenOf(victim), []);
  t.deepEqual(await provenOf(attacker), []);
});

test('two codes that are both waiting do not stand in for each other', async (t) => {
  const [one, other] = [await atBrowserStep(house), await atBrowserStep(house)];
  const codes: string[] = [];
  for (const at of [one, other]) {
    const browser = await openLink(at.challenge);
    await proveByVneid(browser, at.citizen.person);
    codes.push(codeOn(browser));
  }
  t.is(challengeOf(await sendCode(one, codes[1] ?? ''))['error'], 'wrong_code');
  t.is(challengeOf(await sendCode(other, codes[1] ?? '')).type, 'phone');
});

test('an account that is bound refuses another person at once, and the alarm is on record', async (t) => {
  const owner = await atBrowserStep(house);
  await finishByVneid(house, owner);
  const stranger = await meetInZalo(house);
  await house.db.run(sql`update level_fact set at = at - interval '1 hour' where account_id = ${await accountOf(owner)}`); // prettier-ignore
  const again = await bound(owner);
  const before = (await eventsOf(owner, 'stepup.vneid')).length;
  const browser = await openLink(again.challenge);
  await proveByVneid(browser, stranger.person);
  t.is(browser.page().title, words.legEnd.otherTitle);
  t.false(browser.page().document.text.includes(owner.citizen.person.name));
  const events = await eventsOf(owner, 'stepup.vneid');
  t.is(events.length, before + 1);
  t.true(events.some(({ outcome, body }) => outcome === 'refused' && body.includes('other_person')));
  t.is((await fetch(uriOf(again))).status, 404, 'the link is dead');
  t.like(challengeOf(await sendCode(again, '12345678')), { type: 'choose', error: 'other_person' });
});

/** The same account at a new launch, before VNeID; of a service that makes no new machine wait. */
async function bound({ citizen }: AtStep): Promise<AtStep> {
  const again = await meetInZalo(house, citizen.person);
  await signIn(house, again, { scope: 'tn:me', resource: `${house.issuer}/me` });
  const asked = challengeOf(await again.launch.begin(VIEW)); // prettier-ignore
  if (asked.type !== 'choose') throw new Error(`asked for ${asked.type}`);
  return { citizen: again, displayCode: '', challenge: challengeOf(await again.launch.call({ choice: 'vneid' })) }; // prettier-ignore
}

test('a link opened in two browsers belongs to the first', async (t) => {
  const at = await atBrowserStep(house);
  const [first, second] = [await openLink(at.challenge), await openLink(at.challenge)];
  await first.press(words.legAsk.yes);
  await second.press(words.legAsk.yes);
  t.is(second.page().status, 404);
  t.is(second.page().title, words.legEnd.endedTitle);
  await first.press(at.citizen.person.vneidSub);
  t.is(first.page().title, words.legCode.title);
  // The second sees no code, and cannot end what the first is doing.
  await second.open(uriOf(at));
  t.is(second.page().status, 404);
  t.is(challengeOf(await sendCode(at, codeOn(first))).type, 'phone');
});

test('twenty browsers at two brokers: one goes to VNeID', async (t) => {
  const at = await atBrowserStep(house);
  const browsers = await Promise.all(
    Array.from({ length: 20 }, () => openLink(at.challenge, openBrowser({ stopAt: (url) => url.pathname.includes('/oauth2/authorize') }))), // prettier-ignore
  );
  const ends = await Promise.all(
    browsers.map((browser, turn) => browser.press(words.legAsk.yes, {}, turn % 2 === 0 ? house.issuer : two.second.at)), // prettier-ignore
  );
  t.is(ends.filter((end) => end.at === 'door').length, 1);
});

test('fifty codes at once at two brokers with one session: one call is heard', async (t) => {
  const at = await atBrowserStep(house);
  const browser = await openLink(at.challenge);
  await proveByVneid(browser, at.citizen.person);
  const code = codeOn(browser);
  const { launch } = at.citizen;
  const session = launch.session();
  const said = await Promise.all(
    Array.from(
      { length: 50 },
      (_, turn) =>
      launch.post('/authorize-challenge', { response_type: 'code', client_id: launch.clientId, auth_session: session, step: 'vneid_redirect', completion_code: turn === 0 ? code : String(turn).padStart(8, '0') }), // prettier-ignore
    ),
  );
  t.is(said.filter(({ body }) => body['error'] === 'insufficient_authorization').length, 1);
  const row = await house.db.row<{ code_tries: number }>(sql`
    select code_tries from browser_leg l join authn_tx t on t.id = l.transaction_id where t.account_id = ${await accountOf(at)}`);
  t.true((row?.code_tries ?? 9) <= 5);
});

test("VNeID's answer brought to another browser opens nothing and spends nothing", async (t) => {
  const at = await atBrowserStep(house);
  const mine = await openLink(at.challenge, openBrowser({ stopAt: stopOnce() }));
  await mine.press(words.legAsk.yes);
  const back = await mine.press(at.citizen.person.vneidSub);
  if (back.at !== 'door') return t.fail();
  const other = openBrowser();
  await other.open(back.url);
  t.is(other.page().status, 404);
  t.is(other.page().title, words.legEnd.endedTitle);
  await mine.open(back.url);
  t.is(mine.page().title, words.legCode.title);
});

// The first time VNeID sends the browser back it is held there.
function stopOnce() {
  let stopping = true;
  return (url: URL) => {
    const stop = stopping && url.pathname === '/vneid/ve';
    if (stop) stopping = false;
    return stop;
  };
}

for (const [what, more] of [
  ['the state of a sign-in at Zalo', 'zalo'],
  ['a state nobody made', 'invented'],
  ['no state', 'absent'],
] as const) {
  test(`the way back from VNeID with ${what} leads nowhere`, async (t) => {
    const at = await atBrowserStep(house);
    const browser = await openLink(at.challenge);
    await browser.press(words.legAsk.yes);
    let state = 'x'.repeat(43);
    if (more === 'zalo') {
      await house.db.run(sql`
        insert into upstream_state (state_key, provider, interaction_uid, expires_at)
        select sha256('zalo-state'), 'zalo', 'leg:' || l.id, now() + interval '5 minutes' from browser_leg l
        join authn_tx t on t.id = l.transaction_id where t.account_id = ${await accountOf(at)} limit 1`);
      state = 'zalo-state';
    }
    const query = more === 'absent' ? 'code=c' : `state=${state}&code=c`;
    for (const path of ['/vneid/ve', '/tiep/vneid/ve', '/zalo/ve']) {
      await browser.open(`${house.issuer}${path}?${query}`);
      t.true(
        browser.page().status >= 400 && browser.page().status < 500,
        `${path}: ${browser.page().status}`,
      );
      t.is(browser.page().document.querySelector('.big-code'), null);
    }
    t.deepEqual(await provenOf(at), []);
  });
}

test("the sender of a link cannot press the victim's button: their page has no cookie of ours", async (t) => {
  const at = await atBrowserStep(house);
  const sender = await openLink(at.challenge);
  const csrf = sender.page().document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const victim = await openLink(at.challenge);
  const cookie = await victim.cookies(new URL(house.issuer));
  for (const headers of [
    { origin: 'null' },
    { origin: 'null', cookie },
    { origin: 'https://evil.example', cookie },
  ]) {
    const answer = await fetch(`${uriOf(at)}/toi`, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams({ csrf }) }); // prettier-ignore
    t.is(answer.status, 403, JSON.stringify(headers));
  }
  t.is((await fetch(uriOf(at))).status, 200, 'still unopened');
});

const ENDINGS: readonly (readonly [string, (at: AtStep) => Promise<unknown>])[] = [
  ['signing out', async (at) => house.db.run(sql`update login_family set ended_at = now() where account_id = ${await accountOf(at)}`)], // prettier-ignore
  ['the lock of the account', async (at) => house.db.run(sql`update account set locked_at = now(), lock_reason = 'lost_phone' where id = ${await accountOf(at)}`)], // prettier-ignore
  ['a lock that ended the transaction', async (at) => house.db.run(sql`update authn_tx set state = 'failed' where account_id = ${await accountOf(at)}`)], // prettier-ignore
  ['five minutes', async (at) => house.db.run(sql`update browser_leg l set created_at = now() - interval '6 minutes', expires_at = now() - interval '1 second' from authn_tx t where t.id = l.transaction_id and t.account_id = ${await accountOf(at)}`)], // prettier-ignore
  ['another request in the same launch', async (at) => at.citizen.launch.begin({ scope: 'tn:me', resource: `${house.issuer}/me` })], // prettier-ignore
];
for (const [what, end] of ENDINGS) {
  test(`after ${what} a link is dead, opened or not`, async (t) => {
    const [fresh, proven] = [await atBrowserStep(house), await atBrowserStep(house)];
    const browser = await openLink(proven.challenge);
    await proveByVneid(browser, proven.citizen.person);
    const code = codeOn(browser);
    const waiting = await openLink(fresh.challenge);
    await end(fresh);
    await end(proven);
    t.is(await findLegByLink(house.db, uriOf(fresh).split('/').at(-1) ?? '', new Date()), undefined);
    await waiting.press(words.legAsk.yes);
    t.is(waiting.page().status, 404);
    await browser.open(uriOf(proven));
    t.is(browser.page().status, 404);
    t.is(browser.page().document.querySelector('.big-code'), null);
    const said = await sendCode(proven, code);
    t.not(said.status, 200);
    t.deepEqual(await provenOf(proven), []);
  });
}

test("somebody else's passkey is refused in the browser, and the link lives on for the right one", async (t) => {
  const { challenge, key, citizen } = await holderOfKey(house);
  const browser = await openLink(challenge);
  await browser.press(words.legAsk.yes);
  await unlock(house, browser, softwarePasskey());
  t.true(browser.page().document.text.includes(words.legPasskey.errors.unknown));
  await unlock(house, browser, key);
  t.is(browser.page().title, words.legCode.title);
  const said = await citizen.launch.call({ step: 'passkey_web', completion_code: codeOn(browser) });
  t.is((await goOn(house, citizen, said)).status, 200);
});

test.serial(
  'while VNeID is down the browser says so, and the link lasts until its time is over',
  async (t) => {
    const at = await atBrowserStep(house);
    const browser = await openLink(at.challenge);
    await browser.press(words.legAsk.yes);
    house.vneid.setKnobs({ 'fault.at': 'token', 'fault.kind': 'html502' });
    await browser.press(at.citizen.person.vneidSub);
    const { status, document } = browser.page();
    house.vneid.resetKnobs();
    t.is(status, 503);
    t.true(document.text.includes(words.legVneid.errors.unavailable));
    await browser.press(words.legVneid.again);
    await browser.press(at.citizen.person.vneidSub);
    t.is(browser.page().title, words.legCode.title);
  },
);
