// Our nonces and oidc-provider's are the same: what one endpoint gave is good at the other.

import test from 'ava';
import { randomBytes } from 'node:crypto';
import { createNonces } from '../../provider/nonces.ts';
import { meetInZalo, ME, signIn, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { codeOf, openLaunch } from '../support/launch.ts';

let house: TestHouse;
let shiftMs = 0;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { clock: () => new Date(Date.now() + shiftMs) });
  await useMiniApp(house);
});
test.afterEach.always(() => {
  shiftMs = 0;
});
test.after.always(() => house?.stop());

const secret = randomBytes(32);
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22) + seconds * 1000);

test('a nonce is good for three minutes at most and two at least, then it is not', (t) => {
  const nonces = createNonces(secret);
  const given = nonces.next(at(0));
  t.regex(given, /^[\w-]{43}$/);
  for (const good of [0, 60, 120, 179]) t.true(nonces.isOurs(given, at(good)), `${good} s`);
  for (const late of [240, 300, 3_600, 86_400]) t.false(nonces.isOurs(given, at(late)), `${late} s`);
  t.false(nonces.isOurs(given, at(-3_600)), 'of the future');
});

test('nothing but a nonce of this secret is one', (t) => {
  const nonces = createNonces(secret);
  const given = nonces.next(at(0));
  t.true(createNonces(secret).isOurs(given, at(0)), 'another process of the same house');
  t.false(createNonces(randomBytes(32)).isOurs(given, at(0)));
  for (const odd of ['', 'A'.repeat(43), given.slice(1), `${given}=`, given.toUpperCase(), `${given}\0`, 'é'])
    t.false(nonces.isOurs(odd, at(0)), odd);
});

test('a day of minutes is kept without end neither here nor there', (t) => {
  const nonces = createNonces(secret);
  const seen = new Set(Array.from({ length: 1_440 }, (_, minute) => nonces.next(at(minute * 60))));
  t.is(seen.size, 1_440, 'a new one each minute');
});

test.serial('what /token gives is good at the challenge endpoint', async (t) => {
  const { person, launch } = await meetInZalo(house);
  await launch.send({ path: '/token', body: { grant_type: 'authorization_code', client_id: launch.clientId, code: 'x' } }); // prettier-ignore
  t.truthy(launch.nonce());
  const given = launch.nonce();
  const form = launch.formFor({ ...launch.newChallenge(), ...launch.loginFields(zaloToken(house, person).accessToken), ...ME(house) }); // prettier-ignore
  t.is((await launch.send({ body: form })).status, 200);
  t.is(launch.nonce(), given, 'one nonce a minute at both');
});

test.serial('what the challenge endpoint gives is good at /token', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen, ME(house));
  const { launch } = citizen;
  const form = { grant_type: 'authorization_code', client_id: launch.clientId, code: codeOf(said), code_verifier: launch.verifier(), resource: `${house.issuer}/me` }; // prettier-ignore
  t.is((await launch.send({ path: '/token', body: form })).status, 200);
});

test.serial('a nonce of five minutes ago is asked for anew, and nothing is lost', async (t) => {
  const { person } = await meetInZalo(house);
  const launch = await openLaunch(house.issuer);
  await launch.fetchNonce();
  const form = launch.formFor({ ...launch.newChallenge(), ...launch.loginFields(zaloToken(house, person).accessToken), ...ME(house) }); // prettier-ignore
  shiftMs = 300_000;
  const late = await launch.send({ body: form });
  t.like(late, { status: 400, body: { error: 'use_dpop_nonce' } });
  t.is((await launch.send({ body: form })).status, 200);
});
