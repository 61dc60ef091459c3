// What must hold whatever server stands in front: who passes, and what the service then gets.

import type { TestFn } from 'ava';
import { citizenOf, identityNames, publicUrl, type Raw } from '../guard/forward-auth-setting.ts';
import { acr2 } from '../guard/issuer.ts';
import { reach, type Proxy, type Setting } from './proxied-setting.ts';

export function provesPassing(test: TestFn, proxy: Proxy, all: () => Setting): void {
  const reached = async (raw: Raw) => reach(all(), raw);

  test.serial(
    `${proxy}: a good call reaches the service with who the person is, and its body intact`,
    async (t) => {
      const citizen = await citizenOf(all().guard.issuer);
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

  test.serial(`${proxy}: a body without a length arrives intact, and tnid-guard never gets it`, async (t) => {
    const citizen = await citizenOf(all().guard.issuer);
    const headers: [string, string][] = [...(await citizen.headers()), ['Transfer-Encoding', 'chunked']];
    const chunked = 'một phần '.repeat(5000);
    const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers, chunked });
    t.is(reply.status, 200, reply.body);
    t.is(seen[0]?.body, chunked);
    t.false(all().guard.lines.some((line) => line.includes('misconfigured')));
  });

  test.serial(`${proxy}: a refusal speaks the language the person asked for`, async (t) => {
    for (const language of ['en', 'vi']) {
      const { reply } = await reached({ path: '/ho-so', headers: [['Accept-Language', language]] });
      t.is(reply.headers['content-language'], language);
      t.is(reply.headers['x-tn-problem'], undefined);
    }
  });

  test.serial(`${proxy}: where the service belongs to is told without the service (RFC 9728)`, async (t) => {
    const { reply, seen } = await reached({ path: '/.well-known/oauth-protected-resource' });
    t.is(reply.status, 200);
    t.like(JSON.parse(reply.body), { authorization_servers: [all().guard.issuer.url] });
    t.is(seen.length, 0);
    t.not((await reached({ path: '/healthz' })).reply.status, 200);
  });

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
    const citizen = await citizenOf(all().guard.issuer);
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
    const citizen = await citizenOf(all().guard.issuer);
    for (const listed of ['X-TN-Sub', 'X-TN-Decision, close']) {
      const headers: [string, string][] = [...(await citizen.headers()), ['Connection', listed]];
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers });
      t.is(reply.status, 200);
      t.is(seen[0]?.headers['x-tn-sub'], 'pairwise-1');
      t.regex(String(seen[0]?.headers['x-tn-decision']), /^d_/);
    }
  });

  test.serial(`${proxy}: HEAD is answered like GET, without a body`, async (t) => {
    const citizen = await citizenOf(all().guard.issuer);
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
    const citizen = await citizenOf(all().guard.issuer);
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
    const citizen = await citizenOf(all().guard.issuer);
    const headers = await citizen.headers({}, { htm: 'GET' });
    const path = '/ho-so?ten=L%C3%A0%20Nguy%E1%BB%85n&x=%2f..%2f&y=a+b';
    const { reply, seen } = await reached({ path, headers });
    t.is(reply.status, 200);
    t.is(seen[0]?.url, path);
  });
}
