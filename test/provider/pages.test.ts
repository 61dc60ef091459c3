import test from 'ava';
import { createHash } from 'node:crypto';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, REDIRECT } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const html = { headers: { accept: 'text/html' } };

test('cookies are bound to this host, secure, out of reach of scripts, and lax', async (t) => {
  const seen: string[] = [];
  const { url } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const start = await ask(url, html);
  seen.push(...start.headers.getSetCookie());
  t.is(start.status, 303);
  t.true(seen.length >= 2);
  for (const cookie of seen) {
    const [name = ''] = cookie.split('=');
    t.regex(name, /^__(?:Host|Secure)-tnid/);
    t.regex(cookie, /; httponly/i);
    t.regex(cookie, /; secure/i);
    t.regex(cookie, /; samesite=lax/i);
    t.notRegex(cookie, /; domain=/i);
    if (name.startsWith('__Host-')) t.regex(cookie, /; path=\/(?:;|$)/i);
  }
  t.true(seen.some((cookie) => /^__Secure-tnid-i=.*; path=\/interaction\//i.test(cookie)), 'the interaction has a path of its own');
  const lang = await ask(`${house.issuer}/?lang=en`, html);
  for (const cookie of lang.headers.getSetCookie()) t.regex(cookie, /^__Host-tnid-lang=en; path=\/;.*secure; httponly/i);
}); // prettier-ignore

test('a session cookie changed by one letter is no session', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  const reply = await ask(`${house.issuer}/toi`, { headers: { ...html.headers, cookie: '__Host-tnid=abc; __Host-tnid.sig=def' } });
  t.is(reply.status, 303);
  t.true(String(reply.headers.get('location')).startsWith('/auth?'));
}); // prettier-ignore

test('every page and every error carries the strict policy', async (t) => {
  const { url } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const addresses = ['/', '/quyen-cua-ban', '/toi', '/khong-co', '/auth', '/session/end', '/interaction/khong-co', '/zalo/ve', '/par', '/token', '/userinfo', '/revocations', '/.well-known/tayninh-service-catalogue']; // prettier-ignore
  for (const address of [url, ...addresses.map((path) => house.issuer + path)]) {
    const { headers, status } = await ask(address, html);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]) {
      t.true(policy.includes(part), `${address} (${status}): ${policy}`);
    }
    // No script, but for the one of the library that submits its logout form, named by its hash.
    t.notRegex(policy.replace(/ 'sha256-[^']{40,}'/, ''), /unsafe|script-src [^;]/, address);
    t.is(headers.get('x-content-type-options'), 'nosniff', address);
    t.is(headers.get('referrer-policy'), 'no-referrer', address);
    t.is(headers.get('x-frame-options'), 'DENY', address);
  }
});

test('forms of a sign-in may lead to the client, Zalo and VNeID, and nowhere else', async (t) => {
  const visitor = await meet(house);
  await visitor.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
  const cookie = await cookieOf(LEVEL_ONE);
  const page = await ask(cookie.page, { headers: { ...html.headers, cookie: cookie.header } });
  const action = /form-action ([^;]+)/.exec(page.headers.get('content-security-policy') ?? '')?.[1];
  t.deepEqual(action?.split(' ').toSorted(), ["'self'", house.zalo.url, new URL(house.vneid.authorizationUrl).origin, new URL(REDIRECT).origin].toSorted()); // prettier-ignore
  t.is(page.headers.get('cache-control'), 'no-store');
});

async function cookieOf(wanted: { scope: string; resource: string }) {
  const start = await ask((await rp.begin(wanted.scope, wanted.resource)).url, html);
  const header = start.headers.getSetCookie().map((one) => one.split(';')[0]).join('; '); // prettier-ignore
  return { header, page: new URL(start.headers.get('location') ?? '', house.issuer).href };
}

test('an error page names a reference that stands in the log, and no reason', async (t) => {
  const reply = await ask(`${house.issuer}/auth?client_id=khong-co&redirect_uri=https://evil.example`, html);
  t.is(reply.status, 400);
  t.is(reply.headers.get('location'), null);
  const reference = reply.headers.get('x-request-id') ?? 'none';
  t.regex(reference, /^[A-HJ-NP-Z2-9]{8}$/);
  t.true(reply.text.includes(reference));
  t.notRegex(reply.text, /invalid_client|evil\.example|at .*\.ts|node_modules/);
  t.true(house.logged.some((line) => line.includes(reference)));
});

test('an interaction without its cookie is a lost session, and nothing is bound', async (t) => {
  const visitor = await meet(house);
  await visitor.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
  const stranger = visitorAs(house, (await meet(house)).person);
  const arrival = await stranger.open(visitor.browser.page().url);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 400);
  t.is(arrival.at === 'page' ? arrival.page.title : '', 'Hãy trở lại cửa sổ đầu tiên');
});

test('a Zalo answer that arrives in another browser binds nothing', async (t) => {
  const { person } = await meet(house);
  const caught: URL[] = [];
  const attacker = visitorAs(house, person, (url) => url.pathname === '/zalo/ve' && caught.push(url) > 0);
  await attacker.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
  await attacker.browser.press('Đăng nhập bằng Zalo');
  await attacker.browser.press(person.zaloId);
  t.is((await attacker.browser.press('allow')).at, 'door');
  const [callback] = caught;
  if (callback === undefined) return t.fail();
  const victim = visitorAs(house, (await meet(house)).person);
  const arrival = await victim.open(callback);
  t.is(arrival.at === 'page' ? arrival.page.title : '', 'Hãy trở lại cửa sổ đầu tiên');
  t.is(await house.db.row(sql`select 1 from zalo_link where zalo_id = ${person.zaloId}`), undefined);
  const key = createHash('sha256')
    .update(callback.searchParams.get('state') ?? '')
    .digest();
  return t.like(await house.db.row(sql`select consumed_at from upstream_state where state_key = ${key}`), { consumed_at: null }); // prettier-ignore
});

test('a VNeID answer that arrives in another browser binds nobody', async (t) => {
  const { person } = await meet(house);
  const attacker = visitorAs(house, person, (url) => url.pathname === '/vneid/ve');
  const { callback } = await attacker.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  t.is(callback.pathname, '/vneid/ve');
  const victim = visitorAs(house, (await meet(house)).person);
  const arrival = await victim.open(callback);
  t.is(arrival.at === 'page' ? arrival.page.title : '', 'Hãy trở lại cửa sổ đầu tiên');
  t.deepEqual(await house.db.rows(sql`select b.id from identity_binding b join zalo_link z using (account_id) where z.zalo_id = ${person.zaloId}`), []); // prettier-ignore
});

test('a citizen opens their own page by signing in there, without any client', async (t) => {
  const visitor = await meet(house);
  await visitor.open(`${house.issuer}/toi`);
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
  await visitor.browser.press('Đăng nhập bằng Zalo');
  await visitor.browser.press(visitor.person.zaloId);
  const arrival = await visitor.browser.press('allow');
  t.is(arrival.at === 'page' ? arrival.page.url.pathname : '', '/toi');
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
});
