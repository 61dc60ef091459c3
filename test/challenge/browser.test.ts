import test from 'ava';
import { createHash, randomBytes } from 'node:crypto';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { DOSSIER, goOn, ME, meetInZalo, signIn, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import { challengeOf, claimsIn, openLaunch } from '../support/launch.ts';
import { atBrowserStep, codeOn, finishByVneid, holderOfKey, openLink, proveByVneid, unlock, words } from '../support/browser-leg.ts'; // prettier-ignore

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

test('VNeID in the browser and the code typed into the app are level 2', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  t.like(challenge, { type: 'vneid_redirect', completion: 'code', expires_in: 300, attempts_left: 5 });
  t.regex(String(challenge['authorization_uri']), /\/tiep\/[\w-]{43}$/);
  const browser = await openLink(challenge);
  t.is(browser.page().title, words.legAsk.title);
  await proveByVneid(browser, citizen.person);
  t.is(browser.page().title, words.legCode.title);
  t.deepEqual(
    await house.db.rows(sql`select id from step_fact f join browser_leg l using (transaction_id) where l.proven_sealed is not null and f.step = 'vneid'`), // prettier-ignore
    [],
    'nothing counts before the code',
  );
  const said = await citizen.launch.call({ step: 'vneid_redirect', completion_code: codeOn(browser) });
  const done = await goOn(house, citizen, said);
  const token = await citizen.launch.token(String(done.body['authorization_code']), DOSSIER);
  t.like(claimsIn(String(token.body['access_token'])), { acr: `${house.issuer}/acr/2`, identity_source: 'vneid' }); // prettier-ignore
});

test('a passkey in the browser is the factor of a bound person', async (t) => {
  const { citizen, key, challenge } = await holderOfKey(house);
  t.is(challenge.type, 'passkey_web');
  const browser = await openLink(challenge);
  await browser.press(words.legAsk.yes);
  t.is(browser.page().title, words.legPasskey.title);
  await unlock(house, browser, key);
  t.is(browser.page().title, words.legCode.title);
  const said = await citizen.launch.call({ step: 'passkey_web', completion_code: codeOn(browser) });
  const done = await goOn(house, citizen, said);
  t.is(done.status, 200, JSON.stringify(done.body));
  const token = await citizen.launch.token(String(done.body['authorization_code']), VIEW);
  const claims = claimsIn(String(token.body['access_token']));
  t.is(claims['acr'], `${house.issuer}/acr/2`);
  t.true((claims['amr'] as string[]).includes('hwk')); // the wire's shape
});

test('the page names the account only as far as its owner needs', async (t) => {
  const { citizen, challenge, displayCode } = await atBrowserStep(house, undefined, ['scope.userInfo']);
  const { document } = (await openLink(challenge)).page();
  t.true(document.text.includes(displayCode), 'the same code as in the app');
  t.true(document.text.includes('Nộp hồ sơ'), document.text);
  const { name, phone, birthdate } = citizen.person;
  const parts = name.split(' ');
  // Unverified: a name is whatever its owner typed into Zalo, and a stranger may be reading.
  t.true(document.text.includes(parts.map((word) => `${word[0]}***`).join(' ')), document.text);
  await finishByVneid(house, { citizen, challenge, displayCode });
  const again = await meetInZalo(house, citizen.person);
  await signIn(house, again, ME(house));
  await again.launch.begin(VIEW);
  const later = challengeOf(await again.launch.call({ choice: 'vneid' }));
  const { text } = (await openLink(later)).page().document;
  t.true(text.includes([...parts.slice(0, -1).map((word) => `${word[0]}.`), parts.at(-1)].join(' ')), text);
  for (const whole of [name, phone, birthdate]) t.false(text.includes(whole), whole);
  t.true(text.includes(phone.slice(-3)));
});

test('looking at a link, however often, does not use it up', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const uri = String(challenge['authorization_uri']);
  for (const method of ['GET', 'HEAD', 'GET']) t.is((await fetch(uri, { method })).status, 200);
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  t.is(browser.page().title, words.legCode.title);
});

test('the page with the code may be loaded again, and shows the same code', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  const code = codeOn(browser);
  await browser.open(String(challenge['authorization_uri']));
  t.is(codeOn(browser), code);
});

