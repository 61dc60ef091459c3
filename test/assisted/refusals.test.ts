import test from 'ava';
import { deskMetadata } from '../../provider/desk.ts';
import { MINI_APP } from '../support/launch.ts';
import { useMiniApp } from '../support/app-citizen.ts';
import { clientKey, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, createRp, createService, DOSSIERS, REPORTS } from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { asking, begin, CIBA, deskClient, meetCitizen, openDesk, own, poll, seenBy } from './desk.ts';

let house: TestHouse;
let desk: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  desk = await openDesk(house, 'tong-dai-1022');
});
test.after.always(() => house?.stop());

const TEL = 'tel:+84912345678';

const WRONG: readonly (readonly [string, Form, string])[] = [
  ['nobody named', { login_hint: undefined }, 'invalid_request'],
  ['a number without the plus', { login_hint: 'tel:84912345678' }, 'invalid_request'],
  ['a number with parameters', { login_hint: `${TEL};ext=1` }, 'invalid_request'],
  ['a number of another country', { login_hint: 'tel:+66912345678' }, 'invalid_request'],
  ['a landline', { login_hint: 'tel:+84276382222' }, 'invalid_request'],
  ['a name', { login_hint: 'Nguyễn Văn An' }, 'invalid_request'],
  ['a number and a token that names somebody', { login_hint_token: 'x' }, 'invalid_request'],
  ['an ID token that names somebody', { login_hint: undefined, id_token_hint: 'x.y.z' }, 'invalid_request'],
  ['two numbers', { login_hint: [TEL, TEL] }, 'invalid_request'],
  ['a code the citizen told', { user_code: '482913' }, 'invalid_request'],
  ['a context nobody reads', { request_context: '{}' }, 'invalid_request'],
  ['no binding message', { binding_message: undefined }, 'invalid_binding_message'],
  ['a binding message in small letters', { binding_message: 'tn-48' }, 'invalid_binding_message'],
  ['a binding message of 21 characters', { binding_message: 'A'.repeat(21) }, 'invalid_binding_message'],
  ['no operator', { tn_operator: undefined }, 'invalid_request'],
  ['an operator of two letters', { tn_operator: 'An' }, 'invalid_request'],
  ['an operator of 81 letters', { tn_operator: 'A'.repeat(81) }, 'invalid_request'],
  ['an operator in two lines', { tn_operator: 'Hoa\nCông an tỉnh' }, 'invalid_request'],
  ['an operator whose letters turn round', { tn_operator: 'Hoa \u202e2201' }, 'invalid_request'],
  ['an operator with an address', { tn_operator: 'Hoa https://evil.example' }, 'invalid_request'],
  ['no reason', { tn_reason: undefined }, 'invalid_request'],
  ['a reason with an address', { tn_reason: 'Xem tại www.evil.example' }, 'invalid_request'],
  ['a reason of 201 letters', { tn_reason: 'a'.repeat(201) }, 'invalid_request'],
  ['an expiry that is no number', { requested_expiry: '5m' }, 'invalid_request'],
  ['an expiry in powers', { requested_expiry: '1e2' }, 'invalid_request'],
  ['an expiry of nothing', { requested_expiry: '0' }, 'invalid_request'],
  ['an age in powers', { max_age: '1e3' }, 'invalid_request'],
  ['an age of nothing', { max_age: '0' }, 'invalid_request'],
  ['a level nobody knows', { acr_values: 'https://evil.example/acr/9' }, 'unmet_authentication_requirements'],
  ['no openid', { scope: 'svc:hoso:xem' }, 'invalid_request'],
  ['no scope of a service', { scope: 'openid' }, 'invalid_scope'],
  ['personal data', { scope: 'openid svc:hoso:xem tn.identity' }, 'invalid_scope'],
  ['the level claim', { scope: 'openid svc:hoso:xem tn.level' }, 'invalid_scope'],
  ['a scope of another service', { scope: 'openid svc:phananh:gui' }, 'invalid_scope'],
  ['an act of high risk', { scope: 'openid svc:hoso:nop' }, 'invalid_scope'],
  ['an act of high risk beside a small one', { scope: 'openid svc:hoso:xem svc:hoso:nop' }, 'invalid_scope'],
  ['an act of the national portal', { scope: 'openid svc:hoso:nop-tthc' }, 'invalid_scope'],
  ['a scope that is not in its registration', { scope: 'openid svc:hoso:chuan-bi' }, 'invalid_scope'],
  ['no service', { resource: undefined }, 'invalid_target'],
  ['two services', { resource: [DOSSIERS, REPORTS] }, 'invalid_target'],
  ['a service nobody knows', { resource: 'https://khong.dichvu.tayninh.gov.vn' }, 'invalid_target'],
];

for (const [what, over, error] of WRONG)
  test(`a desk that sends ${what} is told ${error}`, async (t) => {
    const reply = await begin(desk, TEL, over);
    t.is(reply.status, 400, reply.text);
    t.is(reply.body['error'], error, reply.text);
    t.is(reply.body['auth_req_id'], undefined);
    // RFC 6749 5.2 allows ASCII only; and nothing a caller sent comes back.
    t.regex(reply.text, /^[\x20-\x7e]*$/);
    t.notRegex(reply.text, /evil|912345678/);
  });

