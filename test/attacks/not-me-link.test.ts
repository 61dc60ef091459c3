// The link that locks: fetched by previews, guessed, replayed, pressed twice, forged from another site.

import { randomBytes } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { linkOn, tell } from '../support/notices.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, countEvents, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let count = 0;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { environment: { TNID_TRUSTED_PROXIES: '1' } });
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** A citizen whose phone has just got a notice with a link. */
async function warned() {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const accountId = await accountOf(house, visitor);
  await tell(house, { accountId, kind: 'moving', key: String((count += 1)), link: true });
  return { visitor, accountId, link: await linkOn(house, visitor.person.phone) };
}
const isLocked = async (accountId: string) =>
  (await house.db.row(
    sql`select 1 as yes from account where id = ${accountId} and locked_at is not null`,
  )) !== undefined;
const newToken = () => randomBytes(15).toString('base64url');
const csrfIn = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
const from = (address: string) => ({ 'x-forwarded-for': address });
const post = (link: string, csrf: string, headers: Record<string, string> = {}) =>
  ask(link, { method: 'POST', headers, body: new URLSearchParams({ csrf }) });

test('looking changes nothing, however often and whoever looks', async (t) => {
  const { accountId, link, visitor } = await warned();
  for (let turn = 0; turn < 10; turn += 1) {
    const page = await ask(link, { headers: { 'user-agent': 'ZaloPC preview' } });
    t.is(page.status, 200);
    t.is(page.headers.get('cache-control'), 'no-store');
    t.is(page.headers.get('referrer-policy'), 'no-referrer');
    t.false(
      page.text.includes(visitor.person.name) || page.text.includes(visitor.person.phone),
      'names nobody',
    );
  }
  t.is((await ask(link, { method: 'HEAD' })).status, 200);
  t.false(await isLocked(accountId));
});

test('one press locks, without a login; the page says what to do next', async (t) => {
  const { accountId, link } = await warned();
  const browser = openBrowser();
  await browser.open(link);
  t.is(browser.page().title, 'Khóa tài khoản của bạn?');
  const done = await browser.press('Khóa tài khoản ngay');
  t.like(done, { at: 'page', page: { status: 200, title: 'Tài khoản đã được khóa' } });
  t.regex(browser.page().document.text, /1022[\s\S]*quầy một cửa/);
  t.true(await isLocked(accountId));
  t.is(await countEvents(house, 'account.locked', accountId), 1);
});

test('used, expired and invented links are one answer', async (t) => {
  const used = await warned();
  const csrf = csrfIn((await ask(used.link)).text);
  t.is((await post(used.link, csrf)).status, 303);
  const expired = await warned();
  await house.db.run(sql`update not_me_link set expires_at = now() - interval '1 second' where account_id = ${expired.accountId}`); // prettier-ignore
  const answers = await Promise.all(
    [used.link, expired.link, `${house.issuer}/k/${newToken()}`, `${house.issuer}/k/x`, `${house.issuer}/k/${'%20'.repeat(9)}`, `${house.issuer}/k/..%2f..%2ftoi`].map((link) => ask(link)), // prettier-ignore
  );
  const plain = (text: string) => text.replaceAll(/\/k\/[^"?]*/g, '/k/…');
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([404]));
  t.is(new Set(answers.map(({ text }) => plain(text))).size, 1);
  t.is((await post(used.link, csrf)).status, 404, 'a second press finds nothing');
  t.false(await isLocked(expired.accountId));
});

test('another site cannot make a browser press the button', async (t) => {
  const { accountId, link } = await warned();
  const other = await warned();
  const csrf = csrfIn((await ask(link)).text);
  t.is((await post(link, '')).status, 403);
  t.is((await post(link, csrfIn((await ask(other.link)).text))).status, 403, 'the form of another link');
  t.is((await post(link, csrf, { origin: 'https://evil.example' })).status, 403);
  t.is(
    (await ask(link, { method: 'POST', body: 'csrf', headers: { 'content-type': 'text/plain' } })).status,
    400,
  );
  t.false(await isLocked(accountId));
});

test('of twenty presses at once one locks, and nobody sees an error', async (t) => {
  const { accountId, link } = await warned();
  const csrf = csrfIn((await ask(link)).text);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(link, csrf)));
  t.is(answers.filter(({ status }) => status === 303).length, 1);
  t.is(answers.filter(({ status }) => status === 404).length, 19);
  t.is(await countEvents(house, 'account.locked', accountId), 1);
});

test('a sweep from one address is stopped, and nobody else is', async (t) => {
  const { link } = await warned();
  const statuses: number[] = [];
  for (let turn = 0; turn < 70; turn += 1)
    statuses.push((await ask(`${house.issuer}/k/${newToken()}`, { headers: from('203.0.113.7') })).status);
  t.is(statuses.filter((status) => status === 404).length, 60);
  t.deepEqual(new Set(statuses.slice(60)), new Set([429]));
  t.is((await ask(link, { headers: from('203.0.113.8') })).status, 200);
});

test('a good link costs no try', async (t) => {
  const { link } = await warned();
  const statuses: number[] = [];
  for (let turn = 0; turn < 70; turn += 1)
    statuses.push((await ask(link, { headers: from('203.0.113.9') })).status);
  t.deepEqual(new Set(statuses), new Set([200]));
});

test('no log line holds a link', async (t) => {
  const { link } = await warned();
  const token = link.split('/k/')[1] ?? '';
  await ask(link);
  await post(link, 'wrong');
  await ask(`${link}x`);
  const csrf = csrfIn((await ask(link)).text);
  await post(link, csrf);
  const lines = house.logged.join('\n');
  t.true(lines.includes('/k/:token'));
  t.false(lines.includes(token));
  const kept = await house.db.rows(sql`select convert_from(body, 'UTF8') as body from access_event`);
  t.false(JSON.stringify(kept).includes(token));
});