test('a wrong code leaves a try less, and five of them kill the link', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  const code = codeOn(browser);
  const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, '0');
  for (const left of [4, 3, 2, 1]) {
    const said = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code: wrong }));
    t.like(said, { error: 'wrong_code', attempts_left: left, authorization_uri: challenge['authorization_uri'] }); // prettier-ignore
  }
  const dead = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code: wrong }));
  t.like(dead, { error: 'expired', attempts_left: 5 });
  t.not(dead['authorization_uri'], challenge['authorization_uri'], 'the answer holds a fresh link');
  const late = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code: code }));
  t.is(late['error'], 'wrong_code', 'the right code of the dead link is wrong for the fresh one');
  await browser.open(String(challenge['authorization_uri']));
  t.is(browser.page().status, 404);
});

for (const [what, completion_code] of [
  ['letters', 'abcdefgh'],
  ['six digits', '123456'],
  ['nine digits', '123456789'],
]) {
  test(`a code of ${what} costs no try`, async (t) => {
    const { citizen } = await atBrowserStep(house);
    const said = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code }));
    t.like(said, { error: 'wrong_code', attempts_left: 5 });
  });
}

test('the code may be typed in two groups, as it is shown', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  const code = codeOn(browser);
  const spaced = `${code.slice(0, 4)} ${code.slice(4)}`;
  const said = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code: spaced }));
  t.is(said.type, 'phone');
});

test('a fresh link kills the one before, and a flow has five at most', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const uris = [String(challenge['authorization_uri'])];
  for (let more = 0; more < 4; more += 1)
    uris.push(String(challengeOf(await citizen.launch.call({ step: 'vneid_redirect' }))['authorization_uri'])); // prettier-ignore
  t.is(new Set(uris).size, 5);
  for (const uri of uris.slice(0, 4)) t.is((await fetch(uri)).status, 404);
  t.is((await fetch(String(uris[4]))).status, 200);
  t.like(await citizen.launch.call({ step: 'vneid_redirect' }), { status: 400, body: { error: 'access_denied' } }); // prettier-ignore
});

test('whoever was only sent the link cannot tell one that is open elsewhere from one that never was', async (t) => {
  const { challenge } = await atBrowserStep(house);
  const uri = String(challenge['authorization_uri']);
  await (await openLink(challenge)).press(words.legAsk.yes);
  const [theirs, invented] = await Promise.all([fetch(uri), fetch(`${house.issuer}/tiep/${'A'.repeat(43)}`)]);
  t.deepEqual([theirs.status, invented.status], [404, 404]);
  t.deepEqual([...theirs.headers.keys()], [...invented.headers.keys()]);
});

test('a flow that has had its links is over: the next launch on this machine is not led into it again', async (t) => {
  const device_id = randomBytes(16).toString('base64url');
  const { person } = await meetInZalo(house);
  const launchOn = async () => {
    const launch = await openLaunch(house.issuer);
    await launch.login(zaloToken(house, person).accessToken, { ...ME(house), device_id });
    return launch;
  };
  const first = await launchOn();
  await first.begin(VIEW);
  await first.call({ step: 'brake', guided: 'no' });
  await first.call({ choice: 'vneid' });
  for (let more = 0; more < 4; more += 1) await first.call({ step: 'vneid_redirect' });
  // Nobody opened the last one in time.
  await house.db.run(sql`
    update browser_leg set created_at = now() - interval '10 minutes', expires_at = now() - interval '5 minutes'
    where transaction_id in (select id from authn_tx where account_id = (select account_id from zalo_link where zalo_id = ${person.zaloId}))`);
  t.like((await (await launchOn()).begin(VIEW)).body, { error: 'access_denied' });
  t.is(challengeOf(await (await launchOn()).begin(VIEW)).type, 'brake', 'begun anew');
});

test('"this is not me" ends the link, and the app is told so before it chooses again', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await browser.press(words.legAsk.no);
  t.is(browser.page().title, words.legEnd.declinedTitle);
  t.is((await fetch(String(challenge['authorization_uri']))).status, 404);
  const said = challengeOf(await citizen.launch.call({ step: 'vneid_redirect', completion_code: '12345678' })); // prettier-ignore
  t.like(said, { type: 'choose', error: 'declined' });
});

test('whoever changes their mind goes back to the choice', async (t) => {
  const { citizen } = await atBrowserStep(house);
  t.is(challengeOf(await citizen.launch.call({ step: 'choose' })).type, 'choose');
});

test('a reply for the other sort of browser step is out of order', async (t) => {
  const { citizen } = await atBrowserStep(house);
  t.like(await citizen.launch.call({ step: 'passkey_web', completion_code: '12345678' }), { body: { error: 'invalid_session' } }); // prettier-ignore
});

