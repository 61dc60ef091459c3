// The issuer's own description (OpenID Connect Discovery), of which the guard uses three addresses.

import { isRecord } from '../json.ts';
import { createKept, type Kept } from './kept.ts';
import { smallDocumentBytes, type Outgoing } from './outgoing.ts';
import type { TellTrouble } from './trouble.ts';

export type Discovery = {
  readonly jwksUri: string;
  readonly tokenEndpoint: string | undefined;
  readonly introspectionEndpoint: string | undefined;
};

const freshMs = 10 * 60_000;
const keepMs = 24 * 3_600_000;

export function createDiscovery(
  issuer: string,
  outgoing: Outgoing,
  now: () => Date,
  tell: TellTrouble,
): Kept<Discovery> {
  const rules = { freshMs, keepMs, now, tell: (why: unknown) => tell('discovery', why) };
  return createKept(async () => readDiscovery(issuer, outgoing), rules);
}

async function readDiscovery(issuer: string, outgoing: Outgoing): Promise<Discovery> {
  const { status, text } = await outgoing({
    url: `${issuer}/.well-known/openid-configuration`,
    maxBytes: smallDocumentBytes,
  });
  const document: unknown = status === 200 ? JSON.parse(text) : undefined;
  // A document about another issuer could name another issuer's keys (OpenID Connect Discovery §4.3).
  if (!isRecord(document) || document.issuer !== issuer || typeof document.jwks_uri !== 'string') {
    throw new Error(`guard: ${issuer} does not describe itself as this issuer, status ${status}`);
  }
  const { token_endpoint: tokenEndpoint, introspection_endpoint: introspectionEndpoint } = document;
  return {
    jwksUri: document.jwks_uri,
    tokenEndpoint: typeof tokenEndpoint === 'string' ? tokenEndpoint : undefined,
    introspectionEndpoint: typeof introspectionEndpoint === 'string' ? introspectionEndpoint : undefined,
  };
}
