import test from 'ava';
import { randomUUID } from 'node:crypto';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Form, Reply, Rp } from '../support/rp.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';
import { settle } from './counts.ts';
import { judge, long } from './row.ts';
import type { Row } from './row.ts';

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const POSTS = ['zalo', 'vneid', 'ma-so', 'dien-thoai', 'nhap-ma', 'gui-lai', 'dong-y', 'thoi'] as const;

/** An interaction begun by hand, so that cookie and form token can be used one by one. */
async function begun(wanted = LEVEL_ONE) {
  const start = await ask((await rp.begin(wanted.scope, wanted.resource)).url, {
    headers: { accept: 'text/html' },
  });
  const cookie = start.headers.getSetCookie().map((one) => one.split(';')[0]).join('; '); // prettier-ignore
  const path = new URL(start.headers.get('location') ?? '', house.issuer).pathname;
  const page = await send(path, { headers: { cookie } });
  return { cookie, path, csrf: /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '' };
}

const send = (path: string, init: Init = {}): Promise<Reply> =>
  ask(`${house.issuer}${path}`, { ...init, headers: { accept: 'text/html', ...init.headers } });

const form = (fields: Form | string, cookie = '', more: Record<string, string> = {}): Init => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...more },
  body:
    typeof fields === 'string' ? fields : new URLSearchParams(fields as Record<string, string>).toString(), // no lists in these tables
});

test.serial('a sign-in page', async (t) => {
  const mine = await begun();
  const theirs = await begun();
  const rows: Row[] = [
    ['an interaction nobody began', () => send('/interaction/khong-co'), 400],
    ['without its cookie', () => send(mine.path), 400],
    ['with another one\'s cookie', () => send(mine.path, { headers: { cookie: theirs.cookie } }), [400, 404]], // prettier-ignore
    ['with a cookie changed by a letter', () => send(mine.path, { headers: { cookie: mine.cookie.replaceAll(/sig=(.)/g, (_, first: string) => `sig=${first === 'A' ? 'B' : 'A'}`) } }), 400], // prettier-ignore
    ['with an unsigned cookie', () => send(mine.path, { headers: { cookie: mine.cookie.split('; ').filter((one) => !one.includes('.sig=')).join('; ') } }), 400], // prettier-ignore
    ['an id of 5,000 letters', () => send(`/interaction/${long(5_000)}`), [400, 404]],
    [
      'a note nobody wrote',
      () => send(`${mine.path}?bao=<script>`, { headers: { cookie: mine.cookie } }),
      200,
    ],
    ['two notes', () => send(`${mine.path}?bao=a&bao=b`, { headers: { cookie: mine.cookie } }), 200],
    [
      'a note named like a method',
      () => send(`${mine.path}?bao=constructor`, { headers: { cookie: mine.cookie } }),
      200,
    ],
    ['PUT', () => send(mine.path, { method: 'PUT', headers: { cookie: mine.cookie } }), [404, 405]],
    ['an action nobody knows', () => send(`${mine.path}/khong-co`, form({}, mine.cookie)), 404],
    ['an action named like a method', () => send(`${mine.path}/constructor`, form({ csrf: mine.csrf }, mine.cookie)), 404], // prettier-ignore
    ['GET of an action', () => send(`${mine.path}/zalo`, { headers: { cookie: mine.cookie } }), [404, 405]],
  ];
  await judge(t, house, rows);
  for (const action of POSTS) {
    const at = `${mine.path}/${action}`;
    await judge(t, house, [
      [`${action} without its cookie`, () => send(at, form({ csrf: mine.csrf })), 400],
      [
        `${action} with another one's cookie`,
        () => send(at, form({ csrf: mine.csrf }, theirs.cookie)),
        [400, 404],
      ],
      [`${action} without a form token`, () => send(at, form({}, mine.cookie)), 403],
      [
        `${action} with another one's form token`,
        () => send(at, form({ csrf: theirs.csrf }, mine.cookie)),
        403,
      ],
      [`${action} with a doubled form token`, () => send(at, form(`csrf=${mine.csrf}&csrf=${mine.csrf}`, mine.cookie)), 400], // prettier-ignore
      [`${action} from another site`, () => send(at, form({ csrf: mine.csrf }, mine.cookie, { origin: 'https://evil.example' })), 403], // prettier-ignore
      [`${action} as JSON`, () => send(at, { method: 'POST', headers: { cookie: mine.cookie, 'content-type': 'application/json' }, body: '{}' }), 400], // prettier-ignore
      [`${action} as multipart`, () => send(at, { method: 'POST', headers: { cookie: mine.cookie }, body: new FormData() }), 400], // prettier-ignore
      [
        `${action} with 20,000 bytes`,
        () => send(at, form({ csrf: mine.csrf, x: long(20_000) }, mine.cookie)),
        400,
      ],
      [`${action} with 200 fields`, () => send(at, form(`csrf=${mine.csrf}&${Array.from({ length: 200 }, (_, i) => `f${i}=1`).join('&')}`, mine.cookie)), 400], // prettier-ignore
    ]);
  }
  // Steps that are not due: the browser is sent back to the one that is, and nothing is written.
  for (const action of ['ma-so', 'dien-thoai', 'nhap-ma', 'gui-lai', 'dong-y', 'vneid'] as const) {
    await judge(t, house, [
      [`${action} before signing in`, () => send(`${mine.path}/${action}`, form({ csrf: mine.csrf, phone: '0912345678', code: '123456' }, mine.cookie)), [303, 400]], // prettier-ignore
    ]);
  }
});

