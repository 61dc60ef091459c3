import test from 'ava';
import { sql } from '../../database.ts';
import { hire, signInAs, words } from '../counter/people.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
});
test.after.always(() => house?.stop());

test.serial(
  'the sign-in page asks for passkeys 200 times an hour from one address, then for the password',
  async (t) => {
    const officer = await hire(house, 'uyen.mai', 'officer', '25459');
    const open = async () => (await fetch(`${house.issuer}/can-bo/dang-nhap`)).text();
    const asks = (page: string) => page.includes('data-passkey');
    const count = async () => {
      const row = await house.db.row<{ n: number }>(sql`
      select count(*) as n from passkey_challenge where owner_kind = 'staff' and purpose = 'authenticate'`);
      return row?.n ?? 0;
    };
    const before = await count();
    for (let pages = 0; pages < 200; pages += 20)
      for (const page of await Promise.all(Array.from({ length: 20 }, open))) t.true(asks(page));
    t.is((await count()) - before, 200);
    const last = await open();
    t.false(asks(last));
    t.true(last.includes(words.staffDoor.passkeyLater));
    t.is((await count()) - before, 200, 'no row is written');
    await signInAs(house, officer);
    t.is(officer.browser.page().title, words.counter.title, 'work goes on by password and code');
  },
);
