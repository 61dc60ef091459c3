// The forward-auth server asked as each proxy asks. nginx and Apache themselves are in test/interop; the
// requests of Traefik, Envoy and APISIX follow their documentation (docs/forward-auth.md cites it).

import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'ava';
import {
  citizenOf,
  identityNames,
  problemOf,
  publicUrl,
  send,
  startForwardAuth,
  type Raw,
  type Running,
} from './forward-auth-setting.ts';
import { acr1 } from './issuer.ts';

type Header = readonly [string, string];
type Ask = (method: string, url: string, headers: readonly Header[]) => Raw;

// What each proxy sends for a client's request.
const asks: Readonly<Record<'nginx' | 'traefik' | 'envoy' | 'apisix', Ask>> = {
  nginx: (method, url, headers) => ({
    path: '/auth',
    headers: [['X-Original-Method', method], ['X-Original-URI', url], ...headers],
  }),
  // pkg/middlewares/auth/forward.go: GET, the client's headers without the hop-by-hop ones, then these.
  traefik: (method, url, headers) => ({
    path: '/auth',
    headers: [
      ...headers,
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'hoso.example'],
      ['X-Forwarded-Uri', url],
    ],
  }),
  // Host, method, path, `content-length: 0` and the allowed headers.
  envoy: (method, url, headers) => ({
    method,
    path: `/auth${url}`,
    headers: [['content-length', '0'], ['x-envoy-internal', 'true'], ...headers],
  }),
  // apisix/plugins/forward-auth.lua, with extra_headers of configs/apisix.yaml.
  apisix: (method, url, headers) => ({
    path: '/auth',
    headers: [
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Host', 'hoso.example'],
      ['X-Forwarded-Uri', decodeURI(url)],
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Original-URI', url],
      ...headers,
    ],
  }),
};
const proxies = ['nginx', 'traefik', 'envoy', 'apisix'] as const;
type HttpProxy = (typeof proxies)[number];

const running = new Map<HttpProxy, Running>();
const undos: (() => Promise<void>)[] = [];
test.before(async () => {
  for (const proxy of proxies)
    running.set(proxy, await startForwardAuth((undo) => undos.push(undo), { proxy }));
});
test.after.always(async () => {
  for (const undo of undos.toReversed()) await undo();
});
function guardOf(proxy: HttpProxy): Running {
  const guard = running.get(proxy);
  if (guard === undefined) throw new Error('not started');
  return guard;
}

