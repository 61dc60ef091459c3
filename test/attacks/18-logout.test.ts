import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// Case 18, the broker's half: we send logout tokens, we take none.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

test('a link on a stranger\'s page only asks', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  for (const query of ['', '?client_id=cong-thu', `?id_token_hint=${String(tokens.body['id_token'])}`]) {
    const arrival = await visitor.open(`${house.issuer}/session/end${query}`);
    t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
    t.is(arrival.at === 'page' ? arrival.page.title : '', 'Bạn muốn đăng xuất?');
  }
  t.is((await rp.refresh(tokens)).status, 200);
}); // prettier-ignore

test('a form on a stranger\'s page cannot answer for the citizen', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  for (const body of ['logout=yes', 'logout=yes&xsrf=', 'logout=yes&xsrf=abc', 'logout=yes&xsrf=a&xsrf=b']) {
    const reply = await ask(`${house.issuer}/session/end/confirm`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example', accept: 'text/html' },
      body,
    }); // prettier-ignore
    t.is(reply.status, 400);
  }
  t.is((await rp.refresh(tokens)).status, 200);
}); // prettier-ignore

test('"Không đăng xuất" ends nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  await visitor.open(`${house.issuer}/session/end`);
  await visitor.browser.press('Không đăng xuất');
  t.is((await rp.refresh(tokens)).status, 200);
  const arrival = await visitor.open(`${house.issuer}/toi`);
  t.is(arrival.at === 'page' ? arrival.page.url.pathname : '', '/toi');
});
