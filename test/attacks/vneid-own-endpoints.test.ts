// V1, V4 and V6 of contract identity-vn 1.4: mistakes that real integrations with the national sign-on
// have made at their own endpoints. V11 is in 12-one-person, V12 in 10-step-up-fixation, the others in
// test/contracts/vneid*.

import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO, meet } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'portal');
});
test.after.always(() => house.stop());

const counts = async () =>
  house.db.row(sql`
    select (select count(*) from account)::int as accounts, (select count(*) from identity_binding)::int as bindings,
      (select count(*) from level_fact)::int as levels`);
const person = { SoDinhDanh: '999190000011', HoVaTen: 'Nguyễn Thị Minh An', NgayThangNamSinh: '19900615', IAL: '2', LoaiTaiKhoan: '1', loginIdp: 'BCA', sub: 'x' }; // prettier-ignore
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${house.issuer}${path}`, { redirect: 'manual', ...init });

test.serial('V1: nobody takes a person from a client, whatever the form', async (t) => {
  const before = await counts();
  for (const path of [
    '/vneid/ve',
    '/vneid',
    '/login/vneid',
    '/api/vneid',
    '/interaction/x/vneid/ve',
    '/toi',
  ]) {
    for (const init of [
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(person) },
      { method: 'POST', body: new URLSearchParams(person) },
    ]) {
      const answer = await ask(path, init);
      t.true(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
      t.false((answer.headers.get('set-cookie') ?? '').includes('session'), path);
    }
  }
  t.deepEqual(await counts(), before);
});

test.serial('V1: claims laid over the callback are not looked at', async (t) => {
  const visitor = await meet(house);
  const { browser } = visitor;
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  for (const button of ['Đăng nhập bằng Zalo', visitor.person.zaloId, 'allow', 'Không, tôi tự làm'])
    await browser.press(button);
  const before = await counts();
  const page = browser.page().url;
  const arrival = await browser.open(`${page.href}/vneid/ve?${new URLSearchParams({ ...person, state: 'x', code: 'y' })}`); // prettier-ignore
  t.is(arrival.at, 'page');
  t.true(browser.hasButton('Xác minh bằng VNeID'), 'the step is still open');
  t.deepEqual(await counts(), before);
});

test.serial('V4: a state that holds an address leads nowhere', async (t) => {
  for (const target of [
    'https://ke-xau.example/',
    `${house.issuer}/toi`,
    '//ke-xau.example',
    'javascript:alert(1)',
  ]) {
    for (const state of [
      Buffer.from(target).toString('base64'),
      Buffer.from(target).toString('base64url'),
      target,
    ]) {
      for (const provider of ['vneid', 'zalo']) {
        const answer = await ask(`/${provider}/ve?${new URLSearchParams({ state, code: 'abc' })}`);
        t.is(answer.status, 400);
        t.is(answer.headers.get('location'), null);
      }
    }
  }
});

test.serial('V6: a stored access token opens nothing', async (t) => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
  for (const name of ['access_token', 'token', 'token_id', 'id_token']) {
    for (const path of ['/vneid/ve', '/zalo/ve']) {
      const answer = await ask(`${path}?${new URLSearchParams({ [name]: token })}`);
      t.is(answer.status, 400, `${path} ${name}`);
    }
    const mine = await ask(`/toi?${new URLSearchParams({ [name]: token })}`);
    t.is(mine.status, 303, 'the own page asks for a sign-in');
  }
  t.false(house.logged.join('\n').includes(token));
});
