// guard.check in a process of its own: the price a service pays for each request, beside what the two
// signatures alone cost on the same core, both in processor time. Prints one JSON line.
//   taskset -c 0 node bench/guard.ts 1 5

import { createPublicKey, hash, randomUUID, verify, type KeyObject } from 'node:crypto';
import { loadCatalogue } from '../catalogue/load.ts';
import { createGuard } from '../packages/guard/guard.ts';
import { coreMs } from './core-time.ts';
import { cacheWork } from './guard-cache.ts';
import { JWT_SERVICE } from './cast.ts';
import { decideWork } from './decide.ts';
import { dpopProof, makeKey, signJwt, type Key } from './proofs.ts';
import { median } from './rounds.ts';

const [seconds = 1, rounds = 3] = process.argv.slice(2).map(Number);
const issuer = 'https://id.tayninh.gov.vn';
const issuerKey = makeKey('issuer');
const appKey = makeKey('proof');
const catalogue = await loadCatalogue(new URL('../policies/services', import.meta.url).pathname);
const jwks = { keys: [{ ...issuerKey.publicJwk }] };
const feed = {
  as_of: Math.floor(Date.now() / 1000) + 10,
  entries: [{ k: 'consent' as const, id: 'c_0', min_ver: 2 }],
};
let recorded = 0;
const guard = createGuard({
  issuer,
  audience: JWT_SERVICE.id,
  baseUrl: JWT_SERVICE.id,
  sources: { jwks: () => jwks, catalogue: () => catalogue, watermarks: () => feed },
  // Every service records; what it does with the record is its own.
  onDecision: () => void (recorded += 1),
});

const thumbprintOf = ({ publicJwk: { crv, kty, x, y } }: Key) =>
  hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url'); // RFC 7638: members in this order
const newToken = (key = appKey) => {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: JWT_SERVICE.id, sub: 'person', client_id: 'portal', jti: randomUUID(), iat, exp: iat + 600, scope: JWT_SERVICE.scope }; // prettier-ignore
  const ours = { acr: `${issuer}/acr/1`, auth_time: iat, amr: ['zalo'], client_class: 'gov_portal', pol: catalogue.version, cnf: { jkt: thumbprintOf(key) }, consent_id: 'c_1', consent_ver: 1, purposes: [] }; // prettier-ignore
  return signJwt(issuerKey, { kid: 'issuer', typ: 'at+jwt' }, { ...claims, ...ours });
};
const requestWith = (token: string, key = appKey) => {
  const dpop = dpopProof(key, { method: 'POST', address: `${JWT_SERVICE.id}/phan-anh`, token });
  const headers = { host: 'phananh.dichvu.tayninh.gov.vn', accept: '*/*', 'content-type': 'application/json', authorization: `DPoP ${token}`, dpop }; // prettier-ignore
  return { method: 'POST', url: '/phan-anh', headers, rawHeaders: Object.entries(headers).flat() };
};

type Request = ReturnType<typeof requestWith>;
const seen = newToken();
const importedKeys = new Map<Key, KeyObject>();
const BATCH = 400;
const measures: readonly { readonly name: string; run(forSeconds: number): number | Promise<number> }[] = [
  { name: 'bare: two ES256 verifications', run: verifications() },
  { name: 'check, new token, new proof', run: checks(() => requestWith(newToken())) },
  {
    name: 'check, new token, new proof, app never seen',
    run: checks(() => {
      const key = makeKey('new');
      return requestWith(newToken(key), key);
    }),
  },
  { name: 'check, seen token, new proof', run: checks(() => requestWith(seen)) },
  {
    name: 'seen token, everything but the proof',
    run: cacheWork(requestWith(seen), { issuer, catalogue, feed }),
  },
  { name: 'decide()', run: decideWork() },
];
const results = new Map<string, number[]>(measures.map(({ name }) => [name, []]));
for (const { run } of measures) await run(0.3);
for (let round = 0; round < rounds; round += 1)
  for (const { name, run } of measures) results.get(name)?.push(await run(seconds));
await guard.stop();
if (recorded === 0) throw new Error('nothing was recorded');
console.log(JSON.stringify([...results].map(([name, all]) => ({ name, perSecond: median(all) }))));

// Requests are made in batches while the clock stands still.
function checks(make: () => Request) {
  return async (forSeconds: number): Promise<number> => {
    let spentMs = 0;
    let count = 0;
    while (spentMs < forSeconds * 1000) {
      const batch = Array.from({ length: BATCH }, make);
      const startedAt = coreMs();
      for (const request of batch) {
        const checked = await guard.check(request, 'phananh.gui');
        if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
      }
      spentMs += coreMs() - startedAt;
      count += BATCH;
    }
    return (count / spentMs) * 1000;
  };
}

// Keys imported, bytes ready: what the core can do for one token and one proof. As many different ones
// as a batch of checks has: the same signature over and over is cheaper than any service ever sees.
function verifications() {
  const pairs = Array.from({ length: BATCH }, () => {
    const token = newToken();
    const { dpop } = requestWith(token).headers;
    return [prepared(token, issuerKey), prepared(dpop, appKey)] as const;
  });
  return (forSeconds: number): number => {
    const startedAt = coreMs();
    let count = 0;
    while (coreMs() - startedAt < forSeconds * 1000) {
      for (const [one, other] of pairs) if (!one() || !other()) throw new Error('not verified');
      count += BATCH;
    }
    return (count / (coreMs() - startedAt)) * 1000;
  };
}

function prepared(jws: string, by: Key): () => boolean {
  const end = jws.lastIndexOf('.');
  const data = Buffer.from(jws.slice(0, end));
  const signature = Buffer.from(jws.slice(end + 1), 'base64url');
  const key = importedKeys.get(by) ?? createPublicKey({ key: { ...by.publicJwk }, format: 'jwk' });
  importedKeys.set(by, key);
  return () => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
