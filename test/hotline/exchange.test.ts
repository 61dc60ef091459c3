// RFC 8693 for the hotline: what a message is good for, and all that it is not.

import test from 'ava';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import { lockAccount } from '../../safety/lock.ts';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { clientKey, serviceClient, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, createHotline, eventOf, exchange, hotlineClient, linkChat, ownApi, STATE } from '../support/hotline.ts'; // prettier-ignore
import type { SignedEvent } from '../support/hotline.ts';
import { ask, claimsOf, createPortal, createRp, createService, DOSSIERS, newProofKey, REPORTS } from '../support/rp.ts'; // prettier-ignore
import type { Form, Reply, Rp } from '../support/rp.ts';
import { startBrokerProcess } from '../support/second-broker.ts';
import type { BrokerProcess } from '../support/second-broker.ts';

let house: TestHouse;
let second: BrokerProcess;
let hotline: Rp;
/** Linked and agreed. */
let citizen: AppCitizen;
let chat: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, {
    zaloEvents: true,
    // As the services of the catalogue know the levels.
    environment: { TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, '') },
  });
  second = await startBrokerProcess(house.config);
  await useMiniApp(house);
  hotline = await createHotline(house);
  citizen = await meetInZalo(house);
  chat = (await linkChat(house, citizen)).userId;
});
test.after.always(async () => {
  await second?.stop();
  await house?.stop();
});

const write = (text = 'hồ sơ của tôi', how: Parameters<typeof eventOf>[3] = {}, userId = chat) =>
  eventOf(house.hotlineOa, userId, text, how);
const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
const refusedWith = (reply: Reply, error: string) => ({ status: reply.status, error: reply.body['error'] === error, token: reply.body['access_token'] }); // prettier-ignore
const REFUSED = { status: 400, error: true, token: undefined };

test('a message of a linked citizen becomes a token of level 1 for that citizen, and says who asks', async (t) => {
  const at = Date.now() - 30_000;
  const given = await exchange(hotline, write('hồ sơ của tôi', { at }));
  t.is(given.status, 200, given.text);
  t.like(given.body, { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'DPoP', scope: STATE }); // prettier-ignore
  t.true(Number(given.body['expires_in']) <= 600);
  t.is(given.headers.get('cache-control'), 'no-store');
  for (const more of ['refresh_token', 'id_token']) t.is(given.body[more], undefined, more);
  const claims = claimsOf(given.body['access_token']);
  t.like(claims, {
    aud: DOSSIERS,
    client_id: 'nhan-tin-1022',
    act: { sub: 'nhan-tin-1022' },
    acr: `${defaultAcrBase}1`,
    amr: ['zalo'],
    auth_time: Math.floor(at / 1000),
    scope: STATE,
    purposes: ['hoso.tinh-trang'],
    cnf: { jkt: hotline.proofKey.jkt },
    client_class: 'first_party',
  });
  t.truthy(claims['consent_id']);
  t.is(claims['session'], undefined);
});

test('a service takes the token from the hotline, learns who acts, and takes it from nobody else', async (t) => {
  const key = await clientKey();
  await house.addClient(serviceClient('hoso', DOSSIERS, key));
  const dossiers = await startDossier({ issuer: house.issuer, client: { clientId: 'hoso', privateKey: key.privateJwk } }); // prettier-ignore
  t.teardown(() => dossiers.stop());
  const given = await exchange(hotline, write());
  const token = String(given.body['access_token']);
  const call = async (path: string, proofKey = hotline.proofKey) => {
    const proof = await hotline.proof({ method: 'GET', path, accessToken: token, key: proofKey }, { htu: `${dossiers.url}${path}` }); // prettier-ignore
    return ask(`${dossiers.url}${path}`, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
  };
  t.deepEqual((await call('/tinh-trang')).body, { hoSo: [] });
  t.is((await call('/ho-so')).status, 401, 'what was filed needs level 2');
  t.is((await call('/tinh-trang', await newProofKey())).status, 401, 'another key');
});

test('the answer of the exchange is the same citizen to the service as the citizen themself', async (t) => {
  const sub = await house.db.row<{ sub: string }>(sql`
    select sub from pairwise_subject where account_id = ${await accountOf(citizen)} and sector = 'hoso'`);
  const given = await exchange(hotline, write());
  const known = sub ?? (await house.db.row<{ sub: string }>(sql`select sub from pairwise_subject where account_id = ${await accountOf(citizen)} and sector = 'hoso'`)); // prettier-ignore
  t.is(claimsOf(given.body['access_token'])['sub'], known?.sub);
});

test('a message is traded once: of twelve at once at two brokers one gets a token', async (t) => {
  const event = write();
  await exchange(hotline, write()); // its nonce is known now
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, turn) =>
      exchange(hotline, event, {}, { at: turn % 2 === 0 ? house.issuer : second.at }),
    ),
  );
  t.is(replies.filter(({ status }) => status === 200).length, 1, replies.map(({ text }) => text).join('\n'));
  t.is(replies.filter(({ status }) => status === 400).length, 11);
  t.deepEqual(refusedWith(await exchange(hotline, event), 'invalid_request'), REFUSED, 'and later none');
});

