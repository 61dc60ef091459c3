// Sealing of small secrets and personal fields under the key-encryption key (KEK), which lives
// outside the database. AES-256-GCM; the label is authenticated, so a sealed value moved to
// another column or row does not open.

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export type Envelope = {
  /** Seals under the current KEK. Layout: 1 version, 4 key id, 12 nonce, 16 tag, ciphertext. */
  seal(label: string, plain: Buffer | string): Buffer;
  /** Opens a sealed value. @throws Error when label, key or bytes do not fit */
  open(label: string, sealed: Buffer): Buffer;
  /** A key for one use, derived from the current KEK: 32 bytes, the same on every node. */
  derive(use: string): Buffer;
  /** The same for every known KEK, current first: for values that must outlive a rotation. */
  deriveAll(use: string): readonly { id: string; key: Buffer }[];
};

const VERSION = 1;

/** @param current and @param previous are base64url, 32 bytes each. */
export function openEnvelope(current: string, previous: readonly string[] = []): Envelope {
  const keks = [current, ...previous].map((text) => {
    const key = Buffer.from(text, 'base64url');
    if (key.length !== 32) throw new Error('a key-encryption key must have 32 bytes');
    return { key, id: createHash('sha256').update('kek').update(key).digest().subarray(0, 4) };
  });
  const [first] = keks;
  if (first === undefined) throw new Error('no key-encryption key');
  const derived = new Map<string, Buffer>();

  const derive = (kek: { key: Buffer; id: Buffer }, use: string): Buffer => {
    const name = `${kek.id.toString('hex')}/${use}`;
    const known = derived.get(name) ?? Buffer.from(hkdfSync('sha256', kek.key, 'tayninh-id', use, 32));
    derived.set(name, known);
    return known;
  };

  return {
    seal(label, plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', derive(first, 'seal'), nonce);
      cipher.setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION]), first.id, nonce, cipher.getAuthTag(), body]);
    },
    open(label, sealed) {
      const kek = keks.find(({ id }) => sealed.subarray(1, 5).equals(id));
      if (sealed[0] !== VERSION || kek === undefined) throw new Error('sealed under an unknown key');
      const decipher = createDecipheriv('aes-256-gcm', derive(kek, 'seal'), sealed.subarray(5, 17), {
        authTagLength: 16, // else a cut-off value could pass with a tag of four bytes
      });
      decipher.setAAD(Buffer.from(label));
      decipher.setAuthTag(sealed.subarray(17, 33));
      return Buffer.concat([decipher.update(sealed.subarray(33)), decipher.final()]);
    },
    derive: (use) => derive(first, use),
    deriveAll: (use) => keks.map((kek) => ({ id: kek.id.toString('hex'), key: derive(kek, use) })),
  };
}
