// Opaque tokens: the broker is asked (RFC 7662), so a withdrawal bites within seconds. Answers may be
// kept for 5 seconds, and not at all for a high-risk action.

import { createHash } from 'node:crypto';
import type { Finding } from '../answer.ts';
import { isRecord } from '../json.ts';
import type { Discovery } from './discovery.ts';
import type { Kept } from './kept.ts';
import { smallDocumentBytes, type Outgoing } from './outgoing.ts';
import type { BrokerClient } from './service-token.ts';

export type Introspection = (
  token: string,
  mayCache: boolean,
) => Promise<{ readonly payload: Readonly<Record<string, unknown>> } | Finding>;

type Answered = { readonly payload: Readonly<Record<string, unknown>>; readonly atMs: number };

const cacheMs = 5000;
const maxCached = 10_000;

export function createIntrospection(
  discovery: Kept<Discovery>,
  broker: BrokerClient,
  outgoing: Outgoing,
  now: () => Date,
): Introspection {
  const answers = new Map<string, Answered>();
  return async (token, mayCache) => {
    const key = createHash('sha256').update(token).digest('base64url');
    const nowMs = now().getTime();
    const kept = mayCache ? answers.get(key) : undefined;
    // An answer from the future is of unknown age: the clock was set back.
    if (kept !== undefined && kept.atMs <= nowMs && nowMs - kept.atMs < cacheMs)
      return { payload: kept.payload };
    answers.delete(key);
    const payload = await ask(token, discovery, broker, outgoing);
    if (payload === 'unavailable') return { row: 'unavailable', why: 'introspection does not answer' };
    if (payload.active !== true) return { row: 'invalid-token', why: 'The token is not active' };
    if (mayCache) {
      if (answers.size >= maxCached) answers.clear();
      answers.set(key, { payload, atMs: nowMs });
    }
    return { payload };
  };
}

async function ask(
  token: string,
  discovery: Kept<Discovery>,
  broker: BrokerClient,
  outgoing: Outgoing,
): Promise<Record<string, unknown> | 'unavailable'> {
  try {
    const url = (await discovery.get())?.introspectionEndpoint;
    if (url === undefined) return 'unavailable';
    const form = new URLSearchParams({ token, ...(await broker.assertion()) });
    const { status, text } = await outgoing({ url, form, maxBytes: smallDocumentBytes });
    const body: unknown = JSON.parse(text);
    if (!isRecord(body)) return 'unavailable';
    // A JWT is not introspected at all (oidc-provider): it is simply the wrong kind of token here.
    if (status === 400 && body.error === 'unsupported_token_type') return { active: false };
    return status === 200 ? body : 'unavailable';
  } catch {
    return 'unavailable';
  }
}
