// A code outside the authorization endpoint: the library's own models, so that /token treats it like
// any other (protocol design 14, item 7). Without PKCE and a key no code is ever made.

import type { Context } from 'koa';
import type { Database } from '../../database.ts';
import { keepFlow, keepGrant } from '../../assurance/family.ts';
import { acrOf } from '../../policies/level.ts';
import { isIdentityStep } from '../../policies/methods.ts';
import { rememberDevice } from '../../safety/hold.ts';
import { deviceKind } from '../device.ts';
import { saveGrant } from '../grants.ts';
import { ME_SCOPE, meAudience } from '../own-api.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import { Trouble } from './trouble.ts';

/** Grant and code of a flow that has nothing left to ask. @throws Trouble access_denied when nothing was agreed to */
export async function mintCode(
  house: ChallengeHouse,
  ctx: Context,
  stand: Stand,
  now: Date,
): Promise<string> {
  const { family, flow, client, person } = stand;
  const { accountId, request, consent, stands } = person;
  const provider = house.provider();
  const existing = family.grant_id === null ? undefined : await provider.Grant.find(family.grant_id);
  const mine =
    existing?.accountId === accountId && existing.clientId === client.clientId ? existing : undefined;
  const [redirectUri] = client.redirectUris ?? [];
  if (redirectUri === undefined) throw new Error('the mini app has no redirect address');
  const grant = await saveGrant(provider, mine, request, consent?.purposes ?? []);
  const own = flow.resource === meAudience(house.issuer);
  if (own && !grant.getResourceScope(meAudience(house.issuer)).includes(ME_SCOPE)) {
    grant.addResourceScope(meAudience(house.issuer), ME_SCOPE);
    await grant.save();
  }
  if (
    !own &&
    request.service !== undefined &&
    !request.scopes.some((scope) =>
      grant
        .getResourceScope(request.service?.id ?? '')
        .split(' ')
        .includes(scope),
    )
  )
    throw new Trouble('access_denied', { detail: 'no consent' });
  if (family.grant_id !== grant.jti) await keepGrant(house.db, { id: family.id, grantId: grant.jti });
  if (stands.level === 2) await remember(house.db, ctx, stand, now);
  const code = await new provider.AuthorizationCode({
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
  } as ConstructorParameters<typeof provider.AuthorizationCode>[0]).save();
  // One code a flow.
  await keepFlow(house.db, { id: family.id, flow: { ...flow, over: true } });
  return code;
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
