// One question to the broker and what its answer means. Knows which refusals pass by themselves and
// waits for them; knows no flow.

import { isRecord, readChallenge, readTransaction, type Challenge, type Transaction } from './challenge.ts';
import type { Line } from './line.ts';
import { isSafe } from './place.ts';
import { isPassing, TayNinhIdError, type Trouble } from './trouble.ts';

export type Form = Readonly<Record<string, string>>;

export type Outcome =
  | { readonly kind: 'code'; readonly code: string; readonly session: string }
  | {
      readonly kind: 'step';
      readonly challenge: Challenge;
      readonly transaction: Transaction | undefined;
      /** None before the first evidence is complete. */
      readonly session: string | undefined;
    }
  /** The two refusals a flow can do something about. */
  | { readonly kind: 'refused'; readonly error: 'invalid_session' | 'invalid_grant' };

export type Issued = {
  readonly accessToken: string;
  readonly scope: string | undefined;
  readonly seconds: number;
};

export type BrokerDoor = {
  readonly issuer: string;
  readonly clientId: string;
  readonly line: Line;
  readonly language: () => string;
};

const timeoutMs = 30_000; // longer than the broker waits for Zalo twice
const tries = 3;
const patienceSeconds = 6; // over all tries: a citizen looks at a still screen no longer

/** `keep`: told of a session that comes with a refusal, after a sign-in that got no further. @throws TayNinhIdError */
export async function challenge(
  door: BrokerDoor,
  form: Form,
  keep?: (session: string) => void,
): Promise<Outcome> {
  const { ok, body } = await patiently(() => post(door, '/authorize-challenge', new URLSearchParams(form)));
  const session = body['auth_session'];
  if (ok && typeof body['authorization_code'] === 'string' && typeof session === 'string')
    return { kind: 'code', code: body['authorization_code'], session };
  const error = body['error'];
  if (error === 'insufficient_authorization') {
    const asked = {
      challenge: readChallenge(body['challenge']),
      transaction: readTransaction(body['transaction']),
    };
    return { kind: 'step', ...asked, session: typeof session === 'string' ? session : undefined };
  }
  if (error === 'invalid_session' || error === 'invalid_grant') return { kind: 'refused', error };
  if (typeof session === 'string') keep?.(session);
  throw refusal(error, body);
}

/**
 * Redeems a code. Asked once: a code sent twice looks stolen, and ends the citizen's session.
 * @throws TayNinhIdError; `offline`, `busy` and `expired` leave the session as it was
 */
export async function redeem(door: BrokerDoor, form: Form): Promise<Issued> {
  const { ok, body } = await post(door, '/token', new URLSearchParams(form));
  const { access_token: accessToken, token_type: type, expires_in: seconds, scope } = body;
  if (!ok) {
    if (body['error'] === 'invalid_grant') throw new TayNinhIdError('expired', 'the code was too old');
    throw refusal(body['error'], body);
  }
  if (
    typeof accessToken !== 'string' ||
    typeof type !== 'string' ||
    type.toLowerCase() !== 'dpop' ||
    typeof seconds !== 'number'
  )
    throw new TayNinhIdError('protocol', 'the broker answered without a token');
  return { accessToken, scope: typeof scope === 'string' ? scope : undefined, seconds };
}

/** What `scanNFC` read, to where the challenge says. @returns why it was not believed @throws TayNinhIdError */
export async function uploadChip(
  door: BrokerDoor,
  to: { upload: string; nonce: string },
  scan: unknown,
): Promise<string | undefined> {
  if (new URL(to.upload).origin !== new URL(door.issuer).origin)
    throw new TayNinhIdError('protocol', 'the chip may only be sent to the broker');
  const json = typeof scan === 'string' ? scan : JSON.stringify(scan);
  const headers = {
    'content-type': 'application/json',
    'x-upload-nonce': to.nonce,
    'x-client-id': door.clientId,
  };
  const { ok, body } = await patiently(() => post(door, to.upload, json, headers));
  if (ok) return undefined;
  const { error, reason } = body;
  if (error !== 'chip_refused') throw refusal(error, body);
  return typeof reason === 'string' && /^[a-z_]{1,40}$/.test(reason) ? reason : 'failed';
}

type Answer = { readonly ok: boolean; readonly body: Readonly<Record<string, unknown>> };

async function post(
  { issuer, line, language }: BrokerDoor,
  place: string,
  body: URLSearchParams | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), timeoutMs);
  try {
    const response = await line.send({
      method: 'POST',
      url: place.startsWith('/') ? `${issuer}${place}` : place,
      headers: { 'accept-language': language(), accept: 'application/json', ...headers },
      body,
      signal: clock.signal,
    });
    const text = await response.text();
    if (response.status === 429 || response.status >= 500) {
      throw new TayNinhIdError('busy', `the broker answered ${response.status}`, {
        retryAfterSeconds: secondsOf(response.headers.get('retry-after')),
      });
    }
    return { ok: response.ok, body: parsed(text) };
  } catch (error) {
    if (error instanceof TayNinhIdError) throw error;
    // Cut off in the middle of an answer, or no answer in time.
    throw new TayNinhIdError('offline', 'the broker did not answer in time', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

// The same words again, twice at most: the broker gives no new session with a 429 or a 503. After a lost
// answer the session may have moved on; then the broker says invalid_session, which the flow understands.
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  let waited = 0;
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      const seconds = isPassing(error) ? (error.retryAfterSeconds ?? 1) : 0;
      waited += seconds;
      if (!isPassing(error) || left === 0 || waited > patienceSeconds) throw error;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

const troubles: Readonly<Record<string, Trouble>> = {
  access_denied: 'denied',
  unmet_authentication_requirements: 'unmet',
  invalid_session: 'expired',
  slow_down: 'busy',
  temporarily_unavailable: 'busy',
};

function refusal(error: unknown, body: Readonly<Record<string, unknown>>): TayNinhIdError {
  const uri = body['web_uri'];
  if (error === 'redirect_to_web' && typeof uri === 'string' && isSafe(uri))
    return new TayNinhIdError('redirect_to_web', 'this goes on in the browser', { uri });
  // The broker's own word for it, never its sentence: what is logged must be known beforehand.
  const word = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : 'something unknown';
  return new TayNinhIdError(troubles[word] ?? 'protocol', `the broker said ${word}`);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // A page of some proxy: handled below like every answer that is none.
  }
  throw new TayNinhIdError('protocol', 'the broker answered with something that is not JSON');
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
