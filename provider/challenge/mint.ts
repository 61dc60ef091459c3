// A code outside the authorization endpoint: the library's own models, so that /token treats it like
// any other (protocol design 14, item 7). Without PKCE and a key no code is ever made.

import type { Context } from 'koa';
import type { Database } from '../../database.ts';
import { finishFlow } from '../../assurance/family.ts';
import { acrOf } from '../../policies/level.ts';
import { isIdentityStep } from '../../policies/methods.ts';
import { rememberDevice } from '../../safety/hold.ts';
import { deviceKind } from '../device.ts';
import { saveGrant } from '../grants.ts';
import type { GrantRequest } from '../grants.ts';
import { ME_SCOPE, meAudience } from '../own-api.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import { Trouble } from './trouble.ts';

/** Grant and code of a flow that has nothing left to ask. @throws Trouble access_denied when nothing was agreed to */
export const mintCode = (house: ChallengeHouse, ctx: Context, stand: Stand, now: Date): Promise<string> =>
  // All of it or nothing, and one commit to wait for.
  house.db.transaction(() => mint(house, ctx, stand, now));

async function mint(house: ChallengeHouse, ctx: Context, stand: Stand, now: Date): Promise<string> {
  const { family, flow, client, person } = stand;
  const { accountId, request, consent, stands } = person;
  // Its steps are done, but what they proved has been taken back meanwhile.
  if (stands.level < stand.asking.wanted.level)
    throw new Trouble('unmet_authentication_requirements', { detail: 'level' });
  const provider = house.provider();
  const existing = family.grant_id === null ? undefined : await provider.Grant.find(family.grant_id);
  const mine =
    existing?.accountId === accountId && existing.clientId === client.clientId ? existing : undefined;
  const [redirectUri] = client.redirectUris ?? [];
  if (redirectUri === undefined) throw new Error('the mini app has no redirect address');
  const own = flow.resource === meAudience(house.issuer);
  const launched = {
    lifeSeconds: Math.max(1, Math.round((family.expires_at.getTime() - now.getTime()) / 1000)),
    own: own ? { resource: meAudience(house.issuer), scope: ME_SCOPE } : undefined,
  };
  const grant = await saveGrant(provider, mine, request, consent?.purposes ?? [], launched);
  if (!own && !carriesAny(grant, request)) throw new Trouble('access_denied', { detail: 'no consent' });
  if (stands.level === 2) await remember(house.db, ctx, stand, now);
  // One code a flow; none for a family that ended while this was under way.
  const over = { id: family.id, grantId: grant.jti, flow: { ...flow, over: true } };
  if ((await finishFlow(house.db, over)) !== 1) throw new Trouble('invalid_session', { detail: 'ended' });
  return new provider.AuthorizationCode({
    client,
    accountId,
    grantId: grant.jti,
    sessionUid: family.session_uid,
    redirectUri,
    scope: flow.scope,
    ...(flow.resource === undefined ? {} : { resource: flow.resource }),
    // The cap of every token under it.
    acr: acrOf(stands.level === 2 ? 2 : 1, house.acrBase),
    amr: [...stands.amr],
    ...(stands.authTime === undefined ? {} : { authTime: stands.authTime }),
    codeChallenge: flow.codeChallenge,
    codeChallengeMethod: 'S256',
    dpopJkt: family.jkt,
    gty: 'authorization_code',
  }).save();
}

/** Whether anything of what a service was asked for is granted; nothing asked of a service is enough. */
function carriesAny(
  grant: Awaited<ReturnType<typeof saveGrant>>,
  { service, scopes }: GrantRequest,
): boolean {
  if (service === undefined) return true;
  const granted = grant.getResourceScope(service.id).split(' ');
  return scopes.some((scope) => granted.includes(scope));
}

// The machine level 2 was proven on is not new the next time. One that keeps no number stays new.
async function remember(
  db: Database,
  ctx: Context,
  { family, person, asking }: Stand,
  now: Date,
): Promise<void> {
  if (family.device_key === null) return;
  const proven = [...person.facts.proven];
  const provenHere = proven.some((step) => step === 'otp' || step === 'passkey' || step === 'vneid');
  const device = { accountId: person.accountId, deviceKey: family.device_key, kind: deviceKind(ctx) };
  await rememberDevice(db, { ...device, provenSince: provenHere ? asking.tx?.created_at : undefined, identified: proven.some(isIdentityStep) }, now); // prettier-ignore
}
