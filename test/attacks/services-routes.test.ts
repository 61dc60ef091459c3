// A request that the guard takes for a mild one and the service behind it for another.

import test from 'ava';
import { parseCatalogue, type GuardCatalogue } from '../../packages/guard/guard.ts';
import { overridesMethod } from '../../packages/guard/steps/method.ts';
import { readRoute, type RouteResult } from '../../packages/guard/steps/route.ts';
import { problemOf, send, startForwardAuth } from '../guard/forward-auth-setting.ts';

const service = 'https://hoso.example.vn';
const entry = (action: string, http: unknown, require: object = {}) => ({
  action,
  service,
  title: { vi: action, en: action },
  http,
  require: { level: 1, scopes: [`svc:${action}`], ...require },
  risk: 'low',
  handover: 'local',
  effectiveFrom: '2026-01-01',
  effectiveAt: 0,
});
const get = (path: string) => [{ method: 'GET', path }];

function catalogueOf(actions: readonly unknown[], open: unknown = []): GuardCatalogue | undefined {
  return parseCatalogue({ version: 'v', services: [{ id: service, tokens: 'jwt', public: open }], actions });
}
function routeOf(catalogue: GuardCatalogue | undefined, path: string, method = 'GET'): RouteResult | 'none' {
  return catalogue === undefined ? 'none' : readRoute(catalogue, service, method, path);
}

test('an action this guard does not understand closes its routes to every broader one', (t) => {
  const strict = entry('hoso.moi', get('/ho-so/moi'), { level: 2, liveness: 'face' });
  for (const unread of [strict, { ...strict, risk: 'extreme' }, { ...strict, effectiveAt: 'soon' }]) {
    t.is(routeOf(catalogueOf([entry('hoso.xem', get('/ho-so/{ma}')), unread]), '/ho-so/moi'), undefined);
    t.is(routeOf(catalogueOf([unread], get('/ho-so/{ma}')), '/ho-so/moi'), undefined);
    t.is(routeOf(catalogueOf([unread, entry('hoso.xem', get('/ho-so/{ma}'))]), '/ho-so/MOI'), undefined);
    // What it does not touch goes on.
    const other = catalogueOf([entry('hoso.xem', get('/ho-so/{ma}')), unread]);
    t.deepEqual(routeOf(other, '/ho-so/123'), { kind: 'action', action: 'hoso.xem' });
  }
});

test('a broader action this guard does not understand closes nothing that is named in full', (t) => {
  const strict = entry('hoso.xem', get('/ho-so/{ma}'), { level: 2, liveness: 'face' });
  const catalogue = catalogueOf([strict, entry('hoso.moi', get('/ho-so/moi'))]);
  t.deepEqual(routeOf(catalogue, '/ho-so/moi'), { kind: 'action', action: 'hoso.moi' });
  t.is(routeOf(catalogue, '/ho-so/123'), undefined);
});

test('a catalogue in which the routes of an action cannot be read is not a catalogue', (t) => {
  for (const http of [undefined, 'all', [{ method: 'GET' }], [{ paths: ['/ho-so/moi'] }]])
    t.is(
      catalogueOf([entry('hoso.xem', get('/ho-so/{ma}')), entry('hoso.moi', http, { level: 2 })]),
      undefined,
    );
});

test('a route in full for another method does not settle which of two broad ones is meant', (t) => {
  const catalogue = catalogueOf([
    entry('hoso.xem', [{ method: 'GET', path: '/ho-so/{ma}' }, { method: 'POST', path: '/ho-so/moi' }]),
    entry('hoso.kin', get('/{loai}/moi'), { level: 2 }),
  ]); // prettier-ignore
  t.is(routeOf(catalogue, '/ho-so/moi'), undefined);
});

test('what a service could take for a route with a rule of its own is not a parameter', (t) => {
  const catalogue = catalogueOf([
    entry('hoso.xem', get('/ho-so/{ma}')),
    entry('hoso.in', get('/ho-so/in'), { level: 2 }),
  ]);
  // Java compares upper case first (ı is I, İ is i); data bases ignore marks; Rails and old Spring take
  // an ending for a format.
  for (const path of ['IN', '%C4%B1n', '%C4%B0N', '%C3%ACn', 'i%CC%80n', 'in.json', 'in.JSON', 'IN.html', 'in.', 'i%EF%B8%8Fn'])
    t.is(routeOf(catalogue, `/ho-so/${path}`), undefined, path); // prettier-ignore
  for (const path of ['inn', '123', 'HS-2026.11', 'json'])
    t.deepEqual(routeOf(catalogue, `/ho-so/${path}`), { kind: 'action', action: 'hoso.xem' }, path);
});

const overriding: readonly string[] = [
  'X-HTTP-Method-Override',
  'x-http-method-override',
  'X_HTTP_Method_Override',
  'X-HTTP_Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X_METHOD_OVERRIDE',
];

test('a method hidden in a name of a header, a query or a form is found', (t) => {
  const asked = { method: 'POST', url: '/ho-so', headers: {} };
  for (const name of overriding) {
    t.true(overridesMethod({ ...asked, rawHeaders: ['Host', 'x', name, 'DELETE'] }), name);
    t.true(overridesMethod({ ...asked, headers: { [name]: 'DELETE' } }), name);
  }
  for (const name of ['_method', '%5Fmethod', '.method', '+_method', '%20.method', '[method', '_method%00x', 'a=1&_method', 'a=1;_method']) {
    t.true(overridesMethod({ ...asked, url: `/ho-so?${name}=DELETE` }), name);
    if (!name.includes(';')) t.true(overridesMethod({ ...asked, body: new URLSearchParams(`${name}=DELETE`) }), name);
  } // prettier-ignore
  for (const name of ['method', 'x_method', '_methods', '_method_', 'q=_method'])
    t.false(overridesMethod({ ...asked, url: `/ho-so?${name}=DELETE` }), name);
  t.false(overridesMethod({ ...asked, rawHeaders: ['X-Note', 'X-HTTP-Method-Override'] }));
});

for (const proxy of ['nginx', 'traefik', 'envoy', 'apisix'] as const)
  test(`${proxy}: a method hidden in a header or a query is refused before the service sees it`, async (t) => {
    const guard = await startForwardAuth((undo) => t.teardown(undo), { proxy });
    const ask = async (url: string, header: readonly [string, string]) => {
      const common = [
        ['X-Original-Method', 'GET'],
        ['X-Original-URI', url],
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Uri', url],
        ['X-Forwarded-Host', 'hoso.example'],
      ] as const;
      const path = proxy === 'envoy' ? `/auth${url}` : '/auth';
      const reply = await send(guard.address.port, { path, headers: [...common, header] });
      const told = proxy === 'nginx' && reply.status !== 200;
      return told
        ? problemOf({ ...reply, body: String(reply.headers['x-tn-problem']) }).status
        : reply.status;
    };
    t.is(await ask('/', ['X-Note', 'DELETE']), 200);
    for (const name of overriding) t.is(await ask('/', [name, 'DELETE']), 400, name);
    t.is(await ask('/?_method=DELETE', ['X-Note', 'x']), 400);
  });
