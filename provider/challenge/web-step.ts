// What needs more reading than fits beside a form goes on as an ordinary sign-in in a browser: a move
// from another account, a child's representative. The request is pushed by us, so that its address says
// nothing; what comes of it stands when the app asks again.

import { randomBytes } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import type { Described } from './answer.ts';
import { Trouble } from './trouble.ts';

// RFC 9126 wants it short; somebody of seventy has to find the browser first.
const LIFE_SECONDS = 300;
const URN = 'urn:ietf:params:oauth:request_uri:';

/** @throws Trouble redirect_to_web, always: with `request_uri`, and `web_uri` ready for the browser */
export const toTheWeb: Described = async (house, _ctx, { client, flow }, _tx, _error, now) => {
  const provider = house.provider();
  const [redirectUri] = client.redirectUris ?? [];
  if (redirectUri === undefined) throw new Error('the mini app has no redirect address');
  const seconds = Math.floor(now.getTime() / 1000);
  const asked = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: flow.scope,
    resource: flow.resource,
    acr_values: flow.acrValues,
    max_age: flow.maxAge,
    prompt: flow.prompt,
    ui_locales: flow.lang,
    // The code ends at /xong, and nobody may redeem it: a link sent to somebody else would otherwise bring
    // its sender a code of theirs. So the challenge is one whose verifier nobody knows, not the app's.
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
  };
  const request = new UnsecuredJWT(asked)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + LIFE_SECONDS)
    .setIssuer(client.clientId)
    .setAudience(house.issuer)
    .encode();
  const pushed = new provider.PushedAuthorizationRequest({ request });
  const requestUri = `${URN}${await pushed.save(LIFE_SECONDS)}`;
  const query = new URLSearchParams({ client_id: client.clientId, request_uri: requestUri });
  throw new Trouble('redirect_to_web', {
    more: { request_uri: requestUri, web_uri: `${house.issuer}/auth?${query}` },
  });
};
