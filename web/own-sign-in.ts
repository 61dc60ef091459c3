// The citizen's page signs people in through the same authorization endpoint as everybody. Only
// the browser session is wanted, so the code is thrown away and the challenge has no verifier.

import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import type { ClientMetadata } from '../provider/provider.ts';
import { acrOf } from '../policies/level.ts';
import type { Site } from './site.ts';

export const OWN_CLIENT_ID = 'tayninh-id';

// Where a page of ours gets its visitor back. One address a page, because the client is registered
// with all of them.
const RETURNS = {
  account: '/toi/ve',
  passkeys: '/toi/khoa/ve',
  recovery: '/toi/ma-khoi-phuc/ve',
  children: '/toi/con/ve',
} as const;

/** What one of our pages asks of a sign-in. */
export type OwnSignIn = {
  readonly back: keyof typeof RETURNS;
  /** Level 2, proven at most this long ago. */
  readonly level2WithinSeconds?: number;
  /** One word for the page that gets the visitor back. It may be anybody's, so it may open nothing. */
  readonly note?: string;
};

/** Our own pages as a client. Its codes cannot be redeemed: nobody has the verifier. */
export const ownClient = (issuer: string): ClientMetadata => ({
  client_id: OWN_CLIENT_ID,
  client_name: 'Tây Ninh ID',
  redirect_uris: Object.values(RETURNS).map((path) => `${issuer}${path}`),
  post_logout_redirect_uris: [`${issuer}/`],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  require_pushed_authorization_requests: false,
});

export async function signInHere(
  site: Site,
  ctx: Context,
  { back, level2WithinSeconds, note = '' }: OwnSignIn = { back: 'account' },
): Promise<void> {
  const query = new URLSearchParams({
    client_id: site.ownClientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${site.issuer}${RETURNS[back]}`,
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
    state: `${note}.${randomBytes(8).toString('base64url')}`,
    ...(level2WithinSeconds === undefined ? {} : { acr_values: acrOf(2, site.acrBase), max_age: String(level2WithinSeconds) }), // prettier-ignore
  });
  ctx.redirect(`/auth?${query}`);
  ctx.status = 303;
}
