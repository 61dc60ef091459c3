// What the domain needs to keep personal data apart from the database's own contents: sealing,
// and keyed hashes that find a number again without storing it.

import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Envelope } from './envelope.ts';
import { findSecret, insertSecret } from './store.ts';

export type Vault = {
  seal(label: string, plain: string | Buffer): Buffer;
  open(label: string, sealed: Buffer): string;
  openBytes(label: string, sealed: Buffer): Buffer;
  /** HMAC-SHA-256 over the value under a key of its kind, 32 bytes. A phone never matches a personal number. */
  keyOf(
    kind:
      | 'personal-number'
      | 'phone'
      | 'upstream-sub'
      | 'address'
      | 'account'
      | 'recovery-code'
      | 'counter-code'
      | 'staff-login'
      | 'device'
      | 'paper'
      | 'chip-challenge'
      | 'verification'
      | 'operator'
      | 'zalo-evidence'
      | 'oa-user'
      | 'link-code'
      | 'browser-leg',
    value: string,
  ): Buffer;
  /** One-time code keys, current first (protocol design 9: K_otp lives outside the database). */
  readonly otpKeys: readonly { readonly id: string; readonly key: Buffer }[];
};

/**
 * The index key is made once, sealed under the KEK and kept in the database: unlike keys derived
 * from the KEK it survives a KEK rotation, because every stored hash depends on it.
 */
export async function openVault(db: Database, envelope: Envelope, now: Date): Promise<Vault> {
  const name = 'blind-index';
  const label = `sealed_secret/${name}`;
  await insertSecret(db, name, envelope.seal(label, randomBytes(32)), now);
  const row = await findSecret(db, name);
  if (row === undefined) throw new Error('the index key vanished');
  const indexKey = envelope.open(label, row.sealed);
  const kindKeys = new Map<string, Buffer>();
  const kindKey = (kind: string): Buffer => {
    const known =
      kindKeys.get(kind) ?? Buffer.from(hkdfSync('sha256', indexKey, 'tayninh-id', `index/${kind}`, 32));
    kindKeys.set(kind, known);
    return known;
  };
  return {
    seal: (use, plain) => envelope.seal(use, plain),
    open: (use, sealed) => envelope.open(use, sealed).toString(),
    openBytes: (use, sealed) => envelope.open(use, sealed),
    keyOf: (kind, value) => blindIndex(kindKey(kind), value),
    otpKeys: envelope.deriveAll('otp'),
  };
}

/** The uniqueness key of contract identity-vn section 3: HMAC-SHA-256 over the digits alone. */
export const blindIndex = (key: Buffer, value: string): Buffer =>
  createHmac('sha256', key).update(value).digest();
