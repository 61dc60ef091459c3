// Web login with Zalo: permission page, code exchange, profile. Contract: zalo.md §§1-3.

import type { ZaloLogin } from '../../accounts/zalo-login.ts';
import { ask, failed, openClient, settle, type Answered, type Client, type ZaloAccess } from './client.ts';
import { graphCall, readProfileAnswer } from './graph-wire.ts';
import { readTokenAnswer } from './wire.ts';

export type ZaloLoginConfig = ZaloAccess & {
  /** The exact string registered in Zalo's console: how Zalo compares is unknown (U1). */
  readonly redirectUri: string;
};

type Outcome = Awaited<ReturnType<ZaloLogin['identify']>>;

export function createZaloLogin(config: ZaloLoginConfig): ZaloLogin {
  const client = openClient(config);
  return {
    appId: config.appId,
    authorizationUrl: (request) => authorizationUrl(client, config.redirectUri, request),
    identify: (answer) => identify(client, answer),
  };
}

// No `scope`, `response_type` or `code_challenge_method`: Zalo documents none (contract §2.1).
function authorizationUrl(
  client: Client,
  redirectUri: string,
  request: { state: string; codeChallenge: string },
): string {
  const query = new URLSearchParams({
    app_id: client.appId,
    redirect_uri: redirectUri,
    code_challenge: request.codeChallenge,
    state: request.state,
  });
  return `${client.oauthUrl}/v4/permission?${query}`;
}

async function identify(client: Client, answer: { code: string; codeVerifier: string }): Promise<Outcome> {
  // The code comes from a query string anybody can write.
  if (answer.code === '' || answer.code.length > 4096) {
    return { outcome: 'refused', reason: 'code_unusable' };
  }
  // Asked before the exchange: a code spent without a profile read is a login lost.
  if (!client.graphBudget.take()) return settle(client, failed('me', 'own_limit'));

  const token = await exchangeCode(client, answer);
  if (!token.ok) return settle(client, token);
  const profile = await ask(client, {
    endpoint: 'me',
    request: graphCall(client, '/v2.0/me?fields=id,name,picture', token.value),
    read: (read) => readProfileAnswer(client.appId, read),
    secrets: [token.value],
    repeated: true,
  });
  if (!profile.ok) return settle(client, profile);
  const { appId, zaloId, name, picture } = profile.value;
  return { outcome: 'identified', profile: { appId, zaloId, name, picture } };
}

/** Also what a self-check asks with a code that nobody was given. */
export function exchangeCode(
  client: Client,
  answer: { code: string; codeVerifier: string },
): Promise<Answered<string>> {
  return ask(client, {
    endpoint: 'access_token',
    request: {
      method: 'POST',
      url: `${client.oauthUrl}/v4/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', secret_key: client.appSecret },
      body: new URLSearchParams({
        app_id: client.appId,
        code: answer.code,
        grant_type: 'authorization_code',
        code_verifier: answer.codeVerifier,
      }).toString(),
    },
    read: readTokenAnswer,
    secrets: [answer.code, answer.codeVerifier],
    repeated: false,
  });
}
