// The library reads a token and then its grant. One statement reads both; the grant waits here for
// the question that follows in the same request, and is gone with it.

import Provider from 'oidc-provider';
import type { AdapterPayload } from 'oidc-provider';

const atHand = new WeakMap<object, { readonly id: string; readonly payload: AdapterPayload }>();

export function keepAtHand(id: string, payload: AdapterPayload): void {
  const request = Provider.ctx;
  if (request !== undefined) atHand.set(request, { id, payload });
}

/** Answers once: whoever asks again asks the database. */
export function takeFromHand(id: string): AdapterPayload | undefined {
  const request = Provider.ctx;
  const kept = request === undefined ? undefined : atHand.get(request);
  if (request === undefined || kept?.id !== id) return undefined;
  atHand.delete(request);
  return kept.payload;
}
