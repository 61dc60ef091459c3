// Passkeys (WebAuthn 3). A person is verified by the device each time (fingerprint, face, PIN), so a
// passkey is a factor independent of Zalo. Each belongs to one owner, is named by them and never
// goes without a record. The device learns a random handle, not the number of an account.

import { randomBytes, randomUUID } from 'node:crypto';
import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { keepChallenge, spendChallenge } from './challenge.ts';
import { attachmentOf, cleanName, nameLabel } from './my-passkeys.ts';
import type { Attachment } from './my-passkeys.ts';
import { actingAs, isSameOwner, ownerOf } from './owner.ts';
import type { Owner } from './owner.ts';
import { readAuthentication, readRegistration } from './passkey-answer.ts';
import * as store from './passkey-store.ts';
import { ALGORITHMS, credentialOf, verifiedCount, verifiedRegistration } from './passkey-verify.ts';

export const MOST_PASSKEYS = 10;
const TIMEOUT_MS = 120_000; // an old hand looks for the right finger

export type PasskeyHouse = {
  readonly db: Database;
  readonly vault: Vault;
  /** Its host is the rpId and its origin the only one accepted. */
  readonly issuer: string;
  /** Name of the log. */
  readonly origin: string;
};

/** What the browser's `navigator.credentials.create` is given, as JSON. `place`: see challenge.ts. */
export async function beginRegistration(
  { db, issuer }: PasskeyHouse,
  { owner, displayName, place }: { owner: Owner; displayName: string; place: string },
  now: Date,
) {
  await store.insertOwner(db, owner, randomBytes(32));
  const handle = await store.findUserHandle(db, owner);
  if (handle === undefined) throw new Error('an owner row vanished');
  const known = await store.findPasskeys(db, owner);
  const options = await generateRegistrationOptions({
    rpName: 'Tây Ninh ID',
    rpID: new URL(issuer).hostname,
    userID: new Uint8Array(handle.user_handle),
    userName: displayName,
    userDisplayName: displayName,
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: known.map(credentialOf),
    authenticatorSelection: {
      // Staff sign in without naming themselves, which only a key stored on the device can do.
      residentKey: owner.kind === 'staff' ? 'required' : 'preferred',
      userVerification: 'required',
    },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await keepChallenge(db, options.challenge, { purpose: 'register', owner, place }, now);
  return options;
}

export type Registered =
  | { readonly outcome: 'added'; readonly passkeyId: string; readonly attachment: Attachment }
  | {
      readonly outcome: 'refused';
      readonly reason: 'expired' | 'malformed' | 'unverified' | 'taken' | 'full';
    };

/** Adds the passkey that answered. @throws Refusal invalid for a name that is none */
export async function finishRegistration(
  house: PasskeyHouse,
  { owner, place, response, name }: { owner: Owner; place: string; response: string; name: string },
  now: Date,
): Promise<Registered> {
  const { db, vault, issuer, origin } = house;
  const clean = cleanName(name);
  const given = readRegistration(response);
  if (given === undefined) return refused('malformed');
  if (!(await spendChallenge(db, given.challenge, { purpose: 'register', owner, place }, now)))
    return refused('expired');
  const made = await verifiedRegistration(issuer, given.answer, given.challenge);
  if (made === undefined) return refused('unverified');

  const id = randomUUID();
  return db.transaction(async () => {
    const handle = await store.lockUserHandle(db, owner);
    if (handle === undefined) return refused('expired'); // no registration of this owner was ever begun
    if ((await store.findPasskeys(db, owner)).length >= MOST_PASSKEYS) return refused('full');
    const device = deviceOf(made.credentialDeviceType);
    const written = await store.insertPasskey(
      db,
      {
        id,
        userHandle: handle.user_handle,
        credentialId: Buffer.from(made.credential.id, 'base64url'),
        publicKey: Buffer.from(made.credential.publicKey),
        signCount: made.credential.counter,
        device,
        backedUp: made.credentialBackedUp,
        transports: given.answer.response.transports,
        aaguid: made.aaguid,
        nameSealed: vault.seal(nameLabel(id), clean),
      },
      now,
    );
    if (written !== 1) return refused('taken');
    await recordAccess(db, origin, { kind: 'passkey.added', outcome: 'ok', ...actingAs(owner, { passkey: id, device }) }, now); // prettier-ignore
    const attachment = attachmentOf(given.answer.response.transports);
    return { outcome: 'added', passkeyId: id, attachment };
  });
}

/** What `navigator.credentials.get` is given. Without an id any passkey of that kind of owner may answer. */
export async function beginAuthentication(
  { db, issuer }: PasskeyHouse,
  {
    owner,
    place,
  }: { owner: { readonly kind: Owner['kind']; readonly id?: string | undefined }; place: string },
  now: Date,
) {
  const { kind, id } = owner;
  const known = id === undefined ? [] : await store.findPasskeys(db, { kind, id });
  const options = await generateAuthenticationOptions({
    rpID: new URL(issuer).hostname,
    allowCredentials: known.filter((row) => row.suspect_at === null).map(credentialOf),
    userVerification: 'required',
    timeout: TIMEOUT_MS,
  });
  await keepChallenge(db, options.challenge, { purpose: 'authenticate', owner, place }, now);
  return options;
}

export type Authenticated =
  | {
      readonly outcome: 'right';
      readonly owner: Owner;
      readonly passkeyId: string;
      /** RFC 8176: `hwk` for a key that cannot leave its device, `swk` for one that is copied to others. */
      readonly amr: readonly ['hwk' | 'swk', 'user'];
    }
  | {
      readonly outcome: 'refused';
      /** `suspect`: its count fell, now or before; the alarm is on record. */
      readonly reason: 'expired' | 'malformed' | 'unknown' | 'unverified' | 'suspect';
    };

/**
 * Checks an answer. Challenge, count and alarm are written at once and stay, whatever becomes of the
 * request: the device has used them up.
 */
export async function finishAuthentication(
  { db, issuer, origin }: PasskeyHouse,
  answered: {
    owner: { readonly kind: Owner['kind']; readonly id?: string | undefined };
    place: string;
    response: string;
  },
  now: Date,
): Promise<Authenticated> {
  const given = readAuthentication(answered.response);
  if (given === undefined) return refused('malformed');
  const { answer, challenge } = given;
  const { kind, id } = answered.owner;
  const ceremony = { purpose: 'authenticate', owner: answered.owner, place: answered.place } as const;
  if (!(await spendChallenge(db, challenge, ceremony, now))) return refused('expired');

  const row = await store.findByCredential(db, Buffer.from(answer.id, 'base64url'));
  if (row === undefined) return refused('unknown');
  const owner = ownerOf(row);
  // A credential of somebody else and one that nobody has are one answer.
  if (owner.kind !== kind || (id !== undefined && !isSameOwner(owner, { kind, id })))
    return refused('unknown');
  const handle = answer.response.userHandle ?? undefined;
  // Nobody was named beforehand: then the device has to name its owner itself (WebAuthn 3, 7.2 step 6).
  if (handle === undefined ? id === undefined : !Buffer.from(handle, 'base64url').equals(row.user_handle))
    return refused('unknown');
  if (row.suspect_at !== null) return refused('suspect');
  const count = await verifiedCount(issuer, answer, challenge, row);
  if (count === undefined) return refused('unverified');
  if ((await db.apart(() => store.useCount(db, { id: row.id, count }, now))) !== 1) {
    await db.apart(() =>
      db.transaction(async () => {
        if ((await store.suspectPasskey(db, row.id, now)) !== 1) return;
        await recordAccess(db, origin, { kind: 'passkey.alarm', outcome: 'refused', ...actingAs(owner, { passkey: row.id, reason: 'count_fell' }) }, now); // prettier-ignore
      }),
    );
    return refused('suspect');
  }
  return {
    outcome: 'right',
    owner,
    passkeyId: row.id,
    amr: [row.device === 'single' ? 'hwk' : 'swk', 'user'],
  };
}

const deviceOf = (type: 'singleDevice' | 'multiDevice') => (type === 'singleDevice' ? 'single' : 'multi');
const refused = <R extends string>(reason: R) => ({ outcome: 'refused', reason }) as const;
