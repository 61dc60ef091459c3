// The machines of a person on their own page, over HTTP.

import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, countEvents, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

test('a person sees the machine they verified on and removes it: everybody is signed out', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
  await visitor.open(`${house.issuer}/toi/thiet-bi`);
  t.is(visitor.browser.page().title, 'Máy của tôi');
  t.regex(visitor.browser.page().document.text, /Máy bạn đang dùng/);
  t.is((await rp.refresh(tokens)).status, 200);
  await visitor.browser.press('Bỏ máy này');
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
  t.is(await countEvents(house, 'device.removed', await accountOf(house, visitor)), 1);
});

test('somebody else’s machine, a removed one and nonsense are one quiet answer', async (t) => {
  const [one, other] = [await meet(house), await meet(house)];
  await signIn(rp, one, LEVEL_TWO);
  await signIn(rp, other, LEVEL_TWO);
  const theirs = await house.db.row<{ id: string }>(sql`
    select id from known_device where account_id = ${await accountOf(house, other)} and ended_at is null`);
  for (const device of [theirs?.id ?? '', '00000000-0000-4000-8000-000000000000', 'x', "' or 1=1"]) {
    await one.open(`${house.issuer}/toi/thiet-bi`);
    const arrival = await one.browser.press('Bỏ máy này', { device });
    t.like(arrival, { at: 'page', page: { status: 200, title: 'Máy của tôi' } });
  }
  const left = await house.db.rows(sql`select id from known_device where ended_at is null`);
  t.is(left.filter(({ id }) => id === theirs?.id).length, 1);
});

test('without a session or with a foreign form nothing is removed', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const post = (body: Record<string, string>) =>
    ask(`${house.issuer}/toi/thiet-bi`, { method: 'POST', body: new URLSearchParams(body) });
  t.is((await post({ device: 'x', csrf: 'x' })).status, 401);
  await visitor.open(`${house.issuer}/toi/thiet-bi`);
  const refused = await visitor.browser.press('Bỏ máy này', { csrf: 'wrong' });
  t.is(refused.at === 'page' ? refused.page.status : 0, 403);
});

test('the number of a machine is for this site and for the browser alone', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const answer = await ask(`${house.issuer}/toi/thiet-bi`);
  t.is(answer.headers.getSetCookie().filter((cookie) => cookie.includes('tnid-device')).length, 0, 'not to a stranger'); // prettier-ignore
  const kept = await house.db.rows<{ n: number }>(
    sql`select octet_length(device_key) as n from known_device`,
  );
  t.true(kept.every(({ n }) => n === 32));
});
