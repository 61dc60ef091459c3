// The first call of a launch: Zalo's evidence, and with it level 1.

import type { Context } from 'koa';
import type { Client } from 'oidc-provider';
import type { Family } from '../../assurance/family.ts';
import { launchWithZalo } from '../../assurance/zalo-app.ts';
import { takeTry } from '../../tries.ts';
import type { TryLimit } from '../../tries.ts';
import { addressOf, customerOf } from '../visit/address.ts';
import { wantedBy } from './flow.ts';
import type { Flow } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Call } from './request.ts';
import { beginAsking } from './rush.ts';
import { Trouble } from './trouble.ts';

// Only evidence that was refused counts: behind one address of a mobile network stand thousands.
const REFUSED: TryLimit = { name: 'evidence-refused', most: 60, seconds: 600 };
// A token that lacks its number is not spent: it could have Zalo asked without end.
const PHONE_NEEDED: TryLimit = { name: 'evidence-without-number', most: 5, seconds: 600 };
const BLOCKED_MS = 60_000;
/** Addresses that used up their tries: they are told so without asking Zalo, whose answers are counted. */
const blocked = new WeakMap<object, Map<string, number>>();

export type LaunchAnswer =
  | { readonly outcome: 'signed_in'; readonly family: Family; readonly authSession: string }
  | { readonly outcome: 'challenge'; readonly status: number; readonly body: object };

/** The token every launch brings, before anybody looks at who asks. @throws Trouble slow_down, invalid_request */
export function evidenceOf(house: ChallengeHouse, ctx: Context, call: Call, now: Date): string {
  if (isBlocked(house, addressKeyOf(house, ctx), now))
    throw new Trouble('slow_down', { detail: 'evidence', retryAfterSeconds: 60 });
  if (call.subject_evidence_type !== `${house.issuer}/evidence/zalo-access-token`)
    throw new Trouble('invalid_request', { detail: 'subject_evidence_type' });
  if (call.zalo_access_token === undefined)
    throw new Trouble('invalid_request', { detail: 'zalo_access_token' });
  return call.zalo_access_token;
}

/** @throws Trouble invalid_grant for any evidence that is not good, in one text; Refusal unavailable */
export async function launch(
  house: ChallengeHouse,
  ctx: Context,
  {
    call,
    accessToken,
    client,
    jkt,
    flow,
  }: { call: Call; accessToken: string; client: Client; jkt: string; flow: Flow },
  now: Date,
): Promise<LaunchAnswer> {
  // Refused before the evidence is spent.
  await wantedBy(house, client, flow);
  const key = addressKeyOf(house, ctx);
  const vouched = beginAsking(house.db, key, now);
  if (vouched === undefined) throw new Trouble('slow_down', { detail: 'rush', retryAfterSeconds: 10 });
  const launched = await launchWithZalo(
    house,
    {
      accessToken,
      phoneToken: call.zalo_phone_token,
      jkt,
      deviceKey: call.device_id === undefined ? undefined : house.vault.keyOf('device', call.device_id),
      flow,
      clientId: client.clientId,
    },
    now,
  );
  if (launched.outcome !== 'refused') vouched();
  if (launched.outcome === 'signed_in') return launched;
  const evidenceKey = house.vault.keyOf('zalo-evidence', accessToken).toString('base64url');
  if (launched.outcome === 'phone_needed' && (await takeTry(house.db, PHONE_NEEDED, evidenceKey, now))) {
    const body = { error: 'insufficient_authorization', error_description: 'Further steps are required', challenge: { type: 'zalo_phone', required: true } }; // prettier-ignore
    return { outcome: 'challenge', status: 400, body };
  }
  if (!(await takeTry(house.db, REFUSED, key, now))) block(house, key, now);
  throw new Trouble('invalid_grant', { detail: launched.outcome === 'refused' ? launched.reason : 'phone_needed' }); // prettier-ignore
}

const addressKeyOf = (house: ChallengeHouse, ctx: Context) =>
  house.vault.keyOf('address', customerOf(addressOf(ctx, house.trustedProxies))).toString('base64url');

function isBlocked(house: ChallengeHouse, key: string, now: Date): boolean {
  const until = blocked.get(house.db)?.get(key);
  return until !== undefined && until > now.getTime();
}

function block(house: ChallengeHouse, key: string, now: Date): void {
  const all = blocked.get(house.db) ?? new Map<string, number>();
  blocked.set(house.db, all);
  if (all.size > 10_000) all.clear();
  all.set(key, now.getTime() + BLOCKED_MS);
}
