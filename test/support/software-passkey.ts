// A passkey in software, for answers that no browser would give: wrong origin, no verification, a
// count that falls, somebody else's credential. Follows WebAuthn 3, 6.1 and 6.5; P-256 and no attestation.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { z } from 'zod';

export type Ceremony = {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
  readonly verified?: boolean;
  readonly count?: number;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly userHandle?: string | undefined;
  /** Damages the signature. */
  readonly broken?: boolean;
};

export type SoftwarePasskey = {
  readonly id: string;
  register(ceremony: Ceremony): string;
  answer(ceremony: Ceremony): string;
};

const creation = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string() }),
  user: z.object({ id: z.string() }),
});
const request = z.object({ challenge: z.string(), rpId: z.string() });

/** What a browser would take from the options of a page. */
export function readOptions(text: string, origin: string): Ceremony {
  const made = creation.safeParse(JSON.parse(text));
  if (made.success)
    return { challenge: made.data.challenge, rpId: made.data.rp.id, origin, userHandle: made.data.user.id };
  return { ...request.parse(JSON.parse(text)), origin };
}

/** `multi`: a passkey that is copied to the owner's other devices. */
export function softwarePasskey({ multi = false } = {}): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let count = 0;

  const authenticatorData = ({ rpId, verified = true }: Ceremony, signCount: number, attested?: Buffer) => {
    const flags = 0x01 | (verified ? 0x04 : 0) | (multi ? 0x18 : 0) | (attested === undefined ? 0 : 0x40);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signCount);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter, attested ?? Buffer.alloc(0)]);
  };
  const clientData = ({ challenge, origin, crossOrigin = false }: Ceremony, type: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }));
  const shared = { id, rawId: id, type: 'public-key' };

  return {
    id,
    register(ceremony) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      // COSE_Key: kty EC2, alg ES256, crv P-256, x, y
      const key = cborMap([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]); // prettier-ignore
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, key]);
      const authData = authenticatorData(ceremony, ceremony.count ?? count, attested);
      const attestationObject = cborMap([['fmt', 'none'], ['attStmt', cborMap([])], ['authData', authData]], [1]); // prettier-ignore
      const said = clientData(ceremony, ceremony.type ?? 'webauthn.create');
      return JSON.stringify({ ...shared, response: { clientDataJSON: said.toString('base64url'), attestationObject: attestationObject.toString('base64url'), transports: ['internal'] } }); // prettier-ignore
    },
    answer(ceremony) {
      count += 1;
      const authData = authenticatorData(ceremony, ceremony.count ?? count);
      const said = clientData(ceremony, ceremony.type ?? 'webauthn.get');
      const signature = sign('sha256', Buffer.concat([authData, sha256(said)]), privateKey);
      if (ceremony.broken === true) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
      const { userHandle } = ceremony;
      return JSON.stringify({
        ...shared,
        response: {
          clientDataJSON: said.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
          ...(userHandle === undefined ? {} : { userHandle }),
        },
      });
    },
  };
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

type Encoded = number | string | Buffer;

/** CBOR (RFC 8949) as far as a key and a `none` attestation go. `done`: entries whose value is encoded already. */
function cborMap(
  entries: readonly (readonly [number | string, Encoded])[],
  done: readonly number[] = [],
): Buffer {
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([key, value], index) => [
      cbor(key),
      done.includes(index) && typeof value === 'object' ? value : cbor(value),
    ]),
  ]);
}

function cbor(value: Encoded): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  const bytes = Buffer.from(value);
  return Buffer.concat([head(typeof value === 'string' ? 3 : 2, bytes.length), bytes]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  return length < 256
    ? Buffer.from([(major << 5) | 24, length])
    : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}
