// Clients of the kind `desk`: a hotline or a counter whose operator asks for a citizen on the telephone
// (decision 0023). A desk gets a token in one way only: the citizen says yes in the mini app.

import type { Client, ClientMetadata } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ProviderHouse } from './house.ts';

export const CIBA = 'urn:openid:params:grant-type:ciba';
const KIND = 'tnid_kind'; // written by the store, as in sign-on.ts

/** What a registration of this kind says beside name and keys. */
export const deskMetadata = {
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: [CIBA],
  response_types: [],
  redirect_uris: [],
  backchannel_token_delivery_mode: 'poll',
  require_pushed_authorization_requests: false,
} as const;

export const isDesk = (client: Client | undefined): boolean => client?.[KIND] === 'desk';

/** A desk with another way to a token, or another client with this one, does not come to life. @throws InvalidClientMetadata */
export function checkDesk(kind: unknown, metadata: ClientMetadata): void {
  const grants = metadata.grant_types ?? [];
  const asDesk =
    grants.join(' ') === CIBA &&
    metadata.token_endpoint_auth_method === 'private_key_jwt' &&
    metadata.backchannel_token_delivery_mode === 'poll' &&
    (metadata.redirect_uris ?? []).length === 0;
  if (kind === 'desk' ? !asDesk : grants.includes(CIBA))
    throw new errors.InvalidClientMetadata('a desk has a key, the CIBA grant in poll mode and nothing else');
}

/**
 * OpenID Connect CIBA Core 4 lets a pairwise client name its keys by an address only, and the library
 * holds to it. Ours stand in the registration like everybody's, so the store gives a desk an address that
 * is nowhere (RFC 2606), and what would be fetched from it is answered here. Undefined: another address.
 */
export async function deskKeys(house: ProviderHouse, url: string | URL): Promise<Response | undefined> {
  const { hostname } = new URL(url);
  if (!hostname.endsWith('.desk.invalid')) return undefined;
  const facts = await house.findClient(hostname.slice(0, -'.desk.invalid'.length));
  return facts?.desk === undefined ? new Response(null, { status: 404 }) : Response.json(facts.desk.keys);
}