test('when VNeID says no the browser says so, and may ask again', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await browser.press(words.legAsk.yes);
  await browser.press('Từ chối');
  t.is(browser.page().title, words.legVneid.title);
  t.true(browser.page().document.text.includes(words.legVneid.errors.declined));
  await browser.press(words.legVneid.again);
  await browser.press(citizen.person.vneidSub);
  t.is(browser.page().title, words.legCode.title);
});

test('no link, code, cookie or name of a browser step reaches the log', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  const link = String(challenge['authorization_uri']).split('/').at(-1) ?? '';
  const cookie = /__Host-tnid-leg=([^;]+)/.exec(await browser.cookies(new URL(house.issuer)))?.[1] ?? '';
  t.is(cookie.length, 22);
  const code = codeOn(browser);
  await citizen.launch.call({ step: 'vneid_redirect', completion_code: code });
  const logged = house.logged.join('\n');
  for (const secret of [link, cookie, code, citizen.person.name, citizen.person.personalNumber])
    t.false(logged.includes(secret), secret);
});

test('what needs a page goes on in a browser, with an address that is ready to open', async (t) => {
  // Known to another account: asked to move, which takes more reading than the app has room for.
  const first = await atBrowserStep(house);
  await finishByVneid(house, first);
  const again = await atBrowserStep(house, { ...first.citizen.person, zaloId: String(BigInt(first.citizen.person.zaloId) + 1n) }); // prettier-ignore
  const browser = await openLink(again.challenge);
  await proveByVneid(browser, first.citizen.person);
  const said = await again.citizen.launch.call({ step: 'vneid_redirect', completion_code: codeOn(browser) });
  t.like(said, { status: 400, body: { error: 'redirect_to_web' } });
  const uri = new URL(String(said.body['web_uri']));
  t.is(uri.searchParams.get('request_uri'), String(said.body['request_uri']));
  const page = await openLink({ type: 'web', authorization_uri: uri.href });
  await page.press('Đăng nhập bằng Zalo');
  await page.press(again.citizen.person.zaloId);
  await page.press('allow');
  await page.press(words.brake.no);
  await page.press(words.stepUp.methods.vneid.button);
  await page.press(first.citizen.person.vneidSub);
  t.is(page.page().title, words.elsewhere.title);
  await page.press(words.elsewhere.leave);
  t.is(page.page().url.pathname, '/xong');
  t.is(page.page().title, words.backToApp.title);
  t.is(page.page().url.search, '', 'what the sign-in said is not left in the address');
});

test('the sign-in that goes on in a browser gives the app nothing it could redeem', async (t) => {
  const first = await atBrowserStep(house);
  await finishByVneid(house, first);
  const again = await atBrowserStep(house, { ...first.citizen.person, zaloId: String(BigInt(first.citizen.person.zaloId) + 1n) }); // prettier-ignore
  const browser = await openLink(again.challenge);
  await proveByVneid(browser, first.citizen.person);
  const said = await again.citizen.launch.call({ step: 'vneid_redirect', completion_code: codeOn(browser) });
  t.is(said.body['error'], 'redirect_to_web');
  const rows = await house.db.rows<{ request: string }>(
    sql`select payload->>'request' as request from oidc_artifact where payload->>'request' is not null`,
  );
  const pushed = rows.map(({ request }) => Buffer.from(request.split('.')[1] ?? '', 'base64url').toString());
  t.true(pushed.some((one) => one.includes(`"redirect_uri":"${house.issuer}/xong"`) && one.includes(DOSSIER.scope))); // prettier-ignore
  const mine = createHash('sha256').update(again.citizen.launch.verifier()).digest('base64url');
  for (const one of pushed) t.false(one.includes(mine));
});

test('/xong sends the citizen back to Zalo and takes no notice of what stands in its address', async (t) => {
  const answer = await fetch(`${house.issuer}/xong?code=abc&state=<b>&iss=x`);
  const text = await answer.text();
  t.is(answer.status, 200);
  t.is(answer.url, `${house.issuer}/xong`);
  t.is(answer.headers.get('referrer-policy'), 'no-referrer');
  t.regex(answer.headers.get('content-security-policy') ?? '', /script-src;/);
  t.true(text.includes(words.backToApp.title));
  t.notRegex(text, /abc|<b>|<script/);
});
