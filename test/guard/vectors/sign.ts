// Signs the golden vectors so that the same keys give the same bytes: ordinary ECDSA is random, and a
// test could not tell whether a committed vector is still what the generator makes. For vectors only.

import { createECDH, hash, hkdfSync } from 'node:crypto';

/** A private key of P-256 as base64url, and its public point. These keys protect nothing. */
export type VectorKey = { readonly kid: string; readonly d: string; readonly x: string; readonly y: string };

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bytes = 32;

export function keyFrom(kid: string): VectorKey {
  const secret = Buffer.from(hkdfSync('sha256', `tn-guard-vectors/v1/${kid}`, '', 'key', bytes));
  const { x, y } = pointOf(secret);
  return { kid, d: secret.toString('base64url'), x: x.toString('base64url'), y: y.toString('base64url') };
}

export function publicJwk({ kid, x, y }: VectorKey) {
  return { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' };
}

export function proofJwk({ x, y }: VectorKey) {
  return { kty: 'EC', crv: 'P-256', x, y };
}

export function thumbprint({ x, y }: VectorKey): string {
  return hash('sha256', JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
}

/** `undefined` members are left out, as JSON does. */
export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function signJws(key: VectorKey, header: object, payload: object | string): string {
  const data = `${part(header)}.${typeof payload === 'string' ? payload : part(payload)}`;
  return `${data}.${signatureOf(key, data)}`;
}

// ECDSA (FIPS 186-5 §6.4.1) with k taken from the key and the message.
export function signatureOf(key: VectorKey, data: string): string {
  const digest = BigInt(`0x${hash('sha256', data, 'hex')}`);
  const secret = Buffer.from(key.d, 'base64url');
  const k = Buffer.from(hkdfSync('sha256', secret, data, 'k', bytes));
  const r = toNumber(pointOf(k).x) % order;
  const s = (inverse(toNumber(k)) * (digest + r * toNumber(secret))) % order;
  return Buffer.from(hex(r) + hex(s), 'hex').toString('base64url');
}

// The curve arithmetic is OpenSSL's: the public key of k is k times the base point.
function pointOf(secret: Buffer): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  return { x: point.subarray(1, 1 + bytes), y: point.subarray(1 + bytes) };
}

function inverse(value: bigint): bigint {
  // Fermat: the order is prime.
  let result = 1n;
  let base = value % order;
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}

function toNumber(value: Buffer): bigint {
  return BigInt(`0x${value.toString('hex')}`);
}

function hex(value: bigint): string {
  return value.toString(16).padStart(bytes * 2, '0');
}
