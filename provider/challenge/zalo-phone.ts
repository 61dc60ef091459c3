// The number Zalo knows, in place of typing it. A claim: only our own code makes it a phone of the account.

import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Call } from './request.ts';
import { findZaloLink } from '../../accounts/store.ts';
import { takeTry } from '../../tries.ts';
import type { TryLimit } from '../../tries.ts';
import { Trouble } from './trouble.ts';

// Each try asks Zalo, whose answers are counted for all citizens together.
const TRIES: TryLimit = { name: 'zalo-phone', most: 10, seconds: 3_600 };

/** False: this person has had Zalo asked often enough; typing the number still serves. */
export const mayAskZalo = ({ db }: ChallengeHouse, { person }: Stand, now: Date): Promise<boolean> =>
  takeTry(db, TRIES, person.accountId, now);

/** Undefined: Zalo gave no number. @throws Trouble invalid_request; Refusal unavailable */
export async function phoneOfZalo(
  house: ChallengeHouse,
  { person }: Stand,
  call: Call,
): Promise<string | undefined> {
  const { zalo_access_token: accessToken, zalo_phone_token: phoneToken } = call;
  if (accessToken === undefined || phoneToken === undefined)
    throw new Trouble('invalid_request', { detail: 'zalo_phone_token' });
  const { zaloApp, db } = house;
  const identified = await zaloApp.identify(accessToken);
  if (identified.outcome === 'refused') return undefined;
  // The number is of whoever holds the token: that must be the person who is signed in.
  const link = await findZaloLink(db, identified.profile.appId, identified.profile.zaloId);
  if (link?.account_id !== person.accountId) return undefined;
  const phone = await zaloApp.readPhone({ accessToken, phoneToken });
  return phone.outcome === 'number' ? phone.e164 : undefined;
}
