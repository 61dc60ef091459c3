// Portals that stand for a service of the catalogue, and what UserInfo tells them.

import { clientKey, portalClient } from './broker.ts';
import type { TestHouse } from './broker.ts';
import { createRp, REDIRECT } from './rp.ts';
import type { Reply, Rp } from './rp.ts';

export const PORTAL = 'https://cong.dichvu.tayninh.gov.vn';

/** A confidential portal registered for a service; without one it has no right to personal claims. */
export async function createPortalOf(
  house: TestHouse,
  clientId: string,
  serviceId: string | undefined,
): Promise<Rp> {
  const key = await clientKey();
  await house.addClient({ ...portalClient(clientId, REDIRECT, key), serviceId });
  return createRp(house, clientId, key);
}

export const userInfo = (rp: Rp, tokens: Reply): Promise<Reply> =>
  rp.withToken('/userinfo', String(tokens.body['access_token']));

/** The claims of UserInfo but `sub`. */
export async function claimsFrom(rp: Rp, tokens: Reply): Promise<Readonly<Record<string, unknown>>> {
  const { sub: _, ...claims } = (await userInfo(rp, tokens)).body;
  return claims;
}

export const scopesOf = (tokens: Reply): readonly string[] =>
  String(tokens.body['scope']).split(' ').toSorted();
