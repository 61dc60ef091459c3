// Routes: what is not listed is denied, and so is what a server could read in another way.

import test from 'ava';
import { posix } from 'node:path';
import type { DecisionRecord } from '../../packages/guard/guard.ts';
import { isUnambiguous } from '../../packages/guard/steps/route.ts';
import { audience } from './issuer.ts';
import { answerOf, cataloguePath, setUp } from './setting.ts';
import { actions, catalogue as vectorCatalogue, settings } from './vectors/ground.ts';
import { parseCatalogue } from '../../packages/guard/guard.ts';

// The same numbers at every run: a failure can be looked at again.
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

test('a path that is let through is read alike by a URL parser, by a file system and after decoding', (t) => {
  const pieces = ['/', '//', '.', '..', '/..', '/./', '%2e', '%2E', '%2F', '%5C', '\\', ';', '%3B', '%00', '%20', 'a', 'ho-so', '%C4%91', '%c4%91', '%25', '%61', '?', '#', '%', '+', '@', ':', '~', 'đ', '\t', '%E2%80%8B', '%EF%BC%8F', '%C0%AF']; // prettier-ignore
  const random = numbers(7);
  let accepted = 0;
  for (let round = 0; round < 40_000; round += 1) {
    const length = 1 + (((random.next().value ?? 0) >>> 8) % 6);
    const path = `/${Array.from({ length }, () => pieces[((random.next().value ?? 0) >>> 8) % pieces.length] ?? '').join('')}`;
    if (!isUnambiguous(path)) continue;
    accepted += 1;
    t.is(new URL(path, 'https://x.example').pathname, path);
    t.is(posix.normalize(path), path);
    const decoded = decodeURIComponent(path);
    t.is(posix.normalize(decoded), decoded);
    t.is(decoded.split('/').length, path.split('/').length);
    // Decoding once more changes nothing.
    t.is(decodeURIComponent(decoded), decoded);
    t.notRegex(decoded, /[\\;?#\p{Cc}\p{Cf}]/u);
  }
  t.true(accepted > 500, String(accepted));
});

test('a path of many thousand characters is refused', (t) => {
  t.true(isUnambiguous(`/${'a'.repeat(4000)}`));
  t.false(isUnambiguous(`/${'a'.repeat(5000)}`));
  t.false(isUnambiguous(`/${'%C4%91'.repeat(5000)}`));
  t.false(isUnambiguous(`${'/a'.repeat(5000)}/`));
});

const parsed = parseCatalogue(vectorCatalogue);

test('the routes of another service are not ours, and a catalogue keeps what it calls public', async (t) => {
  const { start } = await setUp(t);
  if (parsed === undefined) return t.fail('no catalogue');
  const guard = await start({ audience: settings.audience, sources: { catalogue: () => parsed } });
  t.deepEqual(await guard.route('GET', '/gia-nuoc'), { kind: 'public' });
  t.deepEqual(await guard.route('GET', '/hoa-don?trang=2'), { kind: 'action', action: 'nuoc.xem' });
  t.is(await guard.route('GET', '/dien'), undefined);
  t.is(await guard.route('PATCH', '/hoa-don'), undefined);
});

test('public routes that cannot be read open nothing', (t) => {
  for (const open of [undefined, null, 'all', [{ method: 'GET' }], [{ path: '/x' }, 5], {}]) {
    const services = [{ id: settings.audience, tokens: 'jwt', public: open }];
    const catalogue = parseCatalogue({ version: 'v', services, actions, purposes: [] });
    t.deepEqual(catalogue?.serviceById.get(settings.audience)?.public, [], JSON.stringify(open));
  }
});

test('without a catalogue nobody knows whether a route is public', async (t) => {
  const { start, issuer } = await setUp(t);
  issuer.overrides.set(cataloguePath, () => ({ status: 500 }));
  const records: DecisionRecord[] = [];
  const guard = await start({ onDecision: (record) => void records.push(record) });
  t.is(await guard.route('GET', '/'), 'unavailable');
  const result = await guard.authorize({ method: 'GET', url: '/', headers: {} });
  t.is('public' in result ? 'public' : answerOf(result), '503');
  t.like(records[0], { action: 'unknown-route', allow: false, failed: ['unavailable'] });
});

test('a route nobody listed is row 6, after rows 1 to 5', async (t) => {
  const { start, issuer, app } = await setUp(t);
  const records: DecisionRecord[] = [];
  const guard = await start({
    audience,
    sources: { catalogue: () => issuer.catalogue },
    onDecision: (record) => void records.push(record),
  });
  const url = '/khong-ai-biet';
  const ask = async (headers: Record<string, string>): Promise<string> => {
    const result = await guard.authorize({ method: 'POST', url, headers });
    return 'public' in result ? 'public' : answerOf(result);
  };
  t.is(await ask({}), '401');
  t.is(await ask({ authorization: 'DPoP\tx' }), '400 invalid_request');
  const token = await app.token();
  const dpop = await app.proof(token, { htu: `https://hoso.example${url}` });
  t.is(await ask({ authorization: `DPoP ${token}` }), '401 invalid_dpop_proof');
  t.is(await ask({ authorization: `DPoP ${token}`, dpop }), '403');
  t.like(records.at(-1), { action: 'unknown-route', failed: ['action'] });
});
