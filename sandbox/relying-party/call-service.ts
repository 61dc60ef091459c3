// Calling a service with a token, and reading what it answers when it says no (protocol §4).

import * as openid from 'openid-client';
import { z } from 'zod';
import type { ProofKey } from './relying-party.ts';

export type ServiceAnswer =
  | { readonly outcome: 'done'; readonly status: number; readonly body: unknown }
  | { readonly outcome: 'step-up'; readonly challenge: Challenge }
  /** The token lacks a scope, or the consent behind it does. */
  | { readonly outcome: 'scope-missing'; readonly scope: string; readonly consentMissing: boolean }
  | { readonly outcome: 'ended'; readonly reason: string }
  /** Done elsewhere: the address of the national portal. */
  | { readonly outcome: 'handover'; readonly location: string }
  | { readonly outcome: 'refused'; readonly status: number; readonly reason: string; readonly title: string };

/** RFC 9470 §3: what a new authorization request must ask for. */
export type Challenge = {
  readonly acrValues: string;
  readonly maxAgeSeconds: number | undefined;
  readonly scope: string;
};

// Any configuration does for calling a service: the library reads only its own options from it.
const config = new openid.Configuration({ issuer: 'https://services.invalid' }, 'caller');

const problemSchema = z.object({ type: z.string(), title: z.string() });
// One address and no other: nothing a service says may lead a citizen somewhere else, or take data along.
const handoverSchema = z.object({ location: z.literal('https://dichvucong.gov.vn/') });

export async function callService(
  caller: { readonly accessToken: string; readonly key: ProofKey },
  request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: object },
): Promise<ServiceAnswer> {
  const url = new URL(request.url);
  if (url.protocol === 'http:' && url.hostname === 'localhost') openid.allowInsecureRequests(config);
  try {
    const response = await openid.fetchProtectedResource(
      config,
      caller.accessToken,
      url,
      request.method,
      request.body === undefined ? undefined : JSON.stringify(request.body),
      new Headers(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      { DPoP: caller.key },
    );
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { outcome: 'done', status: response.status, body };
    return refusedWith(response.status, body);
  } catch (error) {
    if (!(error instanceof openid.WWWAuthenticateChallengeError)) throw error;
    const body: unknown = await error.response.json().catch(() => undefined);
    return challenged(error.cause[0]?.parameters ?? {}, error.status, body);
  }
}

function challenged(
  parameters: openid.WWWAuthenticateChallengeParameters,
  status: number,
  body: unknown,
): ServiceAnswer {
  const { error, scope = '' } = parameters;
  if (error === 'insufficient_user_authentication') {
    const maxAge = parameters['max_age'];
    const maxAgeSeconds = maxAge === undefined || !/^\d+$/.test(maxAge) ? undefined : Number(maxAge);
    return {
      outcome: 'step-up',
      challenge: { acrValues: parameters['acr_values'] ?? '', maxAgeSeconds, scope },
    };
  }
  if (error === 'insufficient_scope') {
    return { outcome: 'scope-missing', scope, consentMissing: typeOf(body) === 'consent-required' };
  }
  if (error === 'invalid_token') return { outcome: 'ended', reason: parameters.error_description ?? error };
  return refusedWith(status, body, error);
}

function refusedWith(status: number, body: unknown, reason?: string): ServiceAnswer {
  const problem = problemSchema.safeParse(body);
  const handover = handoverSchema.safeParse(body);
  if (status === 403 && typeOf(body) === 'handover' && handover.success)
    return { outcome: 'handover', location: handover.data.location };
  const title = problem.data?.title ?? 'Dịch vụ chưa trả lời được';
  return { outcome: 'refused', status, reason: reason ?? typeOf(body), title };
}

// Problem types are addresses of the issuer; the last word is the name of the row.
function typeOf(body: unknown): string {
  return problemSchema.safeParse(body).data?.type.split('/').at(-1) ?? 'unknown';
}
