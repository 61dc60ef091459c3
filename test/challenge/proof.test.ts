// The proof of each call (RFC 9449 4.3), for a login, a later call and a chip's files alike.

import test from 'ava';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';
import { sql } from '../../database.ts';
import { meetInZalo, REPORT, signIn, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { MINI_APP, openLaunch } from '../support/launch.ts';
import type { Fields, Launch } from '../support/launch.ts';

const PATH = '/authorize-challenge';
let house: TestHouse;
let citizen: AppCitizen;
/** Signed in, before the page of consent. */
let launch: Launch;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  citizen = await meetInZalo(house);
  ({ launch } = citizen);
  await signIn(house, citizen);
});
test.after.always(() => house?.stop());

/** A proof of the launch's own key with some of it replaced; undefined leaves a member out. */
async function forged(
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  path = PATH,
): Promise<string> {
  const { privateKey, jwk } = launch.key;
  const now = Math.floor(Date.now() / 1000);
  const payload = { jti: randomUUID(), htm: 'POST', htu: `${house.issuer}${path}`, iat: now, nonce: launch.nonce(), ...claims }; // prettier-ignore
  return new SignJWT(payload)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })
    .sign(privateKey);
}
const otherKey = async (): Promise<JWK> => exportJWK((await generateKeyPair('ES256')).publicKey);
const broken = (proof: string) => `${proof.slice(0, -8)}AAAAAAAA`;
const pair = async (alg: string) => generateKeyPair(alg, { extractable: true });
const signedBy = async (alg: string) => {
  const { privateKey, publicKey } = await pair(alg);
  const payload = { jti: randomUUID(), htm: 'POST', htu: `${house.issuer}${PATH}`, nonce: launch.nonce() };
  const header = { typ: 'dpop+jwt', alg, jwk: await exportJWK(publicKey) };
  return new SignJWT(payload).setIssuedAt().setProtectedHeader(header).sign(privateKey);
};
const unsigned = (alg: string) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { jti: randomUUID(), htm: 'POST', htu: `${house.issuer}${PATH}`, iat: 1, nonce: launch.nonce() }; // prettier-ignore
  return `${part({ typ: 'dpop+jwt', alg, jwk: launch.key.jwk })}.${part(payload)}.`;
};

type Case = readonly [what: string, proof: () => Promise<string | null | readonly string[]>, error?: string];
const NONCE = 'use_dpop_nonce';
const cases: readonly Case[] = [
  ['none', async () => null],
  ['an empty one', async () => ''],
  ['two', async () => [await forged(), await forged()]],
  ['two in one line', async () => `${await forged()}, ${await forged()}`],
  ['words', async () => 'a.b.c'],
  ['longer than any', async () => forged({ pad: 'x'.repeat(9_000) })],
  ['another signature', async () => broken(await forged())],
  ['no signature', async () => unsigned('none')],
  ['an algorithm in capitals of none', async () => unsigned('NONE')],
  ['RS256', async () => signedBy('RS256')],
  ['ES384', async () => signedBy('ES384')],
  ['EdDSA', async () => signedBy('EdDSA')],
  ['a plain JWT', async () => forged({}, { typ: 'JWT' })],
  ['no type', async () => forged({}, { typ: undefined })],
  ['no key', async () => forged({}, { jwk: undefined })],
  ["somebody else's key", async () => forged({}, { jwk: await otherKey() })],
  ['the private key in the header', async () => forged({}, { jwk: await exportJWK(launch.key.privateKey) })],
  ['a key to be fetched', async () => forged({}, { jwk: undefined, jku: 'http://127.0.0.1:9/jwks', kid: '1' })], // prettier-ignore
  ['no jti', async () => forged({ jti: undefined })],
  ['an empty jti', async () => forged({ jti: '' })],
  ['a number for a jti', async () => forged({ jti: 7 })],
  ['a jti without end', async () => forged({ jti: 'x'.repeat(257) })],
  ['no time', async () => forged({ iat: undefined })],
  ['words for a time', async () => forged({ iat: 'now' })],
  ['no method', async () => forged({ htm: undefined })],
  ['another method', async () => forged({ htm: 'GET' })],
  ['the method in small letters', async () => forged({ htm: 'post' })],
  ['no address', async () => forged({ htu: undefined })],
  ['the address of /token', async () => forged({ htu: `${house.issuer}/token` })],
  ['the address with a slash', async () => forged({ htu: `${house.issuer}${PATH}/` })],
  ['the address of another host', async () => forged({ htu: `https://id.example${PATH}` })],
  ['the address with a user', async () => forged({ htu: house.issuer.replace('//', '//a@') + PATH })],
  ['a relative address', async () => forged({ htu: PATH })],
  ['no nonce', async () => forged({ nonce: undefined }), NONCE],
  ['an invented nonce', async () => forged({ nonce: 'A'.repeat(43) }), NONCE],
  ['an empty nonce', async () => forged({ nonce: '' }), NONCE],
  ['a list of nonces', async () => forged({ nonce: [launch.nonce()] }), NONCE],
];

