// What must hold whatever server stands in front: each row of protocol §4, and the service not called.

import type { TestFn } from 'ava';
import { citizenOf, problemOf, publicUrl, send, type Raw } from '../guard/forward-auth-setting.ts';
import { acr1 } from '../guard/issuer.ts';
import { reach, type Proxy, type Setting } from './proxied-setting.ts';

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

export function provesRefusals(test: TestFn, proxy: Proxy, all: () => Setting): void {
  const reached = async (raw: Raw) => reach(all(), raw);

  for (const { row, claims, proof, send: raw, status, type, error } of rows) {
    test.serial(`${proxy}: row ${row} is answered ${status} and the service is not called`, async (t) => {
      const citizen = await citizenOf(all().guard.issuer);
      const headers = await citizen.headers(claims, proof);
      const { reply, seen } = await reached({ method: 'POST', path: '/ho-so', headers, ...raw });
      t.is(reply.status, status, reply.body);
      t.deepEqual(problemOf(reply), { type, status });
      t.is(reply.headers['content-type']?.split(';')[0], 'application/problem+json');
      t.is(reply.headers['cache-control'], 'no-store');
      t.is(/error="([^"]*)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1], error);
      t.true(
        (reply.headers['www-authenticate'] ?? '').split('resource_metadata=').length <= 2,
        'one challenge',
      );
      t.is(seen.length, 0);
    });
  }

  test.serial(`${proxy}: row 1: two Authorization headers are refused, in any order`, async (t) => {
    const citizen = await citizenOf(all().guard.issuer);
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
    const citizen = await citizenOf(all().guard.issuer);
    const headers = await citizen.headers();
    const call = { method: 'POST', path: '/ho-so', headers };
    const answers = await Promise.all(Array.from({ length: 8 }, async () => send(all().port, call)));
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
      const citizen = await citizenOf(all().guard.issuer);
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

  test.serial(
    `${proxy}: row 1: no other method than the one that was checked reaches the service`,
    async (t) => {
      const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];
      for (const name of names) {
        const { reply, seen } = await reached({ path: '/', headers: [[name, 'DELETE']] });
        t.is(problemOf(reply).type, 'invalid-request', name);
        t.is(seen.length, 0);
      }
      t.is(problemOf((await reached({ path: '/?_method=DELETE' })).reply).type, 'invalid-request');
      // With `_` the name is the same to PHP, and it is taken out.
      for (const name of names.flatMap((one) => [one.replaceAll('-', '_'), one.replace('-', '_')])) {
        const { seen } = await reached({ path: '/', headers: [[name, 'DELETE']] });
        t.false(
          seen.some(({ headers }) => name.toLowerCase() in headers),
          name,
        );
      }
    },
  );
}
