import test from 'ava';
import { createGuard } from '../../packages/guard/guard.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createPortal, createService, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// Case 7; the races themselves are in test/races/code.test.ts.
let house: TestHouse;
let rp: Rp;
let reports: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, reports] = await Promise.all([createPortal(house, 'cong-thu'), createService(house, 'phananh', REPORTS)]);
});
test.after.always(() => house?.stop());

test('a token whose code was shown twice is refused by its service at the next look at the feed', async (t) => {
  const { request, walk, tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const token = String(tokens.body['access_token']);
  let feed: unknown = { as_of: Math.floor(Date.now() / 1000), entries: [] };
  const set = (await ask(`${house.issuer}/jwks`)).body;
  const jws = (await ask(`${house.issuer}/.well-known/tayninh-service-catalogue`)).text;
  t.truthy(jws);
  const guard = createGuard({
    issuer: house.issuer,
    audience: REPORTS,
    baseUrl: 'https://phananh.dichvu.tayninh.gov.vn',
    acrBase: house.config.TNID_ACR_BASE,
    sources: { jwks: () => set as never, catalogue: () => jws as never, watermarks: () => feed as never }, // checked by the guard itself
  });
  const check = async () => {
    const proof = await rp.proof({ method: 'POST', path: '', accessToken: token }, { htu: 'https://phananh.dichvu.tayninh.gov.vn/phan-anh', nonce: undefined as never }); // prettier-ignore
    const headers = { authorization: `DPoP ${token}`, dpop: proof };
    return guard.check({ method: 'POST', url: '/phan-anh', headers, rawHeaders: Object.entries(headers).flat() }, 'phananh.gui'); // prettier-ignore
  };
  const first = await check();
  t.true(first.ok, JSON.stringify(first));

  t.is((await rp.redeem(request, walk.callback)).body['error'], 'invalid_grant');
  const { body } = await reports.credentials();
  const read = await reports.withToken('/revocations', String(body['access_token']));
  t.is(read.status, 200);
  feed = read.body;
  const entry = (read.body['entries'] as Record<string, unknown>[]).find(({ id }) => id === claimsOf(token)['sub']);
  t.like(entry, { k: 'sub', client_id: 'cong-thu' });
  const after = await check();
  t.false(after.ok);
  if (!after.ok) t.is(after.status, 401);
});
