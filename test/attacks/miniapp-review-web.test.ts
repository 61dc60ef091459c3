// The mini app's client at the endpoints for browsers, where nobody of ours sent anybody.

import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { ME, REPORT, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { openLaunch } from '../support/launch.ts';
import { meet, passZalo } from '../support/visitor.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const asks = (wanted: Readonly<Record<string, string>>) => ({
  response_type: 'code',
  client_id: 'miniapp',
  redirect_uri: `${house.issuer}/xong`,
  code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
  code_challenge_method: 'S256',
  ...wanted,
});

test("a link to the account's own API ends at once, signed in or not, and is not asked round and round", async (t) => {
  const visitor = await meet(house);
  await visitor.open(new URL(`${house.issuer}/auth?${new URLSearchParams(asks(REPORT))}`));
  await passZalo(visitor);
  t.true(visitor.browser.page().url.pathname.startsWith('/interaction/'), 'signed in, before the consent');
  for (const wanted of [ME(house), { ...ME(house), scope: 'openid' }]) {
    await visitor.open(new URL(`${house.issuer}/auth?${new URLSearchParams(asks(wanted))}`));
    t.is(visitor.browser.page().url.pathname, '/xong');
    const anybody = await meet(house);
    await anybody.open(new URL(`${house.issuer}/auth?${new URLSearchParams(asks(wanted))}`));
    t.is(anybody.browser.page().url.pathname, '/xong');
  }
});

test("nothing is pushed for the account's own API", async (t) => {
  const launch = await openLaunch(house.issuer);
  const said = await launch.post('/par', asks(ME(house)));
  t.like(said, { status: 400, body: { error: 'invalid_target' } });
});
