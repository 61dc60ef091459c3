// The mini app's client at the authorization endpoint for browsers, where no broker of ours sent anybody.

import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { useMiniApp, ME, REPORT } from '../support/app-citizen.ts';
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

for (const [what, asked] of [
  ["the account's own API", () => ME(house)],
  ['a service', () => REPORT],
] as const)
  test(`a link of a stranger's making: ${what}`, async (t) => {
    const verifier = randomBytes(32).toString('base64url');
    const visitor = await meet(house);
    const query = new URLSearchParams({ response_type: 'code', client_id: 'miniapp', redirect_uri: `${house.issuer}/xong`, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...asked() }); // prettier-ignore
    const page = await visitor.open(new URL(`${house.issuer}/auth?${query}`));
    t.log(visitor.browser.page().url.href, visitor.browser.page().title);
    await passZalo(visitor);
    t.log(visitor.browser.page().url.href, visitor.browser.page().title);
    t.log(house.logged.filter((l) => /"level":"(error|warn)"/.test(l)).slice(-4));
    const launch = await openLaunch(house.issuer);
    void launch; void page;
    t.pass();
  });
