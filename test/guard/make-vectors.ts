// Writes packages/guard/vectors/*.json. Same sources, same bytes; test/guard/vectors.test.ts compares.
//   node test/guard/make-vectors.ts

import { writeFile } from 'node:fs/promises';
import { acr, catalogue, catalogueJws, clock, feed, jwks, keys, settings } from './vectors/ground.ts';
import { caseOf } from './vectors/draft.ts';
import { decideCases } from './vectors/decide-cases.ts';
import { decisionCases, pairCases } from './vectors/decision-cases.ts';
import { proofCases } from './vectors/proof-cases.ts';
import { routeCases, routeService } from './vectors/route-cases.ts';
import { goodCases, tokenCases } from './vectors/token-cases.ts';

export function makeVectors(): ReadonlyMap<string, string> {
  const { issuer, audience, baseUrl, acrBase } = settings;
  const cases = [goodCases, tokenCases, proofCases, decisionCases, pairCases].flat().map(caseOf);
  const documents = {
    'check.json': {
      clock,
      settings: { issuer, audience, base_url: baseUrl, acr_base: acrBase },
      jwks,
      catalogue,
      catalogue_jws: catalogueJws(),
      feed,
      app_key: { ...keys.app, kid: undefined, kty: 'EC', crv: 'P-256' },
      cases,
    },
    'decide.json': { clock, acr_base: acrBase, levels: [acr(1), acr(2)], cases: decideCases },
    'routes.json': { service: routeService, cases: routeCases },
  };
  return new Map(
    Object.entries(documents).map(([name, document]) => [
      name,
      `${JSON.stringify(document, undefined, 1)}\n`,
    ]),
  );
}

export const vectorFolder = new URL('../../packages/guard/vectors/', import.meta.url);

if (import.meta.main) {
  for (const [name, text] of makeVectors()) await writeFile(new URL(name, vectorFolder), text);
}