const loginForm = (): Fields => ({
  ...launch.formFor(launch.newChallenge()),
  ...launch.loginFields('never-looked-at'),
  ...REPORT,
  auth_session: undefined,
});
for (const [what, proof, error = 'invalid_dpop_proof'] of cases)
  test.serial(`a proof that proves nothing: ${what}`, async (t) => {
    for (const body of [loginForm(), launch.formFor({ consent: 'approve' })]) {
      const said = await launch.send({ proof: await proof(), body });
      t.like(said, { status: 400, body: { error } });
      t.truthy(said.headers.get('dpop-nonce'));
    }
  });

test.serial("the address of a form is not the address of a chip's files, nor the reverse", async (t) => {
  const files = { path: `${PATH}/chip`, body: '{}', headers: { 'content-type': 'application/json', 'x-client-id': MINI_APP, 'x-upload-nonce': 'x' } } as const; // prettier-ignore
  const wrong = await launch.send({ ...files, proof: await forged() });
  t.like(wrong, { status: 400, body: { error: 'invalid_dpop_proof' } });
  const right = await launch.send({ ...files, proof: await forged({}, {}, `${PATH}/chip`) });
  t.like(right, { status: 400, body: { error: 'invalid_session' } });
  const body = launch.formFor({ consent: 'approve' });
  const back = await launch.send({ body, proof: await forged({}, {}, `${PATH}/chip`) });
  t.like(back, { status: 400, body: { error: 'invalid_dpop_proof' } });
});

test.serial('a proof counts once, whatever became of its call', async (t) => {
  const odd = launch.formFor({ auth_session: 'unknown', otp: '1' });
  const used = await forged();
  t.is((await launch.send({ proof: used, body: odd })).body['error'], 'invalid_session');
  t.is((await launch.send({ proof: used, body: odd })).body['error'], 'invalid_dpop_proof');
});

test.serial('a proof refused for its form is not used up', async (t) => {
  const jti = randomUUID();
  const body = launch.formFor({ auth_session: 'unknown', otp: '1' });
  await launch.send({ proof: await forged({ jti, htm: 'GET' }), body });
  await launch.send({ proof: await forged({ jti, nonce: 'old' }), body });
  t.is((await launch.send({ proof: await forged({ jti }), body })).body['error'], 'invalid_session');
});

test.serial('an address with a query or a fragment in the proof is the same address', async (t) => {
  const body = launch.formFor({ auth_session: 'unknown', otp: '1' });
  for (const htu of [`${house.issuer}${PATH}?a=1`, `${house.issuer}${PATH}#b`])
    t.is((await launch.send({ proof: await forged({ htu }), body })).body['error'], 'invalid_session');
});

test.serial('what was refused has neither moved the session nor spent evidence', async (t) => {
  const said = await launch.call({ consent: 'approve', consent_text_hash: 'x' });
  t.like(said.body, {
    error: 'insufficient_authorization',
    challenge: { type: 'consent', error: 'changed' },
  });
  const row = await house.db.row<{ n: number }>(sql`select count(*) as n from zalo_evidence`);
  t.is(row?.n, 1);
  const next = await openLaunch(house.issuer);
  t.like((await next.login(zaloToken(house, citizen.person).accessToken, REPORT)).body, { challenge: { type: 'consent' } }); // prettier-ignore
});
