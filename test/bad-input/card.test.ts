import test from 'ava';
import { wordsOf } from '../../views/words/words.ts';
import { compareCard, meetRegistered, openCardPage, typedCard } from '../support/card.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';

// What people and machines put into the card's fields. Nothing of it may reach the register.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const HOSTILE = [
  '\0',
  '\ud800',
  '\u202e',
  '𝟘𝟙𝟚𝟛',
  '<script>alert(1)</script>',
  '"><img src=x>',
  '</c:HoVaTen><c:SoDinhDanh>999085000016</c:SoDinhDanh>',
  '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
  "' or 1=1 --",
  '${7*7}{{7*7}}%{7*7}',
  '__proto__',
  '-1',
  '1e3',
  'a'.repeat(3_000),
  '|'.repeat(3_000),
  '<'.repeat(3_000),
];

test.serial('no text in any field is asked about, shown as markup or more than a mistake', async (t) => {
  const visitor = await meetRegistered(house);
  await openCardPage(rp, visitor);
  const asked = house.register.requests().length;
  for (const field of ['number', 'name', 'day', 'month', 'year', 'qr', 'mrz']) {
    for (const text of HOSTILE) {
      const page = await compareCard(visitor, {
        ...typedCard(visitor.person),
        qr: '',
        mrz: '',
        [field]: text,
      });
      t.is(page.status, 400, `${field}: ${JSON.stringify(text.slice(0, 40))}`);
      t.is(page.document.querySelectorAll('script, img').length, 0);
    }
  }
  t.is(house.register.requests().length, asked);
  t.deepEqual(house.logged.filter((line) => line.includes('"level":"error"')), []); // prettier-ignore
});

test.serial(
  'fields left out, doubled or unknown are a mistake or nothing, never an error of ours',
  async (t) => {
    const visitor = await meetRegistered(house);
    await openCardPage(rp, visitor);
    const page = visitor.browser.page();
    const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    t.is((await compareCard(visitor, { csrf: 'x', ...typedCard(visitor.person) })).status, 403);
    await openCardPage(rp, visitor);
    t.is((await compareCard(visitor, { csrf, constructor: 'x', number: '' })).status, 403, 'another visit');
    await openCardPage(rp, visitor);
    t.is((await compareCard(visitor, { unknown: 'x', number: '', name: '', year: '' })).status, 400);
    t.is(visitor.browser.page().title, wordsOf('vi').card.title);
  },
);