for (const proxy of proxies) {
  const ask = async (
    method: string,
    url: string,
    headers: readonly Header[] = [],
    change = (raw: Raw) => raw,
  ) => send(guardOf(proxy).address.port, change(asks[proxy](method, url, headers)));
  // What the client would get: nginx is told by headers, the others directly.
  const statusOf = ({
    status,
    headers,
  }: {
    status: number;
    headers: NodeJS.Dict<string | string[]>;
  }): number => (proxy === 'nginx' && status !== 200 ? Number(headers['x-tn-status']) : status);

  const goodFor = async (htm: string, url: string): Promise<Header[]> =>
    (await citizenOf(guardOf(proxy).issuer)).headers({}, { htm, htu: publicUrl + url });

  test(`${proxy}: a good request is answered 200 with every header of ours`, async (t) => {
    const citizen = await citizenOf(guardOf(proxy).issuer);
    const reply = await ask('POST', '/ho-so?x=%20', await citizen.headers());
    t.is(reply.status, 200, reply.body);
    t.is(reply.headers['x-tn-sub'], 'pairwise-1');
    for (const name of identityNames) t.truthy(reply.headers[name], name);
    t.is(reply.body, '');
  });

  test(`${proxy}: a public route is answered 200 with every header of ours empty but the decision`, async (t) => {
    const reply = await ask('GET', '/');
    t.is(reply.status, 200);
    for (const name of identityNames) t.is(reply.headers[name], name === 'x-tn-decision' ? 'public' : '');
  });

  test(`${proxy}: refusals carry the exact answer`, async (t) => {
    const citizen = await citizenOf(guardOf(proxy).issuer);
    const stepUp = await ask('POST', '/ho-so', await citizen.headers({ acr: acr1 }));
    t.is(statusOf(stepUp), 401);
    t.regex(
      String(stepUp.headers['www-authenticate']),
      /error="insufficient_user_authentication".*acr_values=/,
    );
    const denied = await ask('GET', '/khong-co', await goodFor('GET', '/khong-co'));
    t.is(statusOf(denied), 403);
    const problem = proxy === 'nginx' ? { ...denied, body: String(denied.headers['x-tn-problem']) } : denied;
    t.deepEqual(problemOf(problem), { type: 'unknown-action', status: 403 });
    t.is(denied.headers['content-type'], 'application/problem+json');
    t.is(denied.headers['x-tn-sub'], undefined);
  });

  test(`${proxy}: two Authorization headers, apart or joined, are refused`, async (t) => {
    const citizen = await citizenOf(guardOf(proxy).issuer);
    const good = await citizen.headers();
    t.is(statusOf(await ask('POST', '/ho-so', [...good, ['authorization', 'DPoP x']])), 400);
    const [, token = ''] = good[0] ?? [];
    for (const joined of [`${token},DPoP x`, `${token}, DPoP x`, `DPoP x, ${token}`]) {
      const reply = await ask('POST', '/ho-so', [['Authorization', joined], ...good.slice(1)]);
      t.is(statusOf(reply), 400, joined.slice(-10));
    }
  });

  test(`${proxy}: a name that PHP could take for ours is refused`, async (t) => {
    t.is(statusOf(await ask('GET', '/', [['X_TN_Sub', 'forged']])), 400);
    t.is(statusOf(await ask('GET', '/', [['x-tn_level', '2']])), 400);
    t.is(statusOf(await ask('GET', '/', [['X-TN-Sub', 'replaced by the proxy']])), 200);
  });

  test(`${proxy}: strange methods and targets are refused`, async (t) => {
    for (const url of [
      '/ho-so#x',
      '/ho-so/../x',
      '//ho-so',
      '/ho-so%2f..',
      '/ho-so;x',
      `/${'a'.repeat(9000)}`,
    ]) {
      const status = statusOf(await ask('GET', url, await goodFor('GET', url)));
      t.true(status === 400 || status === 403, `${url.slice(0, 20)} ${status}`);
    }
    if (proxy !== 'envoy')
      for (const [method, url] of [['get', '/'], ['G ET', '/'], ['GET', ''], ['GET', '*'], ['GET', 'http://x/'], ['GET', 'ho-so'], ['GET', '/ \u00e9']] as const)
        t.is(statusOf(await ask(method, url)), 400, `${method} ${url}`); // prettier-ignore
  });

  test(`${proxy}: a body is never read; a proxy that sends it along is not set up`, async (t) => {
    const reply = await ask('GET', '/', [], (raw) => ({
      ...raw,
      headers: (raw.headers ?? []).filter(([name]) => name !== 'content-length'),
      method: 'POST',
      body: 'x'.repeat(100_000),
    }));
    t.is(reply.status, 500);
    t.is(reply.headers.connection, 'close');
  });

  test(`${proxy}: another path than the documented one is no question`, async (t) => {
    for (const path of ['/', '/authx', '/auth2/ho-so', '/AUTH'])
      t.is(
        (await send(guardOf(proxy).address.port, { ...asks[proxy]('GET', '/', []), path })).status,
        404,
        path,
      );
  });
}

for (const proxy of ['nginx', 'traefik', 'apisix'] as const) {
  const own = asks[proxy]('GET', '/', []).headers ?? [];
  const believed = own.filter(
    ([name]) => /method|uri|host/i.test(name) && !(proxy === 'apisix' && name === 'X-Forwarded-Uri'),
  );
  for (const [name] of believed)
    test(`${proxy}: without ${name}, or with two of it, the answer is 500 and never yes`, async (t) => {
      const { port } = guardOf(proxy).address;
      const without = own.filter(([other]) => other !== name);
      t.is((await send(port, { path: '/auth', headers: without })).status, 500);
      t.is((await send(port, { path: '/auth', headers: [...own, [name, '/']] })).status, 500);
    });
  test(`${proxy}: headers of another proxy are not believed`, async (t) => {
    const other = asks[proxy === 'nginx' ? 'traefik' : 'nginx']('GET', '/', []);
    t.is((await send(guardOf(proxy).address.port, other)).status, 500);
  });
}

