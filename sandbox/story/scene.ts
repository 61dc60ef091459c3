// What the story is told with, and how its lines are printed.

import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { ServiceAnswer } from '../relying-party/call-service.ts';
import type { RelyingParty, Tokens } from '../relying-party/relying-party.ts';
import type { LedgerEvent } from './ledger-lines.ts';

export type Scene = {
  readonly issuer: string;
  readonly acrBase: string;
  readonly party: RelyingParty;
  readonly services: { readonly dossier: string; readonly report: string };
  readonly sandbox: { readonly zalo: string; readonly vneid: string; readonly sms: string };
  /** Oldest first. */
  readonly events: (since: Date) => Promise<readonly LedgerEvent[]>;
  readonly tell: (line: string) => void;
};

/** Does one step and prints it as one line. */
export async function step<T>(
  scene: Scene,
  title: string,
  work: () => Promise<{ note: string; value: T }>,
): Promise<T> {
  const startedAt = performance.now();
  const lasted = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  try {
    const { note, value } = await work();
    scene.tell(`  ✓ ${title}: ${note} (${lasted()})`);
    return value;
  } catch (error) {
    scene.tell(`  ✗ ${title} (${lasted()})`);
    throw error;
  }
}

export function expect(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`the story went wrong: ${sentence}`);
}

export type TokenFacts = {
  readonly header: { readonly alg?: string; readonly typ?: string };
  readonly claims: JWTPayload;
  readonly lifeSeconds: number;
};

export function factsOf(tokens: Tokens): TokenFacts {
  const claims = decodeJwt(tokens.accessToken);
  const { alg, typ } = decodeProtectedHeader(tokens.accessToken);
  return {
    header: { ...(alg === undefined ? {} : { alg }), ...(typ === undefined ? {} : { typ }) },
    claims,
    lifeSeconds: (claims.exp ?? 0) - (claims.iat ?? 0),
  };
}

export function expectToken(
  { header, claims, lifeSeconds }: TokenFacts,
  wanted: { acr: string; audience: string; lifeSeconds: number },
): void {
  expect(header.alg === 'ES256' && header.typ === 'at+jwt', 'the access token is an ES256 at+jwt');
  expect(claims.aud === wanted.audience, `the token is for ${wanted.audience} alone`);
  expect(claims['acr'] === wanted.acr, `the token says ${wanted.acr}`);
  expect(lifeSeconds === wanted.lifeSeconds, `the token lives ${wanted.lifeSeconds} s`);
  const confirmation: unknown = claims['cnf'];
  expect(
    typeof confirmation === 'object' && confirmation !== null && 'jkt' in confirmation,
    'the token is bound to a key',
  );
}

/** The number a service gave: `HS-2026-000001`. */
export function receiptOf(answer: ServiceAnswer): string {
  expect(
    answer.outcome === 'done' && answer.status === 201,
    `the service accepts (it said ${answer.outcome})`,
  );
  const { body } = answer;
  expect(
    typeof body === 'object' && body !== null && 'ma' in body && typeof body.ma === 'string',
    'there is a receipt number',
  );
  return body.ma;
}
