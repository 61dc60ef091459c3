// What must hold whatever server stands in front: the same table for nginx and for Apache.

import type { TestFn } from 'ava';
import {
  citizenOf,
  identityNames,
  problemOf,
  publicUrl,
  send,
  startBackend,
  startForwardAuth,
  type AtEnd,
  type Raw,
  type Running,
  type Seen,
} from '../guard/forward-auth-setting.ts';
import { acr1, acr2, type Issuer } from '../guard/issuer.ts';

type StartProxy = (atEnd: AtEnd, guardPort: number, servicePort: number) => Promise<number>;
export type Setting = { readonly port: number; readonly seen: Seen[]; readonly guard: Running };

export async function startAll(
  atEnd: AtEnd,
  proxy: 'nginx' | 'apache',
  startProxy: StartProxy,
  members: Record<string, unknown> = {},
  options: Parameters<typeof startForwardAuth>[2] = {},
): Promise<Setting> {
  const backend = await startBackend(atEnd);
  const guard = await startForwardAuth(atEnd, { proxy, ...members }, options);
  const port = await startProxy(atEnd, guard.address.port, backend.port);
  return { port, seen: backend.seen, guard };
}

const cataloguePath = '/.well-known/tayninh-service-catalogue';
const endAll = (issuer: Issuer): void => {
  issuer.state.entries = [
    { k: 'consent', id: 'c_gone', min_ver: 99 },
    { k: 'sub', id: 'ended-1', min_iat: 9_999_999_999 },
  ];
};

type Row = {
  readonly row: string;
  readonly claims?: Record<string, unknown>;
  readonly proof?: Record<string, unknown>;
  readonly send?: Raw;
  readonly status: number;
  readonly type: string;
  readonly error?: string;
};

// Protocol §4, from top to bottom.
const rows: readonly Row[] = [
  { row: '1: a token in the address', send: { path: '/ho-so?access_token=x' }, status: 400, type: 'invalid-request', error: 'invalid_request' },
  { row: '3: a token of another issuer', claims: { iss: 'https://elsewhere.example' }, status: 401, type: 'invalid-token', error: 'invalid_token' },
  { row: '3: a token for another service', claims: { aud: 'https://other.example' }, status: 401, type: 'invalid-token', error: 'invalid_token' },
  { row: '4: a proof for another method', proof: { htm: 'GET' }, status: 401, type: 'dpop', error: 'invalid_dpop_proof' },
  { row: '4: a proof for another address', proof: { htu: `${publicUrl}/giay-to` }, status: 401, type: 'dpop', error: 'invalid_dpop_proof' },
  { row: '5: consent withdrawn', claims: { consent_id: 'c_gone' }, status: 401, type: 'consent-withdrawn', error: 'invalid_token' },
  { row: '5: ended', claims: { sub: 'ended-1' }, status: 401, type: 'ended', error: 'invalid_token' },
  { row: '7: the level is missing', claims: { acr: acr1 }, status: 401, type: 'step-up', error: 'insufficient_user_authentication' },
  { row: '8: the scope is missing', claims: { scope: 'svc:hoso:xem' }, status: 403, type: 'scope', error: 'insufficient_scope' },
  { row: '9: no consent for the purpose', claims: { purposes: [] }, status: 403, type: 'consent-required', error: 'insufficient_scope' },
  { row: '10: a client of another class', claims: { client_class: 'third_party' }, status: 403, type: 'denied' },
]; // prettier-ignore

