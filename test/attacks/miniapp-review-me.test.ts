// The account's own API: what a challenge tells, what a sign-out really ends, what one launch may do to another.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { sql } from '../../database.ts';
import { REPORT, tokenFor, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ORIGINS } from '../support/launch.ts';
import { ask } from '../support/rp.ts';
import { accountOf, call, openOwn, post } from '../me/account.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const metadataIn = (challenge: string | null) =>
  /resource_metadata="([^"]+)"/.exec(challenge ?? '')?.[1] ?? '';

test('every refusal of the account leads to the metadata of the account, and of nothing else (RFC 9728 3.3)', async (t) => {
  const own = await openOwn(house);
  const refusals = [
    await ask(`${house.issuer}/me`),
    await call(house, own, '/me/reads', { claims: { ath: 'wrong' } }),
    await post(house, own, '/me/sign-out').then(() => call(house, own, '/me')),
  ];
  for (const { status, headers, text } of refusals) {
    t.is(status, 401, text);
    const address = metadataIn(headers.get('www-authenticate'));
    t.is(address, `${house.issuer}/.well-known/oauth-protected-resource/me`);
    const { body, headers: said } = await ask(address, { headers: { origin: ORIGINS[0] } });
    t.like(body, {
      resource: `${house.issuer}/me`,
      authorization_servers: [house.issuer],
      scopes_supported: ['tn:me'],
      dpop_bound_access_tokens_required: true,
    });
    t.is(said.get('access-control-allow-origin'), '*');
  }
  const services = await ask(`${house.issuer}/.well-known/oauth-protected-resource`);
  t.is(services.body['resource'], `${house.issuer}/api`);
});

test('every problem carries the reference that is read out to 1022', async (t) => {
  const own = await openOwn(house);
  const said = [
    await ask(`${house.issuer}/me`),
    await call(house, own, '/me', { claims: { ath: 'wrong' } }),
    await post(house, own, '/me/consents/1/withdraw'),
    await post(house, own, '/me/sign-out').then(() => call(house, own, '/me')),
  ];
  for (const { body, text } of said) t.is(String(body['reference']).length, 8, text);
});

/** A token request that holds its grant while somebody signs out, as /token does until its token is signed. */
async function whileRedeeming(accountId: string, end: () => Promise<unknown>): Promise<number> {
  const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
  const redeeming = house.db.transaction(async () => {
    await house.db.row(sql`select id from oidc_grant where account_id = ${accountId} limit 1 for share`);
    isHeld();
    await sleep(1_500);
    return Math.floor(Date.now() / 1000); // `iat` of what it signs
  });
  await held;
  await end();
  return redeeming;
}
const floorOf = async (accountId: string) =>
  (await house.db.row<{ floor: number }>(sql`select max(min_iat)::int as floor from watermark where account_id = ${accountId}`))?.floor ?? 0; // prettier-ignore

test('a token that is being signed while the launch signs out is ended with it', async (t) => {
  const own = await openOwn(house);
  await tokenFor(house, own, REPORT);
  const accountId = await accountOf(house, own);
  const iat = await whileRedeeming(accountId, () => post(house, own, '/me/sign-out'));
  t.true((await floorOf(accountId)) > iat);
});

test('a token that is being signed while a machine is removed is ended with it', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const id = '00000000-0000-4000-8000-000000000001';
  await house.db.run(sql`
    insert into known_device (id, account_id, device_key, kind, first_proven_at, last_seen_at)
    values (${id}, ${accountId}, ${randomBytes(32)}, 'other', now(), now())`);
  const iat = await whileRedeeming(accountId, () => post(house, own, `/me/devices/${id}/remove`));
  t.true((await floorOf(accountId)) > iat);
});
