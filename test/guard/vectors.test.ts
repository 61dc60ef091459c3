// The golden vectors: what a guard in any language must answer. Ours is asked first.

import test from 'ava';
import { readFile } from 'node:fs/promises';
import type { CheckResult } from '../../packages/guard/guard.ts';
import { createGivenKeySource } from '../../packages/guard/sources/keys.ts';
import { readRoute } from '../../packages/guard/steps/route.ts';
import { verifySignature } from '../../packages/guard/steps/signature.ts';
import { decide, type CatalogueAction } from '../../policies/decide.ts';
import { makeVectors, vectorFolder } from './make-vectors.ts';
import { guardFor, readCheckVectors } from './vectors/guard.ts';
import { decideFile, requestOf, routeFile, type VectorCase } from './vectors/read.ts';

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(name, vectorFolder), 'utf8'));

const vectors = await readCheckVectors();
const caseByName = new Map(vectors.cases.map((one) => [one.name, one]));

async function ask(one: VectorCase): Promise<CheckResult> {
  const guard = guardFor(vectors, one);
  for (const name of one.before ?? []) {
    const earlier = caseByName.get(name);
    if (earlier === undefined) throw new Error(`no vector "${name}"`);
    await guard.check(requestOf(earlier), earlier.action);
  }
  return guard.check(requestOf(one), one.action);
}

for (const one of vectors.cases) {
  test(`row ${one.row}: ${one.name}`, async (t) => {
    const result = await ask(one);
    const { expect } = one;
    if (result.ok || expect.ok) {
      t.is(result.ok, expect.ok, result.ok ? 'allowed' : JSON.stringify(result));
      if (!result.ok || !expect.ok) return;
      const { sub, clientId, level, scopes, consentId, consentVersion } = result.principal;
      const told = {
        sub,
        client_id: clientId,
        level,
        scopes,
        consent_id: consentId,
        consent_version: consentVersion,
      };
      t.like(told, expect.principal);
      return;
    }
    t.is(result.status, expect.status, JSON.stringify(result));
    t.is(result.problem.type, expect.problem_type);
    const challenge = result.headers['WWW-Authenticate'] ?? '';
    t.is(/error="([^"]*)"/.exec(challenge)?.[1], expect.error);
    for (const [name, fragments] of Object.entries(expect.header_fragments))
      for (const fragment of fragments)
        t.true(result.headers[name]?.includes(fragment), `${name}: ${challenge}`);
    for (const name of expect.absent_headers) t.is(result.headers[name], undefined);
    for (const fragment of expect.forbidden_fragments) t.false(JSON.stringify(result).includes(fragment));
  });
}

test('decide() answers every vector of its own', async (t) => {
  const { cases, clock, acr_base: acrBase } = decideFile.parse(await read('decide.json'));
  t.true(cases.length >= 60);
  for (const { name, action, facts, expect } of cases) {
    // The vectors hold the part of an action that decide() reads.
    const decision = decide((action ?? undefined) as CatalogueAction | undefined, facts, clock, acrBase);
    t.deepEqual({ ...decision, age: decision.age === Infinity ? null : decision.age }, expect, name);
  }
});

test('the route rule answers every vector of its own', async (t) => {
  const { service, cases } = routeFile.parse(await read('routes.json'));
  const actions = service.actions.map((one) => ({ ...one, service: 'nuoc' }) as unknown as CatalogueAction);
  const catalogue = {
    version: 'routes',
    actionByName: new Map(actions.map((one) => [one.action, one])),
    serviceById: new Map([['nuoc', { tokens: 'jwt' as const, public: service.public }]]),
  };
  t.true(cases.length >= 30);
  for (const { name, method, path, expect } of cases) {
    const found = readRoute(catalogue, 'nuoc', method, path);
    t.is(found === undefined ? null : found.kind === 'public' ? 'public' : found.action, expect, name);
  }
});

test('the committed vectors are what the generator makes', async (t) => {
  for (const [name, text] of makeVectors())
    t.is(
      await readFile(new URL(name, vectorFolder), 'utf8'),
      text,
      `${name}: node test/guard/make-vectors.ts`,
    );
});

test('every pair of rows stands among the vectors, and every vector has a name of its own', (t) => {
  const rows = [1, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const first of rows)
    for (const second of rows.filter((row) => row > first))
      t.is(caseByName.get(`rows ${first} and ${second}`)?.row, first);
  t.is(caseByName.size, vectors.cases.length);
  for (const row of ['allowed', 1, 2, ...rows, 'handover', 'unavailable'])
    t.true(
      vectors.cases.some((one) => one.row === row),
      String(row),
    );
});

test('the signed catalogue among the vectors is the catalogue beside it', async (t) => {
  const keys = createGivenKeySource(() => vectors.jwks);
  const verified = await verifySignature(vectors.catalogue_jws, 'tn-catalogue+jwt', keys);
  t.deepEqual('payload' in verified ? verified.payload : undefined, vectors.catalogue);
});