test('our own endpoints are nothing a desk can ask for', async (t) => {
  for (const path of ['/me', '/api']) {
    const reply = await begin(desk, TEL, { resource: `${house.issuer}${path}`, scope: 'openid tn:me' });
    t.is(reply.body['error'], 'invalid_target', path);
  }
});

test('without its key, with another key and with a used assertion a desk is nobody', async (t) => {
  const stranger = await createRp(house, 'tong-dai-1022', await clientKey());
  const used = await desk.assertion();
  await begin(desk, TEL, { binding_message: undefined }, { assertion: used });
  for (const reply of [
    await begin(desk, TEL, { client_id: 'tong-dai-1022' }, { assertion: null }),
    await begin(stranger, TEL),
    await begin(desk, TEL, {}, { assertion: used }),
    await begin(desk, TEL, {}, { assertion: await desk.assertion({ aud: `${house.issuer}/backchannel` }) }),
  ]) {
    t.true([400, 401].includes(reply.status), reply.text);
    t.regex(String(reply.body['error']), /^invalid_(client|request|grant)$/);
    t.is(reply.body['auth_req_id'], undefined);
  }
});

test('nobody but a desk begins such a request or redeems one', async (t) => {
  const portal = await createPortal(house, 'cong-thu');
  const service = await createService(house, 'hoso', DOSSIERS);
  for (const other of [portal, service]) {
    t.is((await begin(other, TEL)).body['error'], 'invalid_request');
    const redeemed = await other.post('/token', { grant_type: CIBA, auth_req_id: 'x' });
    t.is(redeemed.body['error'], 'unauthorized_client');
  }
  const open = await portal.post('/backchannel', asking(TEL, { client_id: MINI_APP }), { proof: null, assertion: null }); // prettier-ignore
  t.is(open.body['auth_req_id'], undefined);
});

test('a desk has no other way to a token', async (t) => {
  for (const form of [
    { grant_type: 'client_credentials', scope: 'tn:revocations', resource: `${house.issuer}/api` },
    { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://x.example' },
    { grant_type: 'refresh_token', refresh_token: 'x' },
  ])
    t.is((await desk.post('/token', form)).body['error'], 'unauthorized_client', form.grant_type);
  const pushed = await desk.begin('openid', undefined);
  t.true(pushed.answer.status >= 400);
});

for (const [what, metadata] of [
  ['with the code flow as well', { grant_types: [CIBA, 'authorization_code'] }],
  ['without DPoP', { dpop_bound_access_tokens: false }],
  ['without a key of its own', { token_endpoint_auth_method: 'none' }],
  ['with an address to return to', { redirect_uris: ['https://desk.example/ve'] }],
] as const)
  test(`a desk registered ${what} does not come to life`, async (t) => {
    const key = await clientKey();
    const clientId = `sai-${what.replaceAll(/[^a-z]/gi, '').toLowerCase()}`;
    const client = deskClient(clientId, key, ['svc:hoso:xem']);
    await house.addClient({ ...client, metadata: { ...client.metadata, ...metadata } });
    const reply = await begin(await createRp(house, clientId, key), TEL);
    t.true(reply.status >= 400 && reply.status < 500, reply.text);
    t.is(reply.body['auth_req_id'], undefined);
  });

test('a portal that registers the grant of desks does not come to life, and a desk without scopes is refused by the table', async (t) => {
  const portal = await createPortal(house, 'cong-tham', { grant_types: ['authorization_code', CIBA], backchannel_token_delivery_mode: 'poll' }); // prettier-ignore
  t.is((await begin(portal, TEL)).body['auth_req_id'], undefined);
  t.is((await portal.begin('openid', undefined)).answer.body['request_uri'], undefined);
  const { metadata, ...rest } = deskClient('khong-viec', await clientKey(), []);
  await t.throwsAsync(house.addClient({ ...rest, metadata }));
  t.deepEqual(deskMetadata.grant_types, [CIBA]);
});

test('an answer of another shape, to another id, or by nobody is no answer', async (t) => {
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel);
  const [seen] = await seenBy(house, citizen);
  const path = `/me/requests/${seen?.id}`;
  for (const body of [{}, { answer: 'yes' }, { answer: true }, { answer: 'approve', purposes: 'tat-ca' }, [], null])
    t.is((await own(house, citizen, path, body)).status, 400, JSON.stringify(body)); // prettier-ignore
  t.is((await own(house, citizen, '/me/requests/1', { answer: 'approve' })).status, 404);
  t.is((await own(house, citizen, '/me/requests/00000000-0000-0000-0000-000000000000', { answer: 'deny' })).status, 404); // prettier-ignore
  const naked = await fetch(`${house.issuer}${path}`, { method: 'POST', body: '{"answer":"approve"}', headers: { 'content-type': 'application/json' } }); // prettier-ignore
  t.is(naked.status, 401);
  t.is((await seenBy(house, citizen)).length, 1);
});

test('a desk that asks too fast is told to slow down, and at its pace it is not', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel);
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
  t.like((await poll(desk, begun)).body, { error: 'slow_down' });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
});