test('what the proxy gets wrong is logged, without what was sent', async (t) => {
  const guard = await startForwardAuth((undo) => t.teardown(undo), { proxy: 'nginx' });
  for (let i = 0; i < 3; i += 1)
    await send(guard.address.port, {
      path: '/auth',
      headers: [
        ['X-Original-URI', '/bi-mat'],
        ['Authorization', 'DPoP bi.mat.x'],
      ],
    });
  const lines = guard.lines.filter((line) => line.includes('"misconfigured"'));
  t.is(lines.length, 1, 'at most one a minute');
  t.regex(lines[0] ?? '', /x-original-method came 0 times/);
  t.notRegex(guard.lines.join(''), /bi-mat|bi\.mat/);
});

test('a stranger gets 403 and is not listened to', async (t) => {
  const guard = await startForwardAuth((undo) => t.teardown(undo), {
    proxy: 'nginx',
    trustedProxies: ['192.0.2.1'],
  });
  t.is((await send(guard.address.port, asks.nginx('GET', '/', []))).status, 403);
  t.is((await send(guard.address.port, { path: '/healthz' })).status, 403);
});

test('a proof with the nonce of another is asked to come again with ours', async (t) => {
  const guard = await startForwardAuth((undo) => t.teardown(undo), {
    proxy: 'traefik',
    nonceSecretFile: 'nonce',
  });
  const citizen = await citizenOf(guard.issuer);
  const { port } = guard.address;
  const first = await send(port, asks.traefik('POST', '/ho-so', await citizen.headers({}, { nonce: 'x' })));
  t.is(first.status, 401);
  const nonce = first.headers['dpop-nonce'];
  t.is((await send(port, asks.traefik('POST', '/ho-so', await citizen.headers({}, { nonce })))).status, 200);
});

test('/healthz and the RFC 9728 document are answered, on a port of their own if wanted', async (t) => {
  const guard = await startForwardAuth((undo) => t.teardown(undo), {
    proxy: 'apache',
    healthListen: '127.0.0.1:0',
  });
  const port = guard.healthAddress?.port ?? 0;
  for (const at of [port, guardOf('nginx').address.port]) {
    t.deepEqual(JSON.parse((await send(at, { path: '/healthz' })).body), { status: 'ok' });
    const metadata = await send(at, { path: '/.well-known/oauth-protected-resource' });
    t.like(JSON.parse(metadata.body), { dpop_bound_access_tokens_required: true });
    t.is((await send(at, { path: '/healthz', method: 'POST' })).status, 404);
  }
  t.is((await send(port, { path: '/auth' })).status, 404);
});

test('/healthz is 503 while there is no catalogue', async (t) => {
  const guard = await startForwardAuth(
    (undo) => t.teardown(undo),
    { proxy: 'nginx' },
    {
      prepare: ({ overrides }) =>
        void overrides.set('/.well-known/tayninh-service-catalogue', () => ({ status: 500 })),
    },
  );
  t.is((await send(guard.address.port, { path: '/healthz' })).status, 503);
});

test('garbage, half a request and endless headers end without an answer of ours', async (t) => {
  const { port } = guardOf('nginx').address;
  for (const bytes of [
    '\x16\x03\x01\x02',
    'GET\r\n\r\n',
    `GET /auth HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    socket.end(bytes);
    t.notRegex(await text(socket).catch(() => ''), /^HTTP\/1.1 200/);
  }
  t.is((await send(port, { path: '/healthz' })).status, 200);
});

test('stopping answers the question that is open, and takes none after', async (t) => {
  const guard = await startForwardAuth((undo) => t.teardown(undo), { proxy: 'nginx' });
  const socket = connect({ host: '127.0.0.1', port: guard.address.port });
  await once(socket, 'connect');
  // Half of the question is there when the stop begins.
  socket.write('GET /auth HTTP/1.1\r\nHost: x\r\nX-Original-Method: GET\r\n');
  await send(guard.address.port, { path: '/healthz' });
  const stopped = guard.stop();
  socket.write('X-Original-URI: /\r\nConnection: close\r\n\r\n');
  t.regex(await text(socket), /^HTTP\/1.1 200/);
  await stopped;
  await t.throwsAsync(send(guard.address.port, { path: '/healthz' }));
});
