// What every caller of Zalo's login and Graph hosts shares: the app's credentials, its share of calls,
// one call with its reading, and the step from a failure to an outcome. Contract: zalo.md §1.

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
import type { ErrorWords, HttpAnswer, Read } from './wire.ts';

export type ZaloAccess = {
  readonly appId: string;
  readonly appSecret: string;
  /** Production: https://oauth.zaloapp.com */
  readonly oauthUrl: string;
  /** Production: https://graph.zalo.me */
  readonly graphUrl: string;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  readonly graphCallsPerMinute?: number;
  /** Where several clients call for the same app: Zalo counts them together. */
  readonly graphBudget?: MinuteBudget;
  /** `failure` is a word of `ZaloFailure`; the facts may be logged. `config` deserves an alarm. */
  readonly onFailure?: (failure: ZaloFailure, facts: FailureFacts) => void;
};

export type Client = {
  readonly appId: string;
  readonly appSecret: string;
  readonly oauthUrl: string;
  readonly graphUrl: string;
  readonly limits: Limits;
  readonly graphBudget: MinuteBudget;
  readonly onFailure: ZaloAccess['onFailure'];
};

export type Failed = {
  readonly ok: false;
  readonly endpoint: ZaloEndpoint;
  readonly failure: ZaloFailure;
  readonly words: ErrorWords;
  readonly status: number | undefined;
};
export type Answered<Value> = { readonly ok: true; readonly value: Value } | Failed;

/** @throws Error on credentials that could not be put into a request */
export function openClient(access: ZaloAccess): Client {
  if (!/^[0-9]+$/.test(access.appId)) throw new Error('Zalo app id must be decimal digits');
  if (!/^[\x21-\x7e]+$/.test(access.appSecret)) throw new Error('Zalo app secret is unusable');
  return {
    appId: access.appId,
    appSecret: access.appSecret,
    oauthUrl: access.oauthUrl.replace(/\/+$/, ''),
    graphUrl: access.graphUrl.replace(/\/+$/, ''),
    limits: {
      connectTimeoutMs: access.connectTimeoutMs ?? 3000,
      readTimeoutMs: access.readTimeoutMs ?? 8000,
      bodyLimitBytes: 64 * 1024,
    },
    graphBudget: access.graphBudget ?? createMinuteBudget(access.graphCallsPerMinute ?? 4000),
    onFailure: access.onFailure,
  };
}

/** Whether a token that somebody sent us fits into a header. Tokens are opaque and of any length (U5). */
export const isHeaderSafe = (token: string): boolean => /^[\x21-\x7e]{1,8192}$/.test(token);

/**
 * One call and its reading. Only a call that may be `repeated` is, once, and only when the connection
 * failed: a code or a phone token works once, so a second try could only hide what became of the first.
 */
export async function ask<Value>(
  client: Client,
  call: {
    readonly endpoint: ZaloEndpoint;
    readonly request: ZaloRequest;
    readonly read: (answer: HttpAnswer) => Read<Value>;
    /** What Zalo may echo and a log must not hold. */
    readonly secrets: readonly string[];
    readonly repeated: boolean;
  },
): Promise<Answered<Value>> {
  const { endpoint, request } = call;
  let called = await callZalo(request, client.limits, { kept: call.repeated });
  // Zalo had closed a connection we kept: no failure, and worth no word.
  if (!called.ok && called.stale && called.failure === 'connection_reset')
    called = await callZalo(request, client.limits);
  if (!called.ok && call.repeated && mayRetry(called.failure) && client.graphBudget.take()) {
    report(client, failed(endpoint, called.failure), true);
    called = await callZalo(request, client.limits);
  }
  if (!called.ok) return failed(endpoint, called.failure);
  const read = call.read(called);
  if (read.ok) return read;
  const words = fitForLog(read.words, [...call.secrets, client.appSecret]);
  return { ok: false, endpoint, failure: read.failure, words, status: called.status };
}

/** A failure that no answer of Zalo's stands behind. */
export const failed = (endpoint: ZaloEndpoint, failure: ZaloFailure): Failed => ({
  ok: false,
  endpoint,
  failure,
  words: {},
  status: undefined,
});

/**
 * Where a failure becomes either an outcome for the citizen or a refusal for everybody.
 * @throws Refusal unavailable
 */
export function settle(client: Client, failure: Failed): { outcome: 'refused'; reason: ZaloFailure } {
  report(client, failure, false);
  if (classOf(failure.failure) !== 'flow') throw unavailable(failure.failure, failure.endpoint);
  return { outcome: 'refused', reason: failure.failure };
}

export function report(client: Client, { endpoint, failure, words, status }: Failed, willRetry: boolean) {
  client.onFailure?.(failure, {
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
