// Signs tokens on the thread that answers the request. WebCrypto hands every signature to a thread
// pool and back, which costs more than the signature (measured). The hook is meant for a
// key service outside, and is where one would be put in.

import { sign } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { SigningKey } from '../keys/signing-keys.ts';

/** The key as oidc-provider's `jwks.keys` takes it. */
export class LocalSigner extends ExternalSigningKey {
  readonly #key: SigningKey;

  constructor(key: SigningKey) {
    super();
    this.#key = key;
  }

  override get kid(): string {
    return this.#key.kid;
  }

  override get alg(): string {
    return 'ES256';
  }

  override keyObject() {
    return this.#key.publicKey;
  }

  override sign(data: Uint8Array): Uint8Array {
    return sign('sha256', data, { key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' });
  }
}
