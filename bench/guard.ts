// guard.check in a process of its own: the price a service pays for each request, beside what the
// signatures alone cost. Prints one JSON line.

import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { loadCatalogue } from '../catalogue/load.ts';
import { createGuard } from '../packages/guard/guard.ts';
import { JWT_SERVICE } from './cast.ts';
import { dpopProof, makeKey, signJwt } from './proofs.ts';
import { median } from './rounds.ts';

const [seconds = 1, rounds = 3] = process.argv.slice(2).map(Number);
const issuer = 'https://id.tayninh.gov.vn';
const issuerKey = makeKey('issuer');
const proofKey = makeKey('proof');
const catalogue = await loadCatalogue(new URL('../policies/services', import.meta.url).pathname);
const guard = createGuard({
  issuer,
  audience: JWT_SERVICE.id,
  baseUrl: JWT_SERVICE.id,
  sources: {
    jwks: () => ({ keys: [{ ...issuerKey.publicJwk }] }),
    catalogue: () => catalogue,
    watermarks: () => ({ as_of: Math.floor(Date.now() / 1000), entries: [] }),
  },
});

const { kty, crv, x, y } = proofKey.publicJwk;
const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url'); // RFC 7638: members in this order
const newToken = () => {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: JWT_SERVICE.id, sub: 'person', client_id: 'portal', jti: randomUUID(), iat, exp: iat + 600, scope: JWT_SERVICE.scope }; // prettier-ignore
  const ours = { acr: `${issuer}/acr/1`, auth_time: iat, amr: ['zalo'], client_class: 'gov_portal', pol: catalogue.version, cnf: { jkt }, consent_id: 'c_1', consent_ver: 1, purposes: [] }; // prettier-ignore
  return signJwt(issuerKey, { kid: 'issuer', typ: 'at+jwt' }, { ...claims, ...ours });
};
const requestWith = (token: string) => {
  const dpop = dpopProof(proofKey, { method: 'POST', address: `${JWT_SERVICE.id}/phan-anh`, token });
  const headers = { authorization: `DPoP ${token}`, dpop };
  return { method: 'POST', url: '/phan-anh', headers, rawHeaders: Object.entries(headers).flat() };
};

const seen = newToken();
const BATCH = 400;
const measures = [
  { name: 'check, new token', run: checks(() => requestWith(newToken())) },
  { name: 'check, seen token', run: checks(() => requestWith(seen)) },
  { name: 'bare: one ES256 verification', run: verifications() },
];
const results = new Map<string, number[]>(measures.map(({ name }) => [name, []]));
for (const { run } of measures) await run(0.3);
for (let round = 0; round < rounds; round += 1)
  for (const { name, run } of measures) results.get(name)?.push(await run(seconds));
await guard.stop();
console.log(JSON.stringify([...results].map(([name, all]) => ({ name, perSecond: median(all) }))));

// Requests are made in batches while the clock stands still.
function checks(make: () => ReturnType<typeof requestWith>) {
  return async (forSeconds: number): Promise<number> => {
    let spentMs = 0;
    let count = 0;
    while (spentMs < forSeconds * 1000) {
      const batch = Array.from({ length: BATCH }, make);
      const startedAt = performance.now();
      for (const request of batch) {
        const checked = await guard.check(request, 'phananh.gui');
        if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
      }
      spentMs += performance.now() - startedAt;
      count += BATCH;
    }
    return (count / spentMs) * 1000;
  };
}

function verifications() {
  const token = newToken();
  const end = token.lastIndexOf('.');
  const data = Buffer.from(token.slice(0, end));
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const key = createPublicKey({ key: { ...issuerKey.publicJwk }, format: 'jwk' });
  return async (forSeconds: number): Promise<number> => {
    const startedAt = performance.now();
    let count = 0;
    while (performance.now() - startedAt < forSeconds * 1000) {
      for (let i = 0; i < BATCH; i += 1)
        if (!verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature))
          throw new Error('not verified');
      count += BATCH;
    }
    return (count / (performance.now() - startedAt)) * 1000;
  };
}
