// A binding whose lifetime is over, at an account that a thief of the Zalo login holds.

import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, meet, passZalo, signIn, visitorAs } from '../support/visitor.ts';
import { words } from '../counter/people.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const CARD = words.stepUp.methods.card.button;
const LOOK = { scope: 'openid svc:hoso:xem', resource: DOSSIERS };

test('what VNeID began is not renewed by what is printed on a card', async (t) => {
  const victim = await meet(house);
  await signIn(rp, victim, LOOK);
  const accountId = await accountOf(house, victim);
  await house.db.run(sql`
    update identity_binding set bound_at = now() - interval '6 years', expires_at = now() - interval '1 day' where account_id = ${accountId}`);
  const thief = visitorAs(house, victim.person);
  await thief.open((await rp.begin(LOOK.scope, LOOK.resource)).url);
  await passZalo(thief);
  await thief.browser.press(words.brake.no);
  t.true(thief.browser.hasButton(words.stepUp.methods.vneid.button));
  t.false(thief.browser.hasButton(CARD));

  const stranger = await meet(house);
  await stranger.open((await rp.begin(LOOK.scope, LOOK.resource)).url);
  await passZalo(stranger);
  await stranger.browser.press(words.brake.no);
  t.true(stranger.browser.hasButton(CARD), 'it is offered to somebody new');
});
