// The signed catalogue (protocol §11): which actions exist and what they require.

import type { GuardCatalogue, Settings } from '../options.ts';
import { isFinding } from '../answer.ts';
import { verifySignature } from '../steps/signature.ts';
import { parseCatalogue } from './catalogue-parse.ts';
import { createKept, type Kept } from './kept.ts';
import type { KeySource } from './keys.ts';
import { largeDocumentBytes, type Outgoing } from './outgoing.ts';
import type { TellTrouble } from './trouble.ts';

type Fetched = {
  readonly catalogue: GuardCatalogue;
  readonly issuedAt: number;
  readonly etag: string | undefined;
};

// A minute bounds how long a service misses a stricter rule; with the ETag the question is cheap.
const freshMs = 60_000;
const keepMs = 24 * 3_600_000;

export function createCatalogueSource(
  { issuer, audience }: Pick<Settings, 'issuer' | 'audience'>,
  keys: KeySource,
  outgoing: Outgoing,
  now: () => Date,
  tell: TellTrouble,
): Kept<Fetched> {
  return createKept<Fetched>(
    async (previous) => {
      const fetched = await fetchCatalogue(issuer, keys, outgoing, previous);
      const isListed = fetched.catalogue.serviceById.has(audience);
      tell('catalogue', isListed ? undefined : `guard: the catalogue in force has no service ${audience}`);
      return fetched;
    },
    { freshMs, keepMs, now, tell: (why) => void (why !== undefined && tell('catalogue', why)) },
  );
}

async function fetchCatalogue(
  issuer: string,
  keys: KeySource,
  outgoing: Outgoing,
  previous: Fetched | undefined,
): Promise<Fetched> {
  const { status, headers, text } = await outgoing({
    url: `${issuer}/.well-known/tayninh-service-catalogue`,
    headers: previous?.etag === undefined ? {} : { 'If-None-Match': previous.etag },
    maxBytes: largeDocumentBytes,
  });
  if (status === 304 && previous !== undefined) return previous;
  if (status !== 200) throw new Error(`guard: catalogue is not available, status ${status}`);
  const verified = await verifySignature(text.trim(), 'tn-catalogue+jwt', keys);
  if (isFinding(verified)) throw new Error(`guard: catalogue cannot be verified: ${verified.why}`);
  const { iss, iat } = verified.payload;
  if (iss !== issuer || typeof iat !== 'number') throw new Error('guard: catalogue is of another issuer');
  const catalogue = parseCatalogue(verified.payload);
  if (catalogue === undefined) throw new Error('guard: catalogue is not readable');
  // An older catalogue may be a weaker one, from a node that lags or from somebody who kept a copy.
  if (previous !== undefined && iat < previous.issuedAt && catalogue.version !== previous.catalogue.version) {
    throw new Error('guard: catalogue is older than the one held');
  }
  return {
    catalogue,
    issuedAt: Math.max(iat, previous?.issuedAt ?? iat),
    etag: headers.get('etag') ?? undefined,
  };
}
