// Web login with Zalo: permission page, code exchange, profile. Contract: zalo.md §§1-3.

import type { ZaloLogin, ZaloProfile } from '../../accounts/zalo-login.ts';
import {
  classOf,
  mayRetry,
  unavailable,
  type FailureFacts,
  type ZaloEndpoint,
  type ZaloFailure,
} from './failures.ts';
import { createMinuteBudget, type MinuteBudget } from './minute-budget.ts';
import { callZalo, type Limits, type ZaloRequest } from './transport.ts';
import { appSecretProof, readProfileAnswer, readTokenAnswer, type ErrorWords, type Read } from './wire.ts';

export type ZaloLoginConfig = {
  readonly appId: string;
  readonly appSecret: string;
  /** Production: https://oauth.zaloapp.com */
  readonly oauthUrl: string;
  /** Production: https://graph.zalo.me */
  readonly graphUrl: string;
  /** The exact string registered in Zalo's console: how Zalo compares is unknown (U1). */
  readonly redirectUri: string;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  readonly graphCallsPerMinute?: number;
  /** `failure` is a word of `ZaloFailure`; the facts may be logged. `config` deserves an alarm. */
  readonly onFailure?: (failure: ZaloFailure, facts: FailureFacts) => void;
};

type Client = {
  readonly config: ZaloLoginConfig;
  readonly oauthUrl: string;
  readonly graphUrl: string;
  readonly limits: Limits;
  readonly graphBudget: MinuteBudget;
};

type Outcome = Awaited<ReturnType<ZaloLogin['identify']>>;

export function createZaloLogin(config: ZaloLoginConfig): ZaloLogin {
  if (!/^[0-9]+$/.test(config.appId)) throw new Error('Zalo app id must be decimal digits');
  if (!/^[\x21-\x7e]+$/.test(config.appSecret)) throw new Error('Zalo app secret is unusable');
  const client: Client = {
    config,
    oauthUrl: config.oauthUrl.replace(/\/+$/, ''),
    graphUrl: config.graphUrl.replace(/\/+$/, ''),
    limits: {
      connectTimeoutMs: config.connectTimeoutMs ?? 3000,
      readTimeoutMs: config.readTimeoutMs ?? 8000,
      bodyLimitBytes: 64 * 1024,
    },
    graphBudget: createMinuteBudget(config.graphCallsPerMinute ?? 4000),
  };
  return {
    appId: config.appId,
    authorizationUrl: (request) => authorizationUrl(client, request),
    identify: (answer) => identify(client, answer),
  };
}

// No `scope`, `response_type` or `code_challenge_method`: Zalo documents none (contract §2.1).
function authorizationUrl(client: Client, request: { state: string; codeChallenge: string }): string {
  const query = new URLSearchParams({
    app_id: client.config.appId,
    redirect_uri: client.config.redirectUri,
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
  if (!client.graphBudget.take()) return settle(client, 'me', 'own_limit', {}, undefined);

  const token = await exchangeCode(client, answer);
  if (!token.ok) return token.settled;
  const profile = await readProfile(client, token.value);
  if (!profile.ok) return profile.settled;
  return { outcome: 'identified', profile: profile.value };
}

type Step<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly settled: Outcome };

// Never repeated: a code works once, so a second try could only hide what became of the first.
async function exchangeCode(
  client: Client,
  answer: { code: string; codeVerifier: string },
): Promise<Step<string>> {
  const { appId, appSecret } = client.config;
  const called = await callZalo(
    {
      method: 'POST',
      url: `${client.oauthUrl}/v4/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', secret_key: appSecret },
      body: new URLSearchParams({
        app_id: appId,
        code: answer.code,
        grant_type: 'authorization_code',
        code_verifier: answer.codeVerifier,
      }).toString(),
    },
    client.limits,
  );
  const read: Read<string> = called.ok
    ? readTokenAnswer(called)
    : { ok: false, failure: called.failure, words: {} };
  if (read.ok) return read;
  const words = fitForLog(read.words, [answer.code, answer.codeVerifier, appSecret]);
  const status = called.ok ? called.status : undefined;
  return { ok: false, settled: settle(client, 'access_token', read.failure, words, status) };
}

async function readProfile(client: Client, accessToken: string): Promise<Step<ZaloProfile>> {
  const { appId, appSecret } = client.config;
  // An `Authorization: Bearer` header would make the call anonymous (contract §1).
  const request: ZaloRequest = {
    method: 'GET',
    url: `${client.graphUrl}/v2.0/me?fields=id,name,picture`,
    headers: {
      access_token: accessToken,
      appsecret_proof: appSecretProof(appSecret, accessToken),
    },
  };
  let called = await callZalo(request, client.limits);
  if (!called.ok && mayRetry(called.failure) && client.graphBudget.take()) {
    report(client, 'me', called.failure, {}, undefined, true);
    called = await callZalo(request, client.limits);
  }
  const read: Read<ZaloProfile> = called.ok
    ? readProfileAnswer(appId, called)
    : { ok: false, failure: called.failure, words: {} };
  if (read.ok) return read;
  const words = fitForLog(read.words, [accessToken, appSecret]);
  const status = called.ok ? called.status : undefined;
  return { ok: false, settled: settle(client, 'me', read.failure, words, status) };
}

// Where a failure becomes either an outcome for the citizen or a refusal for everybody.
function settle(
  client: Client,
  endpoint: ZaloEndpoint,
  failure: ZaloFailure,
  words: ErrorWords,
  status: number | undefined,
): Outcome {
  report(client, endpoint, failure, words, status, false);
  if (classOf(failure) !== 'flow') throw unavailable(failure, endpoint);
  return { outcome: 'refused', reason: failure };
}

function report(
  client: Client,
  endpoint: ZaloEndpoint,
  failure: ZaloFailure,
  words: ErrorWords,
  status: number | undefined,
  willRetry: boolean,
): void {
  client.config.onFailure?.(failure, {
    endpoint,
    class: classOf(failure),
    willRetry,
    status,
    error: words.error,
    errorName: words.errorName,
    errorReason: words.errorReason,
    refDoc: words.refDoc,
  });
}

// Zalo's words go to a log: no line breaks, no length without end, and nothing it may echo.
function fitForLog(words: ErrorWords, secrets: readonly string[]): ErrorWords {
  const clean = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    const hidden = secrets
      .filter((secret) => secret !== '')
      .reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), text);
    return hidden.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200);
  };
  return {
    error: words.error,
    errorName: clean(words.errorName),
    errorReason: clean(words.errorReason),
    refDoc: clean(words.refDoc),
  };
}
