// Step 7: tokens that were good when they were signed and are not any more (protocol §12).
// Fails closed: without a fresh feed nobody knows which consents still stand.

import type { CatalogueAction } from '../../../policies/decide.ts';
import type { Finding } from '../answer.ts';
import type { Watermarks } from '../sources/feed.ts';
import type { TokenFacts } from './claims.ts';

const strictAgeSeconds = 60;
const looseAgeSeconds = 600;

/** `watermarks` is undefined while no feed was ever read, and `'off'` where the service runs without one. */
export function checkWatermark(
  token: TokenFacts,
  action: CatalogueAction | undefined,
  watermarks: Watermarks | 'off' | undefined,
  nowSeconds: number,
): Finding | undefined {
  const strict = action !== undefined && (action.require.level === 2 || action.risk === 'high');
  if (watermarks === 'off') return strict ? tooOld : undefined;
  if (watermarks === undefined) return tooOld;
  // Known floors refuse even when the feed is old: they only ever rise.
  if (
    token.consentId !== undefined &&
    (token.consentVersion ?? 0) < watermarks.minVersionOf(token.consentId)
  ) {
    return { row: 'consent-withdrawn', why: 'consent_withdrawn' };
  }
  if (token.iat < watermarks.minIssuedAt(token.sub, token.clientId)) return { row: 'ended', why: 'ended' };
  return nowSeconds - watermarks.asOf > (strict ? strictAgeSeconds : looseAgeSeconds) ? tooOld : undefined;
}

const tooOld: Finding = { row: 'unavailable', why: 'the watermark feed is silent' };
