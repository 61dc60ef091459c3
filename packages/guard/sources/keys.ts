// Step 3: the issuer's public keys. A key id nobody knows causes one fetch per 30 seconds for all
// requests together, or a flood of invented ids would become a flood on the issuer.

import type { KeyObject } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { isRecord } from '../json.ts';
import { importPoint } from '../jws.ts';
import type { Discovery } from './discovery.ts';
import { createKept, type Kept } from './kept.ts';
import { smallDocumentBytes, type Outgoing } from './outgoing.ts';
import type { TellTrouble } from './trouble.ts';

export type KeySource = {
  find(kid: string): Promise<KeyObject | 'unknown' | 'unavailable'>;
};

type KeyRing = ReadonlyMap<string, KeyObject>;

const freshMs = 10 * 60_000;
const keepMs = 24 * 3_600_000;
const unknownKidPauseMs = 30_000;

export function createKeySource(
  discovery: Kept<Discovery>,
  outgoing: Outgoing,
  now: () => Date,
  tell: TellTrouble,
): KeySource {
  const rules = { freshMs, keepMs, now, tell: (why: unknown) => tell('keys', why) };
  const ring = createKept(async () => fetchRing(discovery, outgoing), rules);
  let lastForcedMs = -Infinity;
  let lastForced: Promise<boolean> = Promise.resolve(true);
  return {
    async find(kid) {
      const held = await ring.get();
      if (held === undefined) return 'unavailable';
      const key = held.get(kid);
      if (key !== undefined) return key;
      const nowMs = now().getTime();
      // In the future: the clock was set back since.
      if (lastForcedMs > nowMs || nowMs - lastForcedMs >= unknownKidPauseMs) {
        lastForcedMs = nowMs;
        lastForced = ring.refresh();
      }
      // If the issuer did not answer, the key may well exist: that is not the client's fault.
      if (!(await lastForced)) return 'unavailable';
      return (await ring.get())?.get(kid) ?? 'unknown';
    },
  };
}

/** Keys handed in by the caller; the same keys are imported once. */
export function createGivenKeySource(jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>): KeySource {
  let last: { readonly set: JSONWebKeySet; readonly text: string; readonly ring: KeyRing } | undefined;
  return {
    async find(kid) {
      try {
        const set = await jwks();
        if (last?.set !== set) {
          const text = JSON.stringify(set.keys);
          last = { set, text, ring: last?.text === text ? last.ring : importRing(set.keys) };
        }
        return last.ring.get(kid) ?? 'unknown';
      } catch {
        return 'unavailable';
      }
    },
  };
}

async function fetchRing(discovery: Kept<Discovery>, outgoing: Outgoing): Promise<KeyRing> {
  const found = await discovery.get();
  if (found === undefined) throw new Error('guard: no discovery document');
  const { status, text } = await outgoing({ url: found.jwksUri, maxBytes: smallDocumentBytes });
  const document: unknown = status === 200 ? JSON.parse(text) : undefined;
  if (!isRecord(document) || !Array.isArray(document.keys)) throw new Error('guard: key set is not usable');
  return importRing(document.keys);
}

// Keys of other kinds (the issuer signs events with RS256) are not for us. A key id used twice is
// left out: which of the two keys signed would be a guess.
function importRing(keys: readonly unknown[]): KeyRing {
  const ring = new Map<string, KeyObject>();
  const seen = new Set<string>();
  for (const jwk of keys) {
    if (!isRecord(jwk) || typeof jwk.kid !== 'string') continue;
    if (seen.has(jwk.kid)) {
      ring.delete(jwk.kid);
      continue;
    }
    seen.add(jwk.kid);
    const { kid, kty, crv, x, y, use = 'sig', alg = 'ES256' } = jwk;
    if (
      kty !== 'EC' ||
      crv !== 'P-256' ||
      use !== 'sig' ||
      alg !== 'ES256' ||
      typeof x !== 'string' ||
      typeof y !== 'string'
    )
      continue;
    const key = importPoint({ x, y });
    if (key !== undefined) ring.set(kid, key);
  }
  return ring;
}
