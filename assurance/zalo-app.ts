// Level 1 inside Zalo: opening the mini app is the login. The access token the app brings is evidence once,
// for the key that brought it; what it says is asked of Zalo.

import { signInWithZalo } from '../accounts/sign-in.ts';
import type { ZaloApp, ZaloAppProfile } from '../accounts/zalo-app.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { openFamily } from './family.ts';
import type { Family } from './family.ts';
import { findEvidence } from './family-store.ts';

type House = { readonly db: Database; readonly vault: Vault; readonly zaloApp: ZaloApp; readonly origin: string }; // prettier-ignore

export type Launch = {
  readonly accessToken: string;
  /** Of `getPhoneNumber()`; needed where Zalo does not bind its tokens to our app. */
  readonly phoneToken: string | undefined;
  readonly jkt: string;
  readonly deviceKey: Buffer | undefined;
  readonly clientId: string;
  readonly flow: object;
};

export type Launched =
  | { readonly outcome: 'signed_in'; readonly family: Family; readonly authSession: string }
  /** Zalo would take any app's token: the phone's, which needs our secret, has to say whose it is. */
  | { readonly outcome: 'phone_needed' }
  | { readonly outcome: 'refused'; readonly reason: 'replayed' | 'zalo' | 'phone' | 'locked' };

/** @throws Refusal unavailable when Zalo cannot be asked; the token is not spent then */
export async function launchWithZalo(house: House, launch: Launch, now: Date): Promise<Launched> {
  const { db, vault, zaloApp } = house;
  const key = vault.keyOf('zalo-evidence', launch.accessToken);
  const used = await findEvidence(db, key);
  if (used !== undefined)
    return refuse(house, launch, 'replayed', { otherKey: used.jkt !== launch.jkt }, now);
  const identified = await zaloApp.identify(launch.accessToken);
  if (identified.outcome === 'refused')
    return refuse(house, launch, 'zalo', { cause: identified.reason }, now);
  if ((await zaloApp.bindsApp(launch.accessToken)) !== 'enforced') {
    if (launch.phoneToken === undefined) return { outcome: 'phone_needed' };
    const phone = await zaloApp.readPhone({ accessToken: launch.accessToken, phoneToken: launch.phoneToken });
    // The number is not kept: here it only shows that the token is our app's.
    if (phone.outcome === 'refused') return refuse(house, launch, 'phone', { cause: phone.reason }, now);
  }
  const launched = await db.transaction(async (): Promise<Launched> => {
    const signIn = await signInWithZalo(db, vault, identified.profile, now);
    if (signIn.outcome === 'locked') return { outcome: 'refused', reason: 'locked' };
    const { accountId } = signIn;
    // Of several calls with one token the first to write it counts. No step-up transaction: level 1 is one
    // fact, and whoever wants more opens one.
    const opened = await openFamily(db, { ...launch, accountId, evidenceKey: key, amr: ['zalo'] }, now);
    if (opened === undefined) return { outcome: 'refused', reason: 'replayed' };
    await recordAccess(db, house.origin, { kind: 'login.zalo', outcome: 'ok', actor: 'self', accountId, clientId: launch.clientId, details: { account: signIn.outcome, face: 'miniapp', ...inCare(identified.profile) } }, now); // prettier-ignore
    return { outcome: 'signed_in', ...opened };
  });
  if (launched.outcome !== 'refused') return launched;
  const first = launched.reason === 'replayed' ? await findEvidence(db, key) : undefined;
  return refuse(house, launch, launched.reason, first === undefined ? {} : { otherKey: first.jkt !== launch.jkt }, now); // prettier-ignore
}

// Zalo's mark of a person who may need somebody beside them: whoever reads the log should see it.
const inCare = ({ isSensitive }: ZaloAppProfile) => (isSensitive ? { special_care: true } : {});

async function refuse(
  { db, origin }: House,
  { clientId }: Launch,
  reason: 'replayed' | 'zalo' | 'phone' | 'locked',
  more: Readonly<Record<string, string | boolean>>,
  now: Date,
): Promise<Launched> {
  const kind = reason === 'replayed' ? 'login.evidence_replayed' : 'login.zalo';
  await recordAccess(db, origin, { kind, outcome: 'refused', actor: 'self', clientId, details: { reason, face: 'miniapp', ...more } }, now); // prettier-ignore
  return { outcome: 'refused', reason };
}