test.serial('phone number and code', async (t) => {
  const { person } = await meet(house);
  const browser = openBrowser();
  await browser.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await browser.press('Đăng nhập bằng Zalo');
  await browser.press(person.zaloId);
  await browser.press('allow');
  await browser.press('Không, tôi tự làm');
  await browser.press('Xác minh bằng VNeID');
  await browser.press(person.vneidSub);
  const wrong = async (button: string, fields: Record<string, string>, title: string) => {
    const arrival = await browser.press(button, fields);
    const page = arrival.at === 'page' ? arrival.page : undefined;
    t.true(
      page !== undefined && page.status >= 400 && page.status < 500,
      `${JSON.stringify(fields)} ${page?.status}`,
    );
    t.is(page?.title, title);
  };
  for (const phone of ['', ' ', 'abc', '113', '+1 202 555 0100', '0283822234', '0912', '9'.repeat(300), '<b>0912</b>', '0912345678; drop table', '０９１２']) {
    await wrong('Gửi mã cho tôi', { phone }, 'Số điện thoại nhận mã');
  } // prettier-ignore
  t.deepEqual(await house.db.rows(sql`select id from otp`), [], 'no code was made');
  await browser.press('Gửi mã cho tôi', { phone: person.phone });
  for (const code of [
    '',
    '12345',
    '1234567',
    'abcdef',
    '１２３４５６',
    '-12345',
    '1e5',
    `${'1'.repeat(2_000)}`,
  ]) {
    await wrong('Xác nhận', { code }, 'Nhập mã gồm 6 số');
  }
  const [row] = await house.db.rows<{ attempts: number }>(sql`select attempts from otp`); // prettier-ignore
  t.is(row?.attempts, 0, 'what cannot be right costs no guess');
});

test.serial('callbacks of Zalo and VNeID', async (t) => {
  const mine = await begun();
  const started = await send(`${mine.path}/zalo`, form({ csrf: mine.csrf }, mine.cookie));
  const state = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? '';
  const spent = await begun();
  const startedSpent = await send(`${spent.path}/zalo`, form({ csrf: spent.csrf }, spent.cookie));
  const spentState = new URL(startedSpent.headers.get('location') ?? '').searchParams.get('state') ?? '';
  await send(`${spent.path}/zalo/ve?state=${spentState}`, { headers: { cookie: spent.cookie } });
  for (const [provider, other] of [['zalo', 'vneid'], ['vneid', 'zalo']] as const) {
    await judge(t, house, [
      [`${provider}: nothing`, () => send(`/${provider}/ve`), 400],
      [`${provider}: no state`, () => send(`/${provider}/ve?code=x`), 400],
      [`${provider}: an unknown state`, () => send(`/${provider}/ve?code=x&state=${randomUUID()}`), 400],
      [`${provider}: two states`, () => send(`/${provider}/ve?code=x&state=${state}&state=${state}`), 400],
      [`${provider}: two codes`, () => send(`/${provider}/ve?code=x&code=y&state=${state}`), 400],
      [`${provider}: an endless state`, () => send(`/${provider}/ve?code=x&state=${long(5_000)}`), 400],
      [`${provider}: POST`, () => send(`/${provider}/ve`, form({ state, code: 'x' })), [404, 405]],
      [`${provider}: below another one's interaction`, () => send(`${mine.path}/${provider}/ve?state=${state}&code=x`), 400],
      [`${provider}: below, without a state`, () => send(`${mine.path}/${provider}/ve?code=x`, { headers: { cookie: mine.cookie } }), 400], // prettier-ignore
      [`${provider}: below, with a state of ${other}`, () => send(`${mine.path}/${provider}/ve?state=${provider === 'zalo' ? randomUUID() : state}&code=x`, { headers: { cookie: mine.cookie } }), 303], // prettier-ignore
      [`${provider}: below, a used state`, () => send(`${spent.path}/${provider}/ve?state=${spentState}&code=x`, { headers: { cookie: spent.cookie } }), 303], // prettier-ignore
    ]);
  } // prettier-ignore
  await judge(t, house, [['a Zalo state at VNeID', () => send(`/vneid/ve?state=${state}&code=x`), 400]]);
});

