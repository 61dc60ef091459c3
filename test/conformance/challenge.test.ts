// RFC 9470 and RFC 9728 at a real service of the sandbox, with the broker's own answers to what the
// challenge asks for.

import test from 'ava';
import { useGround } from '../interop/ground.ts';
import { ask, claimsOf, createPortal, DOSSIERS } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { accountOf, ageProofs, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const ground = useGround();
let rp: Rp;
let visitor: Visitor;
let asked: Reply;
test.serial.before('a level 1 token is shown where level 2 is needed', async () => {
  const { house } = ground.current();
  rp = await createPortal(house, 'cong-thu');
  visitor = await meet(house);
  const low = await signIn(rp, visitor, { scope: 'openid svc:hoso:chuan-bi', resource: DOSSIERS });
  asked = await file(String(low.tokens.body['access_token']));
});

async function file(token: string): Promise<Reply> {
  const { dossier } = ground.current();
  const proof = await rp.proof({ method: 'POST', path: '', accessToken: token }, { htu: `${dossier.url}/ho-so`, nonce: undefined }); // prettier-ignore
  const headers = { authorization: `DPoP ${token}`, dpop: proof, 'content-type': 'application/json' };
  return ask(`${dossier.url}/ho-so`, { method: 'POST', headers, body: '{"loai":"A","noiDung":"B"}' });
}

const parameter = (name: string) =>
  new RegExp(`[ ,]${name}="([^"]*)"`).exec(asked.headers.get('www-authenticate') ?? '')?.[1] ?? '';

test('the challenge is 401 insufficient_user_authentication with acr_values, max_age and scope', (t) => {
  t.is(asked.status, 401);
  t.regex(asked.headers.get('www-authenticate') ?? '', /^DPoP /);
  t.is(parameter('error'), 'insufficient_user_authentication');
  t.is(parameter('acr_values'), `${ground.current().house.config.TNID_ACR_BASE}2`);
  t.regex(parameter('max_age'), /^\d+$/);
  t.is(parameter('scope'), 'svc:hoso:nop');
  t.is(asked.headers.get('cache-control'), 'no-store');
});

test('the challenge points to the metadata of the service, and this names the broker', async (t) => {
  const { dossier, house } = ground.current();
  t.is(parameter('resource_metadata'), `${dossier.url}/.well-known/oauth-protected-resource`);
  const { status, headers, body } = await ask(parameter('resource_metadata'));
  t.is(status, 200);
  t.regex(headers.get('content-type') ?? '', /^application\/json\b/);
  t.like(body, {
    resource: DOSSIERS,
    authorization_servers: [house.issuer],
    bearer_methods_supported: ['header'],
    dpop_bound_access_tokens_required: true,
  });
  for (const value of Object.values(body)) t.false(Array.isArray(value) && value.length === 0);
});

test('asking the broker for what the challenge said gives a token that the service takes', async (t) => {
  const over = { acr_values: parameter('acr_values'), max_age: parameter('max_age') };
  const wanted = { scope: `openid ${parameter('scope')}`, resource: DOSSIERS, over };
  const { tokens } = await signIn(rp, visitor, wanted);
  const claims = claimsOf(tokens.body['access_token']);
  t.is(claims['acr'], parameter('acr_values'));
  t.true(Number(claims['iat']) - Number(claims['auth_time']) <= Number(over.max_age));
  t.is((await file(String(tokens.body['access_token']))).status, 201);
});

test('max_age is kept: a proof that is too old is made anew, and auth_time says when', async (t) => {
  const { house } = ground.current();
  const person = await meet(house);
  const wanted = { scope: 'openid svc:hoso:nop', resource: DOSSIERS };
  await signIn(rp, person, wanted);
  await ageProofs(house, await accountOf(house, person), 600);
  const fresh = await signIn(rp, person, { ...wanted, over: { max_age: '300' } });
  const claims = claimsOf(fresh.tokens.body['access_token']);
  t.true(Number(claims['iat']) - Number(claims['auth_time']) <= 300);
});

test('a level that cannot be reached is unmet_authentication_requirements at the client', async (t) => {
  const person = await meet(ground.current().house);
  await signIn(rp, person, { scope: 'openid' });
  const { url } = await rp.begin('openid', undefined, { acr_values: 'urn:muc-9' });
  const arrival = await person.open(url);
  t.is(
    arrival.at === 'door' ? arrival.url.searchParams.get('error') : '',
    'unmet_authentication_requirements',
  );
});
