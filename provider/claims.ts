// Claims for ID token and UserInfo. The ID token says how sure we are and nothing personal: it is
// passed around, logged and kept; UserInfo is asked for when the data is needed (decision 0018).

import type { KoaContextWithOIDC } from 'oidc-provider';
import { standing } from '../assurance/level.ts';
import { consentForToken } from '../consent/standing.ts';
import { isClaimScope, releasableClaims } from '../policies/claims.ts';
import { levelOf } from '../policies/level.ts';
import { personalClaims } from './claims-personal.ts';
import { claimsRequest } from './claims-request.ts';
import type { ProviderHouse } from './house.ts';
import { issueOf } from './issue.ts';
import type { GrantSource } from './issue.ts';

/** Claims of the scopes asked for; oidc-provider filters them by scope and replaces `sub` by the pairwise one. */
export async function accountClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  asked: { readonly accountId: string; readonly use: string; readonly scope: string },
): Promise<{ sub: string; [claim: string]: unknown }> {
  const { accountId, use, scope } = asked;
  const [level, personal] = await Promise.all([
    levelClaims(house, ctx, accountId, scope),
    use === 'userinfo' ? userInfoClaims(house, ctx, accountId, scope) : {},
  ]);
  return { sub: accountId, ...level, ...personal };
}

async function levelClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  accountId: string,
  scope: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (!scope.split(' ').includes('tn.level')) return {};
  const { sessionUid, extra } = ctx.oidc.entities.AccessToken ?? {};
  // As everywhere, the level of a token may fall and never rise: a step-up made for another client in
  // the same browser is not this one's to hear of.
  const acr = extra?.['acr'];
  const cap = levelOf(typeof acr === 'string' ? acr : undefined, house.acrBase);
  const stands =
    issueOf(ctx)?.stands ??
    (sessionUid === undefined
      ? undefined
      : await standing(house.db, { sessionUid, accountId, cap }, house.clock()));
  if (stands === undefined || stands.level === 0) return {};
  return {
    tnid_level: stands.level,
    ...(stands.level === 2
      ? { tnid_verified_at: stands.authTime, identity_source: stands.identitySource }
      : {}),
  };
}

async function userInfoClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  accountId: string,
  scope: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { clientId, sessionUid } = ctx.oidc.entities.AccessToken ?? {};
  if (clientId === undefined || sessionUid === undefined) return {};
  return personalClaims(house, { accountId, clientId, sessionUid, scope });
}

/**
 * Leaves out of a token what the client may not have now: right, level or consent are missing. Runs
 * before the token is built, on the grant of this request alone; the stored one keeps what was asked,
 * so that a later token may carry it again.
 */
export async function withholdClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  source: GrantSource & { readonly scope?: string | undefined; readonly clientId?: string | undefined },
): Promise<void> {
  const { accountId, scope = '', clientId } = source;
  const asked = scope.split(' ').filter(isClaimScope);
  const stands = issueOf(ctx)?.stands;
  if (asked.length === 0 || stands === undefined || clientId === undefined) return;
  const request = await claimsRequest(house, clientId, scope);
  const consent =
    request === undefined
      ? undefined
      : await consentForToken(house, { accountId, clientId, service: request.service }, house.clock());
  const released =
    request === undefined || consent === undefined
      ? undefined
      : releasableClaims(request.service, asked, { level: stands.level, agreed: consent.purposes });
  const withheld = asked.filter((one) => released?.has(one) !== true);
  if (withheld.length > 0) ctx.oidc.entities.Grant?.rejectOIDCScope(withheld.join(' '));
}