test.serial("the citizen's own page", async (t) => {
  const browser = openBrowser({ stopAt: (url) => url.port === '9' });
  const mine = await meet(house);
  await signIn(rp, mine, LEVEL_ONE);
  const theirs = await meet(house);
  await signIn(rp, theirs, LEVEL_ONE);
  await theirs.open(`${house.issuer}/toi`);
  const hrefs = theirs.browser.page().document.querySelectorAll('a[href]').map((link) => link.getAttribute('href') ?? ''); // prettier-ignore
  const withdraw = hrefs.find((href) => href.startsWith('/toi/dong-y/'));
  const receipt = hrefs.find((href) => href.startsWith('/toi/bien-nhan/'));
  t.truthy(withdraw);
  t.truthy(receipt);
  const statusOf = async (path: string) => {
    const arrival = await mine.open(`${house.issuer}${path}`);
    return arrival.at === 'page' ? arrival.page.status : 0;
  };
  for (const path of [withdraw ?? '', receipt ?? '', `${receipt}?dang=jws`, '/toi/dong-y/x', '/toi/bien-nhan/x', `/toi/dong-y/${randomUUID()}`, `/toi/bien-nhan/${randomUUID()}`, '/toi/khong-co', `/toi/bien-nhan/${long(2_000)}`]) {
    t.is(await statusOf(path), 404, path);
  } // prettier-ignore
  await settle(house.db);
  await judge(t, house, [
    ['without a session', () => send('/toi'), 303],
    ['a withdrawal without a session', () => send(withdraw ?? '', form({ csrf: 'x', version: '1' })), 401],
    ['a logout without a session', () => send('/toi/dang-xuat', form({ csrf: 'x' })), [303, 401, 403]],
    [
      'a forged session',
      () => send('/toi', { headers: { cookie: '__Host-tnid=x; __Host-tnid.sig=y' } }),
      303,
    ],
  ]);
  t.is((await browser.open(`${house.issuer}/`)).at, 'page');
});

test.serial('/session/end', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  await settle(house.db); // the event of the issued token
  const idToken = String(tokens.body['id_token']);
  const query = (fields: Form) => `/session/end?${new URLSearchParams(fields as Record<string, string>)}`; // no lists here
  await judge(t, house, [
    ['a hint that is no token', () => send(query({ id_token_hint: 'x' })), 400],
    ['a hint signed by nobody', () => send(query({ id_token_hint: `${idToken.split('.').slice(0, 2).join('.')}.AAAA` })), 400],
    ['a hint of another client', () => send(query({ id_token_hint: idToken, client_id: 'tayninh-id' })), 400],
    ['a return address nobody registered', () => send(query({ id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.example/' })), 400],
    ['an unknown client', () => send(query({ client_id: 'khong-co' })), 400],
    ['two hints', () => send(`/session/end?id_token_hint=${idToken}&id_token_hint=${idToken}`), 400],
    ['a confirmation out of nothing', () => send('/session/end/confirm', form({ xsrf: 'x', logout: 'yes' })), 400],
    ['a confirmation without a word', () => send('/session/end/confirm', form({})), 400],
    ['a confirmation as JSON', () => send('/session/end/confirm', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }), 400],
    ['a confirmation by GET', () => send('/session/end/confirm?xsrf=x&logout=yes'), [404, 405]],
    ['an end for an unknown client', () => send('/session/end/success?client_id=khong-co'), 400],
  ]); // prettier-ignore
  t.is((await rp.refresh(tokens)).status, 200);
});
