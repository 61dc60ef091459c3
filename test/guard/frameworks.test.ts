// The adapters over real HTTP, each in the real framework: all golden vectors as requests on the wire,
// and the routes of the catalogue.

import test from 'ava';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { metadataPath, type Guard } from '../../packages/guard/guard.ts';
import { principalOf } from '../../packages/guard/frameworks/passage.ts';
import { frameworks } from './framework-servers.ts';
import { guardFor, readCheckVectors } from './vectors/guard.ts';
import { makeProof } from './vectors/draft.ts';
import { token } from './vectors/ground.ts';

const vectors = await readCheckVectors();

type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly form?: string | undefined;
};
type Got = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

async function send(port: number, { method, url, headers, form }: Sent): Promise<Got> {
  const host = headers.some(([name]) => name === 'Host') ? [] : [['Host', 'x']];
  const type = form === undefined ? [] : [['Content-Type', 'application/x-www-form-urlencoded']];
  const length = method === 'GET' ? [] : [['Content-Length', String(Buffer.byteLength(form ?? ''))]];
  const raw = [...host, ...headers, ...type, ...length].flat();
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ port, host: '127.0.0.1', method, path: url, headers: raw }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    sending.on('error', reject);
    sending.end(form);
  });
}

// These stand for the guard of the moment: a vector wants one that has seen nothing.
function changing(): { readonly guard: Guard; use(one: Guard, action?: string): void } {
  let current: Guard | undefined;
  let named: string | undefined;
  const now = (): Guard => {
    if (current === undefined) throw new Error('no guard yet');
    return current;
  };
  return {
    use(one, action) {
      current = one;
      named = action;
    },
    guard: {
      start: async () => undefined,
      stop: async () => undefined,
      check: (request, action) => now().check(request, named ?? action),
      route: (method, path) => now().route(method, path),
      authorize: (request) => now().authorize(request),
      protectedResourceMetadata: () => now().protectedResourceMetadata(),
    },
  };
}

// A Request of the Fetch standard has no request target: it is an address in every case.
const notOnTheWire: Readonly<Record<string, readonly string[]>> = {
  Hono: ['request target that is a whole address'],
  'Web Request': ['request target that is a whole address'],
};

for (const [name, start] of Object.entries(frameworks)) {
  test(`${name}: every golden vector is answered the same over HTTP`, async (t) => {
    const { guard, use } = changing();
    const service = await start(guard, 'any.action');
    t.teardown(() => service.stop());
    for (const one of vectors.cases) {
      if (notOnTheWire[name]?.includes(one.name) === true) continue;
      use(guardFor(vectors, one), one.action);
      for (const earlier of vectors.cases.filter((other) => one.before?.includes(other.name)))
        await send(service.port, earlier.request);
      const { status, headers, body } = await send(service.port, one.request);
      const { expect } = one;
      if (expect.ok) {
        t.is(status, 200, `${one.name}: ${body}`);
        t.like(JSON.parse(body), { sub: expect.principal.sub }, one.name);
        continue;
      }
      t.is(status, expect.status, `${one.name}: ${body}`);
      t.is(JSON.parse(body).type, expect.problem_type, one.name);
      for (const [header, fragments] of Object.entries(expect.header_fragments))
        for (const part of fragments) t.true(String(headers[header.toLowerCase()]).includes(part), one.name);
      for (const header of expect.absent_headers) t.is(headers[header.toLowerCase()], undefined, one.name);
    }
  });

  test(`${name}: the catalogue's routes decide where no action is named`, async (t) => {
    const { guard, use } = changing();
    const [good] = vectors.cases;
    if (good === undefined) return t.fail('no vectors');
    use(guardFor(vectors, good));
    const service = await start(guard);
    t.teardown(() => service.stop());
    const ask = async (method: string, url: string, more: Sent['headers'] = []): Promise<Got> => {
      const accessToken = token();
      const proof = makeProof({ accessToken, method, url, jti: `${method} ${url}` });
      return send(service.port, {
        method,
        url,
        headers: [['Authorization', `DPoP ${accessToken}`], ['DPoP', proof], ...more],
      });
    };
    const open = await send(service.port, { method: 'GET', url: '/gia-nuoc?thang=11', headers: [] });
    t.is(open.status, 200);
    t.deepEqual(JSON.parse(open.body), { sub: null }, 'a public route passes and knows nobody');
    t.deepEqual(JSON.parse((await ask('POST', '/hop-dong/123/ky')).body), { sub: 'pairwise-1' });
    t.is((await send(service.port, { method: 'GET', url: '/hoa-don', headers: [] })).status, 401);
    for (const url of ['/khong-co', '/hoa-don/', '/hop-dong/a%2Fky', '/hoa-don;v=1'])
      t.is((await ask('GET', url)).status, 403, url);
    t.is((await ask('DELETE', '/hoa-don')).status, 403, 'a method nobody listed');
    const overridden = await ask('GET', '/hoa-don', [['X-HTTP-Method-Override', 'DELETE']]);
    t.is(overridden.status, 400, 'a method in a header');
  });

  test(`${name}: the resource document is served, and English is spoken when asked for`, async (t) => {
    const { guard, use } = changing();
    const [good] = vectors.cases;
    if (good === undefined) return t.fail('no vectors');
    use(guardFor(vectors, good));
    const service = await start(guard, 'nuoc.ky');
    t.teardown(() => service.stop());
    const document = await send(service.port, { method: 'GET', url: metadataPath, headers: [] });
    t.like(JSON.parse(document.body), { resource: vectors.settings.audience });
    t.regex(document.headers['content-type'] ?? '', /^application\/json/);
    const asked = { method: 'GET', url: '/hoa-don' };
    const inEnglish = await send(service.port, {
      ...asked,
      headers: [['Accept-Language', 'en-GB, vi;q=0.5']],
    });
    t.is(inEnglish.headers['content-language'], 'en');
    t.like(JSON.parse(inEnglish.body), { title: 'Please sign in', status: 401 });
    t.is((await send(service.port, { ...asked, headers: [] })).headers['content-language'], 'vi');
  });
}

test('who came in cannot be read from a request that nobody checked', (t) => {
  t.throws(() => principalOf({}), { message: /not checked/ });
});
