// Before the first citizen comes: does Zalo know this app, and may this address ask? Two calls that
// are meant to be refused, with a code and a token nobody was given. Contract §1, §2.3, §3, §10.

import { randomBytes } from 'node:crypto';
import { ask, openClient, type Answered, type ZaloAccess } from './client.ts';
import { classOf, type FailureClass, type ZaloEndpoint, type ZaloFailure } from './failures.ts';
import { graphCall, readProfileAnswer } from './graph-wire.ts';
import { exchangeCode } from './login.ts';

export type SelfCheck = {
  readonly endpoint: ZaloEndpoint;
  /** `good`: Zalo refused exactly what is wrong with the question. */
  readonly result: 'good' | ZaloFailure;
  readonly class: 'good' | FailureClass;
  /** Zalo's error number, where it gave one. */
  readonly error: number | undefined;
};

/** Never rejects and decides nothing: Zalo may be down while we start. At most 11 s a call. */
export async function checkZalo(access: ZaloAccess): Promise<readonly SelfCheck[]> {
  const client = openClient(access);
  const madeUp = `tayninh-self-check-${randomBytes(16).toString('base64url')}`;
  const [exchange, profile] = await Promise.all([
    exchangeCode(client, { code: madeUp, codeVerifier: randomBytes(32).toString('base64url') }),
    ask(client, {
      endpoint: 'me',
      request: graphCall(client, '/v2.0/me?fields=id', madeUp),
      read: (answer) => readProfileAnswer(client.appId, answer),
      secrets: [madeUp],
      repeated: true,
    }),
  ]);
  // -14005 comes after app, secret and grant were found right (contract §7).
  return [verdict('access_token', exchange, 'code_refused'), verdict('me', profile, 'token_refused')];
}

function verdict(endpoint: ZaloEndpoint, answer: Answered<unknown>, expected: ZaloFailure): SelfCheck {
  // A made-up code or token that works is not the Zalo we know.
  const result = answer.ok ? 'unexpected_shape' : answer.failure === expected ? 'good' : answer.failure;
  const error = answer.ok ? undefined : answer.words.error;
  return { endpoint, result, class: result === 'good' ? 'good' : classOf(result), error };
}