const badSubjects: readonly (readonly [string, () => SignedEvent | Promise<SignedEvent>])[] = [
  ['with another secret', () => write('x', { secret: 'another' })],
  ['with a byte altered', () => ({ ...write(), raw: write().raw.replace('hồ sơ', 'hồ sO') })],
  ['with another sender written in', () => ({ ...write(), raw: write().raw.replace(chat, '1234567890123456789') })], // prettier-ignore
  ['eleven minutes old', () => write('x', { at: Date.now() - 11 * 60_000 })],
  ['ten minutes ahead', () => write('x', { at: Date.now() + 10 * 60_000 })],
  ['about another account', () => write('x', { over: { recipient: { id: '99' } } })],
  ['that is no message', () => write('x', { over: { event_name: 'user_seen_message' } })],
  ['that is a follower', () => write('x', { over: { event_name: 'follow', oa_id: house.hotlineOa.oaId, follower: { id: chat } } })], // prettier-ignore
  ['that is no JSON', () => ({ ...write(), raw: 'hồ sơ của tôi' })],
  ['unsigned', () => ({ ...write(), signature: 'mac=' })],
  ['signed for the house’s own account', () => eventOf({ ...house.hotlineOa, appId: house.config.TNID_ZALO_APP_ID, secret: house.config.TNID_OA_SECRET ?? '' }, chat, 'x')], // prettier-ignore
];
for (const [what, event] of badSubjects)
  test(`an event ${what} is worth nothing, in one text`, async (t) => {
    const reply = await exchange(hotline, await event());
    t.deepEqual(refusedWith(reply, 'invalid_request'), REFUSED, reply.text);
    t.is(reply.body['error_description'], 'subject_token is not accepted');
  });

