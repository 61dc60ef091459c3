import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
});
test.after.always(() => house?.stop());

const document = async (path: string) => (await ask(`${house.issuer}${path}`)).body;

test('discovery says what is spoken here and nothing more', async (t) => {
  const { issuer } = house;
  const found = await document('/.well-known/openid-configuration');
  t.like(found, {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
    backchannel_authentication_endpoint: `${issuer}/backchannel`,
    backchannel_token_delivery_modes_supported: ['poll'],
    end_session_endpoint: `${issuer}/session/end`,
    jwks_uri: `${issuer}/jwks`,
    acr_values_supported: [`${issuer}/acr/1`, `${issuer}/acr/2`],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    claims_parameter_supported: false,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ['ES256'],
    id_token_signing_alg_values_supported: ['ES256'],
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
  });
  t.deepEqual([...(found['grant_types_supported'] as string[])].toSorted(), ['authorization_code', 'client_credentials', 'refresh_token', 'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:openid:params:grant-type:ciba']); // prettier-ignore
  t.deepEqual([...(found['scopes_supported'] as string[])].toSorted(), ['openid', 'phone', 'profile.basic', 'tn.age', 'tn.identity', 'tn.level', 'tn.pin', 'tn.pin.masked', 'tn.verified']); // prettier-ignore
  t.deepEqual([...(found['token_endpoint_auth_methods_supported'] as string[])].toSorted(), ['none', 'private_key_jwt']); // prettier-ignore
  for (const absent of ['registration_endpoint', 'device_authorization_endpoint', 'request_parameter_supported', 'check_session_iframe']) {
    t.true(found[absent] === undefined || found[absent] === false, absent);
  } // prettier-ignore
  // Of sign-on clients only (decision 0020).
  const { token_endpoint_auth_signing_alg_values_supported: assertions, ...rest } = found;
  t.deepEqual(assertions, ['ES256', 'PS256', 'RS256']);
  t.false(JSON.stringify(rest).includes('RS256'));
});

test('the document of OAuth 2.0 is the same one', async (t) => {
  t.deepEqual(
    await document('/.well-known/oauth-authorization-server'),
    await document('/.well-known/openid-configuration'),
  );
});

test('a document read twice is the same, and no Host header moves it', async (t) => {
  const first = await document('/.well-known/openid-configuration');
  const moved = await ask(`${house.issuer}/.well-known/openid-configuration?x=1`, {
    headers: {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    },
  });
  t.deepEqual(moved.body, first);
});

test('the key set holds public ES256 keys, the next one included', async (t) => {
  const { keys } = await document('/jwks');
  t.true(Array.isArray(keys));
  const set = keys as Record<string, unknown>[];
  t.is(set.length, 2);
  for (const key of set) {
    t.like(key, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    t.false('d' in key);
    t.is(typeof key['kid'], 'string');
  }
});

test('documents may be read by any page and kept for a minute', async (t) => {
  await ask(`${house.issuer}/jwks`);
  const { headers } = await ask(`${house.issuer}/jwks`, { headers: { origin: 'https://example.vn' } });
  t.is(headers.get('access-control-allow-origin'), '*');
  t.is(headers.get('cache-control'), 'public, max-age=60');
  t.is(headers.get('x-content-type-options'), 'nosniff');
});
