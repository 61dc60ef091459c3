// The one word an address may carry for a page (`?bao=`): none of them may be a member every object has.

import test from 'ava';
import { atWork } from '../counter/people.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO, meet, passZalo, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const WORDS = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
/** What the views make of a word they know nothing of. */
const isPlain = (text: string) => !text.includes('undefined') && !text.includes('native code');

test('on the citizen’s own pages', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  for (const path of ['/toi/khoa', '/toi/con'])
    for (const word of WORDS) {
      await visitor.open(`${house.issuer}${path}?bao=${word}`);
      const page = visitor.browser.page();
      t.is(page.status, 200, `${path} ${word}`);
      t.true(isPlain(page.document.text), `${path} ${word}`);
    }
});

test('on the pages of a sign-in', async (t) => {
  const visitor = await meet(house);
  const { browser } = visitor;
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await passZalo(visitor);
  await browser.press('Không, tôi tự làm');
  const look = async (where: string) => {
    const { url } = browser.page();
    for (const word of WORDS) {
      await visitor.open(`${url.origin}${url.pathname}?bao=${word}`);
      t.is(browser.page().status, 200, `${where} ${word}`);
      t.true(isPlain(browser.page().document.text), `${where} ${word}`);
    }
  };
  await look('choice');
  await browser.press('Xác minh bằng VNeID');
  await browser.press(visitor.person.vneidSub);
  await look('phone');
  await browser.press('Gửi mã cho tôi', { phone: visitor.person.phone });
  await look('code');
});

test('at the door of the staff and at the counter', async (t) => {
  for (const word of WORDS) {
    const door = await ask(`${house.issuer}/can-bo/dang-nhap?bao=${word}`);
    t.is(door.status, 200, word);
    t.true(isPlain(door.text), word);
  }
  const { browser } = await atWork(house, 'mai.ghi-chu');
  for (const word of WORDS) {
    await browser.open(`${house.issuer}/counter/xong/not_recorded?ly-do=${word}`);
    t.is(browser.page().status, 404, word);
  }
});
