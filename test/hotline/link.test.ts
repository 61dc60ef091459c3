import test from 'ava';
import { sql } from '../../database.ts';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, createHotline, deliver, eventOf, linkChat, ownApi } from '../support/hotline.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  await useMiniApp(house);
  await createHotline(house);
});
test.after.always(() => house?.stop());

const chatOf = (zaloId: string) => house.zalo.oaUserId({ zaloId, oaId: house.hotlineOa.oaId });

test('the citizen agrees in the app, sends the code from their own chat, and is linked and told', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  const before = await own('GET');
  t.is(before.status, 200, JSON.stringify(before.body));
  t.like(before.body, { linked: false, agreed: false, oa_id: house.hotlineOa.oaId });
  t.like(before.body['notice'], { purposes: [{ id: 'hoso.tinh-trang' }] });

  const said = await agreeToHotline(own);
  t.is(said.status, 200, JSON.stringify(said.body));
  t.like(said.body, { linked: false, agreed: true, expires_in: 600 });
  t.regex(String(said.body['code']), /^LK \d{5} \d{5}$/);

  const event = eventOf(house.hotlineOa, chatOf(citizen.person.zaloId), String(said.body['code']));
  t.is((await deliver(house, event)).status, 200);
  const after = await own('GET');
  t.like(after.body, { linked: true, agreed: true });
  t.truthy(after.body['since']);
  const rows = await house.db.rows(sql`select kind from access_event where kind = 'hotline.linked'`);
  t.true(rows.length > 0);
  const notices = await house.db.rows(sql`select kind from notice_shown where kind = 'hotline_linked'`);
  t.true(notices.length > 0);
});
