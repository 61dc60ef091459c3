// Signing in to work: a passkey, or password and one code from paper. Unknown login, wrong password
// and wrong code are one answer after the same work.

import { finishAuthentication } from '../authenticators/passkeys.ts';
import { useRecoveryCode } from '../authenticators/recovery-codes.ts';
import { verifySecret } from '../authenticators/argon.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { returnGuess, takeGuess } from './guesses.ts';
import { beginStaffSession } from './session.ts';
import { findCredentials } from './store.ts';

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

export type SignedIn =
  | { readonly outcome: 'signed_in'; readonly token: string }
  | { readonly outcome: 'refused' };

// Owner of no code: the same path is walked when there is nobody to sign in.
const NOBODY = '00000000-0000-0000-0000-000000000000';
const LOGIN = /^[a-z0-9][a-z0-9.-]{2,39}$/;
const LONGEST_PASSWORD = 128;

/** @throws Refusal throttled after too many tries of this login or from this address */
export async function signInStaff(
  house: House,
  {
    login,
    password,
    code,
    addressKey,
  }: { login: string; password: string; code: string; addressKey: string },
  now: Date,
): Promise<SignedIn> {
  const { db, vault } = house;
  const name = login.trim().toLowerCase();
  const loginKey = vault.keyOf('staff-login', name.slice(0, 100)).toString('base64url');
  await takeGuess(db, 'staff-address', addressKey, now);
  await takeGuess(db, 'staff-login', loginKey, now);
  // What no login looks like is nobody's; the rest of the way is walked all the same.
  const known = LOGIN.test(name) ? await findCredentials(db, name) : undefined;
  const right = await verifySecret(known?.password_hash, password.slice(0, LONGEST_PASSWORD + 1));
  const id = right && known !== undefined ? known.id : NOBODY;
  let token: string | undefined;
  const used = await useRecoveryCode(
    house,
    { code, owner: { kind: 'staff', id }, addressKey },
    async () => {
      token = await beginStaffSession(house, { staffId: id, method: 'recovery' }, now);
    },
    now,
  );
  if (used.outcome !== 'right' || token === undefined) return refuse(house, known?.id, 'recovery', now);
  await returnGuess(db, 'staff-address', addressKey);
  await returnGuess(db, 'staff-login', loginKey);
  return { outcome: 'signed_in', token };
}

/** @param place what the ceremony was begun for: the visitor's door cookie */
export async function signInStaffByPasskey(
  house: House & { readonly issuer: string },
  { response, place, addressKey }: { response: string; place: string; addressKey: string },
  now: Date,
): Promise<SignedIn> {
  const { db } = house;
  await takeGuess(db, 'staff-address', addressKey, now);
  const answered = await finishAuthentication(house, { owner: { kind: 'staff' }, place, response }, now);
  if (answered.outcome !== 'right') return refuse(house, undefined, 'passkey', now);
  const staffId = answered.owner.id;
  try {
    const token = await db.transaction(() => beginStaffSession(house, { staffId, method: 'passkey' }, now));
    await returnGuess(db, 'staff-address', addressKey);
    return { outcome: 'signed_in', token };
  } catch (error) {
    // Disabled: told what a stranger is told.
    if (error instanceof Refusal && error.reason === 'staff') return refuse(house, staffId, 'passkey', now);
    throw error;
  }
}

async function refuse(
  { db, origin }: House,
  staff: string | undefined,
  method: string,
  now: Date,
): Promise<SignedIn> {
  await recordAccess(db, origin, { kind: 'staff.signed_in', outcome: 'refused', actor: 'operator', details: { staff, method } }, now); // prettier-ignore
  return { outcome: 'refused' };
}
