// The library's checks of a passkey answer, with the settings of this house and its faults as values.

import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { AuthenticationAnswer, RegistrationAnswer } from './passkey-answer.ts';
import type { PasskeyRow } from './passkey-store.ts';

// Ed25519, P-256, RSA: what devices have. Listed, so that an upgrade of the library adds none by itself.
export const ALGORITHMS = [-8, -7, -257];

/** The new credential; undefined when the answer does not hold. */
export async function verifiedRegistration(issuer: string, answer: RegistrationAnswer, challenge: string) {
  try {
    // We ask for no attestation. A browser then sends none, or one the key made for itself; anything
    // else would make the library follow certificates of a stranger's making.
    const attested = decodeAttestationObject(new Uint8Array(Buffer.from(answer.response.attestationObject, 'base64url'))); // prettier-ignore
    const format = attested.get('fmt');
    if (format !== 'none' && !(format === 'packed' && attested.get('attStmt').get('x5c') === undefined))
      return undefined;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, response: { ...answer.response, transports: [] }, clientExtensionResults: {} },
      expectedChallenge: challenge,
      ...expected(issuer),
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return verified && registrationInfo.userVerified ? registrationInfo : undefined;
  } catch {
    return undefined; // the library throws for every fault of the answer
  }
}

/** The device's own count; undefined when the answer does not hold. */
export async function verifiedCount(
  issuer: string,
  { response, ...answer }: AuthenticationAnswer,
  challenge: string,
  row: PasskeyRow,
): Promise<number | undefined> {
  const { clientDataJSON, authenticatorData, signature } = response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, response: { clientDataJSON, authenticatorData, signature }, clientExtensionResults: {} }, // prettier-ignore
      expectedChallenge: challenge,
      ...expected(issuer),
      // The count is compared where it is written, so that of two answers at once both are seen.
      credential: { ...credentialOf(row), publicKey: new Uint8Array(row.public_key), counter: 0 },
    });
    return verified && authenticationInfo.userVerified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}

const expected = (issuer: string) => ({
  expectedOrigin: new URL(issuer).origin,
  expectedRPID: new URL(issuer).hostname,
  requireUserVerification: true,
});

export const credentialOf = ({ credential_id: id, transports }: PasskeyRow) => ({
  id: id.toString('base64url'),
  transports: [...transports],
});