export function provesProxy(test: TestFn, proxy: 'nginx' | 'apache', startProxy: StartProxy): void {
  const undos: (() => Promise<void>)[] = [];
  let all: Setting;
  test.before(async () => {
    all = await startAll((undo) => undos.push(undo), proxy, startProxy, {}, { prepare: endAll });
  });
  test.after.always(async () => {
    for (const undo of undos.toReversed()) await undo();
  });
  const reached = async (raw: Raw, from = all) => {
    const before = from.seen.length;
    const reply = await send(from.port, raw);
    return { reply, seen: from.seen.slice(before) };
  };

  test.serial(
    `${proxy}: a good call reaches the service with who the person is, and its body intact`,
    async (t) => {
      const citizen = await citizenOf(all.guard.issuer);
      const body = 'noi-dung=Tôi xin đăng ký&'.repeat(2000);
      const headers: [string, string][] = [...(await citizen.headers()), ['Content-Type', 'text/plain']];
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so?buoc=1', headers, body });
      t.is(reply.status, 200, reply.body);
      t.is(reply.body, 'answer of the service 200');
      const [call] = seen;
      t.like(call, { method: 'POST', url: '/ho-so?buoc=1', body });
      t.like(call?.headers, {
        'x-tn-sub': 'pairwise-1',
        'x-tn-acr': acr2,
        'x-tn-level': '2',
        'x-tn-scope': 'svc:hoso:nop svc:hoso:xem',
        'x-tn-client': 'miniapp',
      });
      t.regex(String(call?.headers['x-tn-decision']), /^d_/);
      t.is(call?.headers.authorization, undefined);
      t.is(call?.headers.dpop, undefined);
    },
  );

  test.serial(
    `${proxy}: an answer of the service is passed on as it is, also 401, 403 and 500`,
    async (t) => {
      for (const status of [401, 403, 404, 500, 503]) {
        const { reply } = await reached({ headers: [['X-Answer', String(status)]] });
        t.is(reply.status, status);
        t.is(reply.body, `answer of the service ${status}`);
      }
    },
  );

  test.serial(`${proxy}: a public route passes, and what was forged in our names does not`, async (t) => {
    const forged: [string, string][] = identityNames.flatMap((name) => [
      [name, 'forged'],
      [name.toUpperCase(), 'forged again'],
    ]);
    const { reply, seen } = await reached({ headers: forged });
    t.is(reply.status, 200);
    for (const name of identityNames)
      t.is(seen[0]?.headers[name] ?? '', name === 'x-tn-decision' ? 'public' : '');
  });

  test.serial(`${proxy}: forged names do not survive beside a good token`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const forged: [string, string][] = identityNames.map((name) => [name, 'forged']);
    const headers = [...forged, ...(await citizen.headers()), ...forged];
    const { seen } = await reached({ method: 'POST', path: '/ho-so', headers });
    t.is(seen[0]?.headers['x-tn-sub'], 'pairwise-1');
    for (const name of identityNames) t.notRegex(String(seen[0]?.headers[name]), /forged/);
  });

  test.serial(`${proxy}: a name that PHP could take for ours never reaches the service`, async (t) => {
    for (const name of ['X_TN_Sub', 'X-TN_Sub', 'x_tn-level']) {
      const { reply, seen } = await reached({ headers: [[name, 'forged']] });
      t.true(
        seen.every(({ headers }) => headers[name.toLowerCase()] === undefined),
        `${name} ${reply.status}`,
      );
    }
  });

  test.serial(`${proxy}: a header the client lists in Connection still reaches the service`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    for (const listed of ['X-TN-Sub', 'X-TN-Decision, close']) {
      const headers: [string, string][] = [...(await citizen.headers()), ['Connection', listed]];
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers });
      t.is(reply.status, 200);
      t.is(seen[0]?.headers['x-tn-sub'], 'pairwise-1');
      t.regex(String(seen[0]?.headers['x-tn-decision']), /^d_/);
    }
  });

  for (const { row, claims, proof, send: raw, status, type, error } of rows) {
    test.serial(`${proxy}: row ${row} is answered ${status} and the service is not called`, async (t) => {
      const citizen = await citizenOf(all.guard.issuer);
      const headers = await citizen.headers(claims, proof);
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers, ...raw });
      t.is(reply.status, status, reply.body);
      t.deepEqual(problemOf(reply), { type, status });
      t.is(reply.headers['content-type']?.split(';')[0], 'application/problem+json');
      t.is(reply.headers['cache-control'], 'no-store');
      t.is(/error="([^"]*)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1], error);
      t.is(seen.length, 0);
    });
  }

  test.serial(`${proxy}: row 1: two Authorization headers are refused, in any order`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const good = await citizen.headers();
    const other: [string, string] = ['authorization', 'DPoP abc'];
    for (const headers of [
      [other, ...good],
      [...good, other],
      [...good, ['Authorization', ''] as [string, string]],
    ]) {
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers });
      t.is(reply.status, 400, reply.body);
      t.is(seen.length, 0);
    }
  });

  test.serial(`${proxy}: row 1: an Authorization header beyond 8 KiB is refused`, async (t) => {
    const headers: [string, string][] = [['Authorization', `DPoP ${'a'.repeat(8190)}`]];
    const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers });
    t.is(reply.status, 400);
    t.is(seen.length, 0);
  });

  test.serial(`${proxy}: row 2: without a token the challenge names no error`, async (t) => {
    for (const headers of [[], [['Authorization', 'Basic eDp5'] as [string, string]]]) {
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers, body: 'x' });
      t.is(reply.status, 401);
      t.is(problemOf(reply).type, 'no-token');
      t.regex(String(reply.headers['www-authenticate']), /^DPoP algs="ES256", resource_metadata=/);
      t.is(seen.length, 0);
    }
  });

  test.serial(`${proxy}: row 4: a proof is good once, and two proofs are none`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const headers = await citizen.headers();
    const call = { method: 'POST', path: '/ho-so', headers };
    const answers = await Promise.all(Array.from({ length: 8 }, async () => send(all.port, call)));
    t.is(answers.filter(({ status }) => status === 200).length, 1);
    t.is(answers.filter(({ status }) => status === 401).length, 7);
    const [, proof] = await citizen.headers();
    const [authorization] = headers;
    if (proof === undefined || authorization === undefined) throw new Error('no headers');
    const { reply } = await reached({ ...call, headers: [authorization, proof, proof] });
    t.is(problemOf(reply).type, 'dpop');
  });

  test.serial(
    `${proxy}: row 6: what the catalogue does not list is denied, whatever the method`,
    async (t) => {
      const citizen = await citizenOf(all.guard.issuer);
      for (const [method, path] of [
        ['GET', '/khong-co'],
        ['DELETE', '/ho-so'],
        ['OPTIONS', '/ho-so'],
        ['PATCH', '/'],
      ]) {
        const headers = await citizen.headers({}, { htm: method, htu: `${publicUrl}${path}` });
        const { reply, seen } = await reached({ method: method ?? '', path: path ?? '', headers });
        t.is(reply.status, 403, `${method} ${path}`);
        t.is(reply.headers['www-authenticate'], undefined);
        t.is(seen.length, 0);
      }
    },
  );

  test.serial(`${proxy}: HEAD is answered like GET, without a body`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const headers = await citizen.headers({}, { htm: 'HEAD' });
    const { reply, seen } = await reached({ method: 'HEAD', path: '/ho-so', headers });
    t.is(reply.status, 200);
    t.is(seen[0]?.method, 'HEAD');
    const refused = await reached({ method: 'HEAD', path: '/ho-so' });
    t.is(refused.reply.status, 401);
    t.is(refused.reply.body, '');
    t.is(refused.seen.length, 0);
  });

  test.serial(`${proxy}: a path that two servers could read in two ways reaches nobody`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const paths = [
      '/ho-so%2f..', '/%2e%2e/ho-so', '//ho-so', '/ho-so/../x', '/ho-so/..', '/./ho-so', '/ho-so/.', '/ho-so//', '/ho%2Dso', '/ho-so%00',
      '/ho-so;a=b', '/ho-so%3f', '/ho-so%252f', '/ho-so%5c..', '/ho-so\\..', '/ho-so%c0%af', '/giay-to/..%2fho-so', '/..', '/%2e', '/;/', 'http://hoso.example/ho-so',
    ]; // prettier-ignore
    for (const path of paths) {
      const address = path.startsWith('http') ? `${publicUrl}/ho-so` : publicUrl + path;
      const headers = await citizen.headers({}, { htm: 'GET', htu: address });
      const { reply, seen } = await reached({ path, headers });
      // An absolute address is the one that nginx brings into one reading before it asks.
      if (reply.status === 200) t.deepEqual([path, seen[0]?.url], ['http://hoso.example/ho-so', '/ho-so']);
      else t.true([400, 403, 404].includes(reply.status), `${path} ${reply.status}`);
      t.is(seen.length, reply.status === 200 ? 1 : 0, path);
    }
  });

  test.serial(`${proxy}: an escaped address that is plain reaches the service byte by byte`, async (t) => {
    const citizen = await citizenOf(all.guard.issuer);
    const headers = await citizen.headers({}, { htm: 'GET' });
    const path = '/ho-so?ten=L%C3%A0%20Nguy%E1%BB%85n&x=%2f..%2f&y=a+b';
    const { reply, seen } = await reached({ path, headers });
    t.is(reply.status, 200);
    t.is(seen[0]?.url, path);
  });

  test(`${proxy}: a service that wants nonces gets its nonce through, and a proof with it passes`, async (t) => {
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, { nonceSecretFile: 'nonce' });
    const citizen = await citizenOf(own.guard.issuer);
    const first = await reached({ method: 'POST', path: '/ho-so', headers: await citizen.headers() }, own);
    t.is(first.reply.status, 401);
    t.regex(String(first.reply.headers['www-authenticate']), /error="use_dpop_nonce"/);
    const nonce = first.reply.headers['dpop-nonce'];
    t.is(typeof nonce, 'string');
    const headers = await citizen.headers({}, { nonce });
    t.is((await reached({ method: 'POST', path: '/ho-so', headers }, own)).reply.status, 200);
  });

  test(`${proxy}: while the broker is silent the answer is 503 with Retry-After`, async (t) => {
    const clock = { shiftMs: 0 };
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, {}, { clock });
    clock.shiftMs = 120_000;
    const iat = Math.floor(Date.now() / 1000) + 120;
    const citizen = await citizenOf(own.guard.issuer);
    const headers = await citizen.headers({ iat, exp: iat + 300, auth_time: iat - 10 }, { iat });
    const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers }, own);
    t.is(reply.status, 503, reply.body);
    t.is(reply.headers['retry-after'], '5');
    t.is(problemOf(reply).type, 'unavailable');
    t.is(seen.length, 0);
  });

  test(`${proxy}: without a catalogue even a public route is 503`, async (t) => {
    const prepare = ({ overrides }: Issuer): void =>
      void overrides.set(cataloguePath, () => ({ status: 500 }));
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, {}, { prepare });
    const { reply, seen } = await reached({ path: '/' }, own);
    t.is(reply.status, 503);
    t.is(reply.headers['retry-after'], '5');
    t.is(seen.length, 0);
  });

  test(`${proxy}: when tnid-guard is gone nobody passes, and it passes again when it is back`, async (t) => {
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy);
    await own.guard.stop();
    const { reply, seen } = await reached({ path: '/' }, own);
    t.true(reply.status >= 500, String(reply.status));
    t.is(seen.length, 0);
    await startForwardAuth((undo) => t.teardown(undo), {
      proxy,
      listen: `127.0.0.1:${own.guard.address.port}`,
    });
    t.is((await reached({ path: '/' }, own)).reply.status, 200);
  });
}
