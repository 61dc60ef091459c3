import test from 'ava';
import { createGuard } from '../../packages/guard/guard.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, createService, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// Case 7; the races themselves are in test/races/code.test.ts.
let house: TestHouse;
let rp: Rp;
let reports: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, reports] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createService(house, 'phananh', REPORTS),
  ]);
});
test.after.always(() => house?.stop());

test('a token whose code was shown twice is refused by its service at the next look at the feed', async (t) => {
  const { request, walk, tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const token = String(tokens.body['access_token']);
  const guard = createGuard({
    issuer: house.issuer,
    audience: REPORTS,
    baseUrl: REPORTS,
    acrBase: house.config.TNID_ACR_BASE,
    client: { clientId: reports.clientId, privateKey: reports.privateJwk },
    feedIntervalMs: 200,
  });
  await guard.start();
  t.teardown(() => guard.stop());
  const check = async () => {
    const dpop = await rp.proof(
      { method: 'POST', path: '', accessToken: token },
      { htu: `${REPORTS}/phan-anh` },
    );
    const headers = { authorization: `DPoP ${token}`, dpop };
    return guard.check({ method: 'POST', url: '/phan-anh', headers, rawHeaders: Object.entries(headers).flat() }, 'phananh.gui'); // prettier-ignore
  };
  const first = await check();
  t.true(first.ok, JSON.stringify(first));

  t.is((await rp.redeem(request, walk.callback)).body['error'], 'invalid_grant');
  const deadline = Date.now() + 5_000;
  let after = await check();
  while (after.ok && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    after = await check();
  }
  t.false(after.ok);
  if (!after.ok) t.is(after.status, 401, JSON.stringify(after.problem));
});
