// What goes into a token, judged at the moment it is issued: the level that stands now, and the
// consent that stands now. A code or refresh token caps the level; it never lifts it.

import { pairwiseSub } from '../accounts/pairwise.ts';
import { areOpen } from '../accounts/store.ts';
import { standing } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { consentForToken } from '../consent/standing.ts';
import type { StandingConsent } from '../consent/standing.ts';
import { acrOf, levelOf } from '../policies/level.ts';
import type { ProviderHouse } from './house.ts';

/** A code, refresh token or answered request of a desk as oidc-provider hands it over. */
export type GrantSource = {
  accountId: string;
  sessionUid?: string | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  authTime?: number | undefined;
};

export type Issue = {
  readonly stands: Standing;
  /** The browser session or launch of the mini app in which it was proven. */
  readonly sessionUid: string;
  consent?: { readonly service: CatalogueService; readonly standing: StandingConsent | undefined };
};

// Keyed by Koa context: one token request, one judgement.
const issues = new WeakMap<object, Issue>();

export const issueOf = (ctx: object): Issue | undefined => issues.get(ctx);

/**
 * Reads the level for a token request and writes it into the source, from which oidc-provider
 * copies acr, amr and auth_time into the ID token. Runs before any token is built (findAccount).
 * @returns false when the account is locked or nothing stands: no token at all
 */
export async function judgeLevel(house: ProviderHouse, ctx: object, source: GrantSource): Promise<boolean> {
  const cap = levelOf(source.acr, house.acrBase);
  if (source.sessionUid === undefined || cap === 0) return false;
  const stands = await standing(
    house.db,
    { sessionUid: source.sessionUid, accountId: source.accountId, cap },
    house.clock(),
  );
  if (stands.level === 0 || stands.authTime === undefined) return false;
  source.acr = acrOf(stands.level, house.acrBase);
  source.amr = [...stands.amr];
  source.authTime = stands.authTime;
  issues.set(ctx, { stands, sessionUid: source.sessionUid });
  return true;
}

/** Reads the consent for a token request. Called where the resource is known (getResourceServerInfo). */
export async function judgeConsent(
  house: ProviderHouse,
  ctx: object,
  where: { accountId: string; clientId: string; service: CatalogueService },
): Promise<{ stands: Standing; consent: StandingConsent | undefined }> {
  const issue = issues.get(ctx);
  if (issue === undefined) throw new Error('consent judged before level');
  const consent = await consentForToken(house, where, house.clock());
  issue.consent = { service: where.service, standing: consent };
  return { stands: issue.stands, consent };
}

/** Our claims of an access token (protocol design 3). */
export async function accessTokenClaims(
  house: ProviderHouse,
  ctx: object,
  clientId: string,
): Promise<Record<string, unknown>> {
  const client = await house.findClient(clientId);
  const issue = issues.get(ctx);
  const about = {
    client_class: client?.class,
    pol: house.catalogue.version,
    // RFC 8693 4.1: the citizen has allowed it, an operator does it.
    ...(client?.kind === 'desk' ? { act: { sub: clientId } } : {}),
  };
  if (issue === undefined || issue.stands.level === 0) return about;
  const { stands, consent } = issue;
  return {
    ...about,
    acr: acrOf(stands.level === 2 ? 2 : 1, house.acrBase),
    auth_time: stands.authTime,
    amr: stands.amr,
    ...(stands.identitySource === undefined ? {} : { identity_source: stands.identitySource }),
    ...(consent === undefined
      ? {}
      : {
          consent_id: consent.standing?.consentId,
          consent_ver: consent.standing?.version,
          purposes: consent.standing?.purposes ?? [],
        }),
  };
}

// A token is described twice, for its claims and for its JWT. Keyed by Koa context.
const subs = new WeakMap<object, { readonly accountId: string; readonly audience: string; readonly sub: Promise<string> }>(); // prettier-ignore

/** A service knows the citizen by the id of its own sector, whichever client brought the token. */
export async function audienceSub(
  house: ProviderHouse,
  ctx: object,
  accountId: string,
  audience: string,
): Promise<string | undefined> {
  const service = house.catalogue.serviceById.get(audience);
  if (service === undefined) return undefined;
  const known = subs.get(ctx);
  if (known?.accountId === accountId && known.audience === audience) return known.sub;
  const sub = pairwiseSub(house.db, accountId, service.sector);
  subs.set(ctx, { accountId, audience, sub });
  return sub;
}

export const isOpenAccount = (house: ProviderHouse, accountId: string): Promise<boolean> =>
  house.db.together(areOpen, accountId);
