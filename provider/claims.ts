// Claims for ID token and UserInfo. Nothing personal leaves here yet: only how sure we are.

import type { KoaContextWithOIDC } from 'oidc-provider';
import { standing } from '../assurance/level.ts';
import type { ProviderHouse } from './house.ts';
import { issueOf } from './issue.ts';

/** Claims of the scopes asked for; oidc-provider filters them by scope and replaces `sub` by the pairwise one. */
export async function accountClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  accountId: string,
  scope: string,
): Promise<{ sub: string; [claim: string]: unknown }> {
  if (!scope.split(' ').includes('tn.level')) return { sub: accountId };
  const sessionUid = ctx.oidc.entities.AccessToken?.sessionUid;
  const stands =
    issueOf(ctx)?.stands ??
    (sessionUid === undefined
      ? undefined
      : await standing(house.db, { sessionUid, accountId }, house.clock()));
  if (stands === undefined || stands.level === 0) return { sub: accountId };
  return {
    sub: accountId,
    tnid_level: stands.level,
    ...(stands.level === 2
      ? { tnid_verified_at: stands.authTime, identity_source: stands.identitySource }
      : {}),
  };
}
