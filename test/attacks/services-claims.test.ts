// A portal that wants to know more than it was given: through odd scopes, a second resource, a later
// token, another registration, or a client of another kind.

import test from 'ava';
import { sql } from '../../database.ts';
import { clientKey, portalClient, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { claimsFrom, createPortalOf, PORTAL, scopesOf, userInfo } from '../support/claims.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createRp, createService, DOSSIERS, REDIRECT, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let portal: Rp;
let dossiers: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  portal = await createPortalOf(house, 'cong', PORTAL);
  dossiers = await createPortalOf(house, 'cong-hoso', DOSSIERS);
});
test.after.always(() => house?.stop());

const number = () => `${house.issuer}/claims/personal_number`;

test('a purpose that promises a masked number gives a masked number, even where law makes it stand', async (t) => {
  const visitor = await meet(house);
  const wanted = { scope: 'openid tn.pin tn.pin.masked tn.identity', resource: undefined };
  const { tokens } = await signIn(dossiers, visitor, { ...wanted, over: {} }, () => 'refused');
  t.is(tokens.status, 200, tokens.text);
  const claims = await claimsFrom(dossiers, tokens);
  t.false(number() in claims);
  t.regex(String(claims[`${number()}_masked`]), /^\*+\d{3}$/);
  t.false(scopesOf(tokens).includes('tn.pin'));
});

test('personal scopes do not ride with a resource, however it is written', async (t) => {
  const odd: readonly (readonly [scope: string, resource: string | readonly string[]])[] = [
    ['openid svc:hoso:nop tn.pin', DOSSIERS],
    ['openid tn.pin svc:hoso:nop svc:phananh:gui', [DOSSIERS, REPORTS]],
    ['tn.pin openid', [REPORTS, DOSSIERS]],
    ['openid  tn.pin  svc:hoso:nop', DOSSIERS],
    ['openid tn.pin', `${house.issuer}/api`],
    ['openid tn.pin', ['', DOSSIERS]],
    ['openid tn.pin', 'https://khong.co'],
  ];
  for (const [scope, resource] of odd) {
    const { answer } = await portal.begin(scope, undefined, { resource });
    t.is(answer.status, 400, `${scope} ${String(resource)}`);
    t.falsy(answer.body['request_uri']);
  }
});

test('an empty resource is none: the page of the portal’s own purposes comes as always', async (t) => {
  const visitor = await meet(house);
  const request = await portal.begin('openid tn.identity', undefined, { resource: '' });
  const walk = await visitor.go(request);
  t.deepEqual(Object.keys(walk.choices), ['cong.dien-san']);
});

test('a refresh neither adds a personal scope nor keeps one for a service', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(portal, visitor, { scope: 'openid tn.identity', resource: undefined });
  for (const scope of ['openid tn.identity tn.pin', 'openid tn.pin', 'tn.pin', 'openid phone svc:hoso:nop'])
    t.is((await portal.refresh(tokens, { scope })).body['error'], 'invalid_scope', scope);
  t.is((await portal.refresh(tokens, { resource: DOSSIERS })).body['error'], 'invalid_target');
  const narrow = await portal.refresh(tokens, { scope: 'openid' });
  t.deepEqual(await claimsFrom(portal, narrow), {});
  const bare = await portal.refresh(tokens, { scope: 'tn.identity' });
  t.true(bare.status === 400 || (await userInfo(portal, bare)).status === 403, 'no openid, no UserInfo');

  const served = await signIn(portal, visitor, LEVEL_ONE);
  for (const scope of ['openid tn.identity', 'openid tn.pin'])
    t.is((await portal.refresh(served.tokens, { scope })).body['error'], 'invalid_scope', scope);
  const noResource = await portal.refresh(served.tokens, { resource: '', scope: 'openid tn.level' });
  t.not((await userInfo(portal, noResource)).status, 200, 'a token of a service opens no UserInfo');
});

test('a scope the citizen’s grant keeps goes to nobody once the portal stands for another service', async (t) => {
  const key = await clientKey();
  const own = portalClient('cong-doi', REDIRECT, key);
  await house.addClient({ ...own, serviceId: PORTAL });
  const moving = await createRp(house, 'cong-doi', key);
  const { tokens } = await signIn(moving, await meet(house), {
    scope: 'openid tn.identity tn.pin',
    resource: undefined,
  });
  t.true(number() in (await claimsFrom(moving, tokens)));
  for (const serviceId of [DOSSIERS, REPORTS, undefined]) {
    await house.addClient({ ...own, serviceId });
    t.deepEqual(await claimsFrom(moving, tokens), {}, serviceId);
    t.deepEqual(scopesOf(await moving.refresh(tokens)), ['openid'], serviceId);
  }
});

test('two portals of one service: neither sees what the other was given', async (t) => {
  const twin = await createPortalOf(house, 'cong-hai', PORTAL);
  const visitor = await meet(house);
  const first = await signIn(portal, visitor, { scope: 'openid tn.pin', resource: undefined });
  t.is(
    (await twin.withToken('/userinfo', String(first.tokens.body['access_token']))).status,
    401,
    'another key',
  );
  t.is((await twin.refresh(first.tokens)).body['error'], 'invalid_grant');
  t.is((await twin.redeem(first.request, first.walk.callback)).body['error'], 'invalid_grant');
});

test('the level in UserInfo is that of its token, not of a later step-up for somebody else', async (t) => {
  const visitor = await meet(house);
  const low = await signIn(portal, visitor, { scope: 'openid tn.level', resource: undefined });
  t.is((await claimsFrom(portal, low.tokens))['tnid_level'], 1);
  await signIn(dossiers, visitor, { scope: 'openid tn.identity', resource: undefined });
  t.deepEqual(await claimsFrom(portal, low.tokens), { tnid_level: 1 });
});

