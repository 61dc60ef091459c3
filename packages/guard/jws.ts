// Compact JWS (RFC 7515) with ES256, taken apart once. node:crypto instead of WebCrypto: the check is
// one synchronous call without a trip through the thread pool, which is most of what a guard costs.

import { isUtf8 } from 'node:buffer';
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { isRecord } from './json.ts';

export type Jws = {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  readonly signed: string;
};

/** The members of an EC public key that count (RFC 7518 §6.2.1). */
export type PublicPoint = { readonly x: string; readonly y: string };

// Three parts of base64url; the last is 64 bytes, which is what ES256 makes (RFC 7518 §3.4).
const shape = /^[\w-]+\.[\w-]+\.[\w-]{86}$/;
const coordinate = /^[\w-]{43}$/;

export function splitJws(text: string): Jws | undefined {
  if (!shape.test(text)) return undefined;
  const first = text.indexOf('.');
  const last = text.length - 87;
  return {
    header: text.slice(0, first),
    payload: text.slice(first + 1, last),
    signature: text.slice(last + 1),
    signed: text.slice(0, last),
  };
}

// One place for the bytes at hand: every use below ends before anybody else's turn, and memory taken
// for each token costs more in collecting it than everything but the signature.
const scratch = Buffer.allocUnsafeSlow(32 * 1024);
// A catalogue does not fit, and comes once a minute.
const roomFor = (length: number): Buffer =>
  length <= scratch.length ? scratch : Buffer.allocUnsafeSlow(length);

/** Undefined: not base64url of a JSON object. */
export function decodePart(part: string): Record<string, unknown> | undefined {
  const bytes = roomFor(part.length);
  const end = bytes.write(part, 0, 'base64url');
  if (!isUtf8(bytes.subarray(0, end))) return undefined;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8', 0, end));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    // Malformed in any way: one answer, so that the way cannot be probed.
    return undefined;
  }
}

export function isSignedBy(jws: Jws, key: KeyObject): boolean {
  const bytes = roomFor(jws.signed.length + jws.signature.length);
  const middle = bytes.write(jws.signed, 0, 'latin1');
  const end = middle + bytes.write(jws.signature, middle, 'base64url');
  const how = { key, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', bytes.subarray(0, middle), how, bytes.subarray(middle, end));
}

/** Undefined: not a point of P-256 that OpenSSL accepts. */
export function importPoint({ x, y }: PublicPoint): KeyObject | undefined {
  if (!coordinate.test(x) || !coordinate.test(y)) return undefined;
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    // Not on the curve.
    return undefined;
  }
}

/** RFC 7638; both coordinates are plain base64url, so nothing needs escaping. */
export function thumbprintOf({ x, y }: PublicPoint): string {
  return sha256(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
}

export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
