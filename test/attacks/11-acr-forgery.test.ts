import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal } from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

// Case 11; decay, refresh and odd max_age are in test/provider/level.test.ts.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const acr = (level: number) => `${house.issuer}/acr/${level}`;

test('a thousand values of acr are read and answered like one', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  const many = Array.from({ length: 1_000 }, (_, i) => `u:${i}`).join(' ');
  for (const [values, error] of [[many, 'unmet_authentication_requirements'], [`${many} ${acr(1)}`, undefined]] as const) {
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { acr_values: values });
    t.is(request.answer.status, 201);
    const arrival = await visitor.open(request.url);
    t.is(arrival.at === 'door' ? (arrival.url.searchParams.get('error') ?? undefined) : arrival.page.title, error);
  } // prettier-ignore
});

const claims: Form[] = [
  { acr: 'ACR2' },
  { level: '2', acr_value: 'ACR2' },
  { claims: '{"id_token":{"acr":{"essential":true,"value":"ACR2"}}}' },
  { amr: 'vneid' },
];
for (const over of claims) {
  test(`${JSON.stringify(over)} in the request lifts nothing`, async (t) => {
    const filled = Object.fromEntries(Object.entries(over).map(([name, value]) => [name, String(value).replace('ACR2', acr(2))])); // prettier-ignore
    const { tokens } = await signIn(rp, await meet(house), { ...LEVEL_ONE, over: filled });
    t.is(tokens.status, 200, tokens.text);
    t.is(claimsOf(tokens.body['access_token'])['acr'], acr(1));
    t.is(claimsOf(tokens.body['id_token'])['acr'], acr(1));
    const refreshed = await rp.refresh(tokens, filled);
    t.is(claimsOf(refreshed.body['access_token'])['acr'], acr(1));
  });
}

test('a level 2 scope is never in a token of level 1, whatever is asked at the token endpoint', async (t) => {
  const visitor = await meet(house);
  const wanted = { ...LEVEL_TWO, scope: `${LEVEL_TWO.scope} svc:hoso:chuan-bi` };
  const { tokens } = await signIn(rp, visitor, wanted);
  const accountId = await accountOf(house, visitor);
  await house.db.run(
    sql`update level_fact set revoked_at = now() where account_id = ${accountId} and level = 2`,
  );
  const refreshed = await rp.refresh(tokens, { scope: 'openid svc:hoso:nop svc:hoso:chuan-bi' });
  t.is(refreshed.status, 200, refreshed.text);
  t.is(claimsOf(refreshed.body['access_token'])['scope'], 'svc:hoso:chuan-bi');
  t.is(claimsOf(refreshed.body['access_token'])['acr'], acr(1));
});

test('without a binding in force a proof of level 2 counts for nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, {
    ...LEVEL_TWO,
    scope: `${LEVEL_TWO.scope} svc:hoso:chuan-bi`,
  });
  const accountId = await accountOf(house, visitor);
  await house.db.run(
    sql`update identity_binding set ended_at = now(), end_reason = 'thu' where account_id = ${accountId}`,
  );
  t.is(claimsOf((await rp.refresh(tokens)).body['access_token'])['acr'], acr(1));
});
