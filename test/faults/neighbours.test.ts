import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, visitorAs } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.afterEach.always(() => {
  house.zalo.resetKnobs();
  house.vneid.resetKnobs();
  house.sms.resetKnobs();
});
test.after.always(() => house?.stop());

for (const fault of ['reset', 'html502', 'truncate', 'empty200'] as const) {
  test.serial(`Zalo away (${fault}): the page says so, and the next try works`, async (t) => {
    const visitor = await meet(house);
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
    await visitor.open(request.url);
    await visitor.browser.press('Đăng nhập bằng Zalo');
    await visitor.browser.press(visitor.person.zaloId);
    house.zalo.queue('access_token', ...Array<{ 'net.fault': typeof fault }>(6).fill({ 'net.fault': fault }));
    const arrival = await visitor.browser.press('allow');
    if (arrival.at !== 'page') return t.fail();
    t.true([200, 503].includes(arrival.page.status), String(arrival.page.status));
    t.regex(arrival.page.document.text, /Zalo (đang bận|chưa trả lời đúng)/);
    house.zalo.resetKnobs();
    const { callback } = await visitor.go({ url: arrival.page.url.href.split('?')[0] ?? '' });
    return t.is((await rp.redeem(request, callback)).status, 200);
  });
}

for (const fault of ['http503', 'reset', 'garbage'] as const) {
  test.serial(`VNeID away (${fault}): the page says so, and the next try works`, async (t) => {
    const { person } = await meet(house);
    let atHub = true;
    const visitor = visitorAs(house, person, (url) => atHub && url.pathname === '/vneid/ve');
    const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
    const { callback: back } = await visitor.go(request);
    house.vneid.setKnobs({ 'fault.at': 'token', 'fault.kind': fault });
    atHub = false;
    const arrival = await visitor.open(back);
    if (arrival.at !== 'page') return t.fail();
    t.true([200, 503].includes(arrival.page.status), String(arrival.page.status));
    t.regex(arrival.page.document.text, /VNeID (đang bận|chưa trả lời đúng)|chưa đủ để xác minh/);
    house.vneid.resetKnobs();
    const { callback } = await visitor.go({ url: arrival.page.url.href.split('?')[0] ?? '' });
    return t.is((await rp.redeem(request, callback)).status, 200);
  });
}

test.serial('a gateway that is away gets the message when it is back; the citizen sees a page all the while', async (t) => {
  const { person } = await meet(house);
  const visitor = visitorAs(house, person);
  house.sms.setKnobs({ outage: 'http503' });
  const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
  const lost = await Promise.race([
    visitor.go(request).catch((error: unknown) => error),
    new Promise((resolve) => setTimeout(resolve, 1_500)),
  ]);
  t.is(lost, undefined, 'the walk waits for a code that does not come');
  t.deepEqual(house.sms.inbox(internationalNumber(person.phone)), []);
  house.sms.resetKnobs();
  t.regex(await newestCode(house.sms.url, person.phone), /^\d{6}$/);
}); // prettier-ignore