const badForms: readonly (readonly [string, Form, string])[] = [
  ['another service', { resource: REPORTS }, 'invalid_target'],
  ['a resource nobody knows', { resource: 'https://example.com' }, 'invalid_target'],
  ['no resource', { resource: undefined }, 'invalid_target'],
  ['resource and audience that differ', { audience: REPORTS }, 'invalid_target'],
  ['no scope', { scope: undefined }, 'invalid_request'],
  ['a scope of level 2 alone', { scope: 'svc:hoso:nop' }, 'invalid_scope'],
  ['a scope that rests on law alone', { scope: 'svc:hoso:chuan-bi' }, 'invalid_scope'],
  ['openid', { scope: `openid ${STATE}` }, 'invalid_scope'],
  ['another kind of subject', { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'invalid_request'], // prettier-ignore
  ['no signature', { oa_signature: undefined }, 'invalid_request'],
  ['no subject', { subject_token: undefined }, 'invalid_request'],
  ['a subject that is not base64url', { subject_token: 'e30=' }, 'invalid_request'],
  ['an actor token', { actor_token: 'x' }, 'invalid_request'],
  ['a refresh token', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'invalid_request'], // prettier-ignore
  ['two resources', { resource: [DOSSIERS, REPORTS] }, 'invalid_request'],
];
for (const [what, over, error] of badForms)
  test(`asking for ${what} is ${error}, and leaves the message unused`, async (t) => {
    const event = write();
    const reply = await exchange(hotline, event, over);
    t.deepEqual(refusedWith(reply, error), REFUSED, reply.text);
    const again = await exchange(hotline, event);
    t.is(again.status, 200, again.text);
  });

test('a scope of level 2 beside one of level 1 is left out', async (t) => {
  const given = await exchange(hotline, write(), { scope: `svc:hoso:nop ${STATE} svc:hoso:xem` });
  t.like(given, { status: 200, body: { scope: STATE } });
});

test('a retried message is worth as much as the first one: the header may carry the time', async (t) => {
  const signed = eventOf(house.hotlineOa, chat, 'hồ sơ của tôi', { at: Date.now() });
  const timestamp = (JSON.parse(signed.raw) as { timestamp: string }).timestamp;
  t.is((await exchange(hotline, { ...signed, timestamp })).status, 200);
});

test('nobody but the hotline may trade: no portal, no service, no other hotline, and not without its key', async (t) => {
  const portal = await createPortal(house, 'cong-la', { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'] }); // prettier-ignore
  const service = await createService(house, 'dich-vu-la', REPORTS);
  const other = await createHotline(house, 'tong-dai-la');
  for (const [client, error] of [
    [portal, 'unauthorized_client'],
    [service, 'unauthorized_client'],
    [other, 'unauthorized_client'],
  ] as const) {
    // prettier-ignore
    const reply = await exchange(client, write());
    t.deepEqual(refusedWith(reply, error), REFUSED, reply.text);
  }
  const thief = await createRp(house, hotline.clientId, await clientKey());
  t.is((await exchange(thief, write())).status, 401);
  const nameless = await exchange(hotline, write(), { client_id: hotline.clientId }, { assertion: null });
  t.is(nameless.status, 401, nameless.text);
});

test('without a proof, with another’s or a used one there is no token, and the message stays unused', async (t) => {
  const event = write();
  t.deepEqual(refusedWith(await exchange(hotline, event, {}, { proof: null }), 'invalid_dpop_proof'), REFUSED); // prettier-ignore
  const elsewhere = await hotline.proof({ method: 'POST', path: '/par' });
  t.deepEqual(refusedWith(await exchange(hotline, event, {}, { proof: elsewhere }), 'invalid_dpop_proof'), REFUSED); // prettier-ignore
  const old = await hotline.proof({ method: 'POST', path: '/token' }, { nonce: 'not-ours' });
  t.deepEqual(refusedWith(await exchange(hotline, event, {}, { proof: old }), 'use_dpop_nonce'), REFUSED);
  const once = await hotline.proof({ method: 'POST', path: '/token' });
  t.is((await exchange(hotline, write(), {}, { proof: once })).status, 200);
  t.deepEqual(refusedWith(await exchange(hotline, event, {}, { proof: once }), 'invalid_dpop_proof'), REFUSED); // prettier-ignore
  t.is((await exchange(hotline, event)).status, 200);
});

test('strangers, unlinked people and locked accounts get one answer: where the link is made', async (t) => {
  const stranger = await exchange(hotline, write('x', {}, '1234567890123456789'));
  const unlinked = await meetInZalo(house);
  const own = await ownApi(house, unlinked);
  await agreeToHotline(own);
  const known = await exchange(hotline, write('x', {}, house.zalo.oaUserId({ zaloId: unlinked.person.zaloId, oaId: house.hotlineOa.oaId }))); // prettier-ignore
  const victim = await meetInZalo(house);
  const { userId } = await linkChat(house, victim);
  const accountId = await accountOf(victim);
  const now = new Date();
  const vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), now);
  const locking = { db: house.db, vault, origin: new URL(house.issuer).host, grants: createGrants(house.db) };
  await lockAccount(locking, { accountId, reason: 'operator', by: { kind: 'operator' } }, now);
  const locked = await exchange(hotline, write('x', {}, userId));
  for (const reply of [stranger, known, locked]) {
    t.is(reply.status, 400);
    t.is(reply.text, stranger.text);
  }
  t.like(stranger.body, {
    error: 'interaction_required',
    reason: 'link_required',
    interaction_uri: 'https://zalo.me/s/2646373759294038927/?man=lien-ket-1022',
  });
});

test('what ended is not served: no link, no consent, no consent for this client', async (t) => {
  const person = await meetInZalo(house);
  const { own, userId } = await linkChat(house, person);
  t.is((await exchange(hotline, write('x', {}, userId))).status, 200);
  const { body } = await own('GET', '/me/consents');
  const services = body['services'] as {
    consents: { record_id: string; version: number; live: boolean }[];
  }[]; // the wire's shape
  const record = services.flatMap(({ consents }) => consents).find(({ live }) => live);
  await own('POST', `/me/consents/${record?.record_id}/withdraw`, { version: record?.version });
  const withdrawn = await exchange(hotline, write('x', {}, userId));
  t.like(withdrawn, { status: 400, body: { error: 'interaction_required', reason: 'consent_required' } });
  await agreeToHotline(own);
  t.is((await exchange(hotline, write('x', {}, userId))).status, 200, 'given again');
  await own('DELETE');
  const unlinked = await exchange(hotline, write('x', {}, userId));
  t.like(unlinked, { status: 400, body: { error: 'interaction_required', reason: 'link_required' } });
});

test('a registration that loosens anything does not come to life', async (t) => {
  for (const [name, over] of [
    ['bearer-1022', { dpop_bound_access_tokens: false }],
    ['open-1022', { token_endpoint_auth_method: 'none' }],
  ] as const) {
    const client = hotlineClient(await clientKey(), { clientId: name });
    await house.addClient({ ...client, metadata: { ...client.metadata, ...over } });
    const rp = await createRp(house, name, await clientKey());
    const reply = await exchange(rp, write());
    t.true(reply.status === 400 || reply.status === 401, reply.text);
    t.is(reply.body['access_token'], undefined);
  }
});

test('logs hold no message, no token and no id of a person', async (t) => {
  const event = write('bí mật của tôi là chim bồ câu');
  const given = await exchange(hotline, event);
  await exchange(hotline, event);
  const all = house.logged.join('\n');
  t.regex(all, /hotline\.exchanged/);
  for (const secret of [
    'bồ câu',
    Buffer.from(event.raw).toString('base64url').slice(0, 40),
    event.signature.slice(4),
    chat,
    String(given.body['access_token']),
    await accountOf(citizen),
  ])
    // prettier-ignore
    t.false(all.includes(secret), secret);
});
