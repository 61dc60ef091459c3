// Case 5 for the mini app: a code of the challenge endpoint in other hands, or without its verifier.

import test from 'ava';
import { sql } from '../../database.ts';
import { goOn, ME, meetInZalo, REPORT, signIn, useMiniApp, VIEW } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { codeOf, miniAppClient, openLaunch } from '../support/launch.ts';
import type { Fields, Said } from '../support/launch.ts';
import { createPortal, DOSSIERS, newVerifier } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  await house.addClient(miniAppClient(house.issuer, 'miniapp-khac'));
  await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** Signed in, with a code for the account's own API. */
async function withCode() {
  const citizen = await meetInZalo(house);
  const code = codeOf(await signIn(house, citizen, ME(house)));
  const resource = `${house.issuer}/me`;
  return { ...citizen, code, resource };
}
const isDead = (t: { like: (said: Said, wanted: object) => void }, said: Said) =>
  t.like(said, { status: 400, body: { error: 'invalid_grant', access_token: undefined } });

test('a code is worth nothing without its own verifier', async (t) => {
  for (const code_verifier of [newVerifier(), 'A'.repeat(43), undefined, '']) {
    const { launch, code, resource } = await withCode();
    const said = await launch.token(code, { resource, code_verifier });
    t.is(said.status, 400);
    t.is(said.body['access_token'], undefined);
    t.is((await launch.token(code, { resource })).status, 200, 'a wrong guess does not spend the code');
  }
});

test('a code of one launch with the verifier of another, or in the other’s hands, is refused', async (t) => {
  const [one, other] = [await withCode(), await withCode()];
  const { resource } = one;
  isDead(t, await one.launch.token(other.code, { resource }));
  isDead(t, await one.launch.token(other.code, { resource, code_verifier: other.launch.verifier() }));
  isDead(t, await other.launch.token(one.code, { resource, code_verifier: one.launch.verifier() }));
});

test('a code goes only to the key that asked for it', async (t) => {
  const { launch, code, resource } = await withCode();
  const thief = await openLaunch(house.issuer);
  isDead(t, await thief.token(code, { resource, code_verifier: launch.verifier() }));
  const without = await withCode();
  const bare = await without.launch.send({ path: '/token', proof: null, body: { grant_type: 'authorization_code', client_id: without.launch.clientId, code: without.code, code_verifier: without.launch.verifier(), resource } }); // prettier-ignore
  t.is(bare.status, 400);
  t.is(bare.body['access_token'], undefined);
});

test('a code goes only to the client that asked for it', async (t) => {
  for (const client_id of ['miniapp-khac', 'cong-thu', 'nobody']) {
    const { launch, code, resource } = await withCode();
    const said = await launch.token(code, { resource, client_id });
    t.true([400, 401].includes(said.status), client_id);
    t.is(said.body['access_token'], undefined);
  }
});

test('a code lives a minute', async (t) => {
  const { launch, code, resource } = await withCode();
  const aged = await house.db.run(sql`
    update oidc_artifact set expires_at = expires_at - interval '60 seconds',
      payload = jsonb_set(payload::jsonb, '{exp}', to_jsonb((payload->>'exp')::int - 60))::json where payload->>'kind' = 'AuthorizationCode' and grant_id in (select grant_id from login_family where jkt = ${launch.jkt})`); // prettier-ignore
  t.is(aged, 1);
  isDead(t, await launch.token(code, { resource }));
});

test('a code redeemed twice is refused, and takes what it gave with it', async (t) => {
  const { launch, code, resource } = await withCode();
  t.is((await launch.token(code, { resource })).status, 200);
  isDead(t, await launch.token(code, { resource }));
  const marks = await house.db.rows(sql`
    select 1 from watermark w join login_family f using (account_id) where f.jkt = ${launch.jkt}`);
  t.true(marks.length > 0);
});

test('no code without PKCE and a key ever stands in the store', async (t) => {
  const citizen = await meetInZalo(house);
  for (const over of [{ code_challenge: undefined }, { code_challenge_method: 'plain' }, { code_challenge: '', code_challenge_method: '' }] as readonly Fields[]) {
    const said = await signIn(house, citizen, { ...ME(house), ...over });
    t.is(said.body['error'], 'invalid_request');
  }
  await withCode();
  const codes = await house.db.rows<{ payload: Record<string, unknown> }>(sql`
    select payload from oidc_artifact where payload->>'kind' = 'AuthorizationCode'`);
  t.true(codes.length > 0);
  for (const { payload } of codes) {
    t.regex(String(payload['codeChallenge']), /^[\w-]{43}$/);
    t.is(payload['codeChallengeMethod'], 'S256');
    t.regex(String(payload['dpopJkt']), /^[\w-]{43}$/);
  }
}); // prettier-ignore

test('a code buys no more than was asked and agreed: neither another service nor another scope', async (t) => {
  const citizen = await meetInZalo(house);
  const code = codeOf(await goOn(house, citizen, await signIn(house, citizen, REPORT)));
  const elsewhere = await citizen.launch.token(code, { resource: DOSSIERS });
  t.not(elsewhere.status, 200);
  const next = codeOf(await citizen.launch.begin(REPORT));
  const wider = await citizen.launch.token(next, { resource: REPORT.resource, scope: `${REPORT.scope} ${VIEW.scope}` }); // prettier-ignore
  if (wider.status === 200) t.is(wider.body['scope'], REPORT.scope);
  t.is(wider.body['refresh_token'], undefined);
  const me = codeOf(await citizen.launch.begin(ME(house)));
  const given = await citizen.launch.token(me, { resource: REPORT.resource });
  t.not(given.status, 200, 'a code for the own API is none for a service the person agreed to');
});
