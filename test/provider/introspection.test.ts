import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, createService, INSURANCE } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, meet, signIn } from '../support/visitor.ts';

// RFC 7662 section 2.2, and what protocol 3 adds. Members by name: a new one must be wanted.
let house: TestHouse;
let rp: Rp;
let insurance: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, insurance] = await Promise.all([
    createPortal(house, 'cong-thu', { backchannel_logout_uri: 'http://localhost:9/thoat', backchannel_logout_session_required: true }), // prettier-ignore
    createService(house, 'bhyt', INSURANCE),
  ]);
});
test.after.always(() => house?.stop());

const opaque = async () => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, {
    scope: 'openid tn.level svc:bhyt:xem',
    resource: INSURANCE,
  });
  return { visitor, tokens, token: String(tokens.body['access_token']) };
};

test('the answer has these members and no other: no name, no number, no session', async (t) => {
  const { visitor, token } = await opaque();
  const { body, headers } = await insurance.introspect(token);
  t.deepEqual(Object.keys(body).toSorted(), [
    'acr',
    'active',
    'amr',
    'aud',
    'auth_time',
    'client_class',
    'client_id',
    'cnf',
    'consent_id',
    'consent_ver',
    'exp',
    'iat',
    'identity_source',
    'iss',
    'pol',
    'purposes',
    'scope',
    'sub',
    'token_type',
  ]);
  t.regex(headers.get('cache-control') ?? '', /no-store/);
  const text = JSON.stringify(body);
  const { name, personalNumber, phone } = visitor.person;
  for (const personal of [name, personalNumber, phone.slice(1), await accountOf(house, visitor)])
    t.false(text.includes(personal));
});

test('times and names are those of the token that was asked about', async (t) => {
  const { token, tokens } = await opaque();
  const { body } = await insurance.introspect(token);
  const now = Math.floor(Date.now() / 1000);
  const idToken = claimsOf(tokens.body['id_token']);
  for (const member of ['exp', 'iat', 'auth_time', 'consent_ver'])
    t.is(typeof body[member], 'number', member);
  t.true(Math.abs(Number(body['iat']) - now) <= 5);
  t.is(body['auth_time'], idToken['auth_time']);
  t.is(body['acr'], idToken['acr'], 'contract 12: equal in ID token and introspection');
  t.deepEqual(body['amr'], idToken['amr']);
  t.not(body['sub'], idToken['sub']);
  t.deepEqual((await insurance.introspect(token)).body, body, 'asking again says the same');
});

const ends: readonly (readonly [title: string, end: (accountId: string) => Promise<unknown>])[] = [
  ['the account is locked', (id) => house.db.run(sql`update account set locked_at = now(), lock_reason = 'owner' where id = ${id}`)],
  ['the binding has ended', (id) => house.db.run(sql`update identity_binding set ended_at = now(), end_reason = 'lifetime' where account_id = ${id}`)],
  ['the proof was revoked', (id) => house.db.run(sql`update level_fact set revoked_at = now() where account_id = ${id}`)],
  ['the grant is gone', (id) => house.db.run(sql`delete from oidc_grant where account_id = ${id}`)],
]; // prettier-ignore
for (const [title, end] of ends) {
  test(`when ${title}, the token is inactive and the answer says nothing else`, async (t) => {
    const { visitor, token } = await opaque();
    t.is((await insurance.introspect(token)).body['active'], true);
    await end(await accountOf(house, visitor));
    t.deepEqual((await insurance.introspect(token)).body, { active: false });
  });
}

const odd: readonly (readonly [title: string, form: Record<string, string | readonly string[]>])[] = [
  ['no token', { token: '' }],
  ['two tokens', { token: ['a', 'b'] }],
];
for (const [title, form] of odd) {
  test(`${title} is a bad request (RFC 7662 section 2.1)`, async (t) => {
    const reply = await insurance.post('/introspect', form, { proof: null });
    t.is(reply.status, 400);
    t.is(reply.body['error'], 'invalid_request');
  });
}
