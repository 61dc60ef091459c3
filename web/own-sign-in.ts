// The citizen's page signs people in through the same authorization endpoint as everybody. Only
// the browser session is wanted, so the code is thrown away and the challenge has no verifier.

import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import type { ClientMetadata } from '../provider/provider.ts';
import type { Site } from './site.ts';

export const OWN_CLIENT_ID = 'tayninh-id';

/** Our own pages as a client. Its codes cannot be redeemed: nobody has the verifier. */
export const ownClient = (issuer: string): ClientMetadata => ({
  client_id: OWN_CLIENT_ID,
  client_name: 'Tây Ninh ID',
  redirect_uris: [`${issuer}/toi/ve`],
  post_logout_redirect_uris: [`${issuer}/`],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  require_pushed_authorization_requests: false,
});

export async function signInHere(site: Site, ctx: Context): Promise<void> {
  const query = new URLSearchParams({
    client_id: site.ownClientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${site.issuer}/toi/ve`,
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
    state: randomBytes(8).toString('base64url'),
  });
  ctx.redirect(`/auth?${query}`);
  ctx.status = 303;
}