test('without a page nothing new is given: prompt=none is an error, not a yes', async (t) => {
  const visitor = await meet(house);
  await signIn(portal, visitor, { scope: 'openid tn.identity', resource: undefined });
  for (const scope of ['openid tn.pin', 'openid tn.identity tn.pin.masked']) {
    const { url } = await portal.begin(scope, undefined, { prompt: 'none' });
    const opened = await visitor.open(url);
    const callback = opened.at === 'door' ? opened.url : undefined;
    t.regex(callback?.searchParams.get('error') ?? '', /^(consent|interaction|login)_required$/, scope);
    t.is(callback?.searchParams.get('code'), null);
  }
});

test('the token of UserInfo counts in its header only, once, and by its own scheme', async (t) => {
  const { tokens } = await signIn(portal, await meet(house), { scope: 'openid phone', resource: undefined });
  const token = String(tokens.body['access_token']);
  const url = `${house.issuer}/userinfo`;
  const form = { method: 'POST', body: new URLSearchParams({ access_token: token }) };
  const proof = () => portal.proof({ method: 'POST', path: '/userinfo', accessToken: token });
  for (const [title, request] of [
    ['as Bearer', ask(url, { headers: { authorization: `Bearer ${token}` } })],
    ['in the address', ask(`${url}?access_token=${token}`)],
    ['in a form', ask(url, form)],
    ['in a form with a proof', ask(url, { ...form, headers: { dpop: await proof() } })],
    ['twice', ask(url, { ...form, headers: { authorization: `DPoP ${token}`, dpop: await proof() } })],
    ['without a proof', ask(url, { headers: { authorization: `DPoP ${token}` } })],
  ] as const) {
    const reply = await request;
    t.true(reply.status === 400 || reply.status === 401, title);
    t.false(reply.text.includes('sub'), title);
  }
  t.is((await userInfo(portal, tokens)).status, 200);
});

test('a service that names no resource gets a token for our endpoints, never one for nobody', async (t) => {
  const service = await createService(house, 'hoso', DOSSIERS);
  const named = await service.credentials({ resource: undefined, scope: 'tn:evaluate tn:revocations' });
  t.is(named.status, 200, named.text);
  t.is(named.body['scope'], 'tn:evaluate tn:revocations');
  t.like(claimsOf(named.body['access_token']), { aud: `${house.issuer}/api`, client_id: 'hoso' });
  for (const scope of [undefined, '', 'openid', 'openid tn.pin tn.level', 'svc:hoso:nop']) {
    const reply = await service.credentials({ resource: undefined, scope });
    if (reply.status !== 200) continue;
    const token = String(reply.body['access_token']);
    t.is(claimsOf(token)['aud'], `${house.issuer}/api`, scope);
    t.falsy(claimsOf(token)['scope'], scope);
    t.is((await service.withToken('/userinfo', token)).status, 401);
    t.not((await service.withToken('/revocations', token)).status, 200);
  }
  t.is(
    (await portal.credentials({ resource: undefined, scope: 'openid' })).body['error'],
    'unauthorized_client',
  );
});

test('values the database cannot hold are refused by the protocol’s own errors', async (t) => {
  const odd = 'a\u0000b';
  const service = await createService(house, 'phananh', REPORTS);
  const replies = [
    portal.post('/token', { grant_type: 'refresh_token', refresh_token: odd }),
    portal.post('/token', { grant_type: 'authorization_code', code: odd, redirect_uri: REDIRECT, code_verifier: 'x'.repeat(43) }), // prettier-ignore
    portal.post('/token', { grant_type: odd }),
    portal.begin('openid', undefined, { resource: `${DOSSIERS}${odd}` }).then(({ answer }) => answer),
    portal.begin(`openid ${odd}`, DOSSIERS).then(({ answer }) => answer),
    portal.withToken('/userinfo', 'khong-phai%00'),
    ask(`${house.issuer}/auth?client_id=cong&request_uri=${encodeURIComponent(`urn:ietf:params:oauth:request_uri:${odd}`)}`), // prettier-ignore
    ask(`${house.issuer}/auth?client_id=${encodeURIComponent(odd)}`),
  ];
  for (const { status, text } of await Promise.all(replies)) t.true(status >= 400 && status < 500, text);
  t.deepEqual((await service.introspect(odd)).body, { active: false });
  t.true((await service.revoke(odd)).status < 500);
  t.deepEqual(
    house.logged.filter((line) => line.includes('server_error')),
    [],
  );
});

test('nothing personal is in a log, an address or an error of all this', async (t) => {
  const visitor = await meet(house);
  const { tokens, walk } = await signIn(portal, visitor, {
    scope: 'openid phone tn.pin tn.verified',
    resource: undefined,
  });
  const claims = await claimsFrom(portal, tokens);
  t.true(number() in claims);
  const seen = [...house.logged, walk.callback.href, JSON.stringify(claimsOf(tokens.body['id_token']))].join(
    '\n',
  );
  for (const value of [visitor.person.name, visitor.person.personalNumber, visitor.person.phone.slice(1)])
    t.false(seen.includes(value));
  const rows = await house.db.rows<{ text: string }>(sql`
    select payload::text as text from oidc_artifact union all select payload::text from oidc_grant`);
  t.false(rows.some(({ text }) => text.includes(visitor.person.personalNumber)));
});
