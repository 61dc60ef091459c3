// What the endpoint can say no with (protocol design 6). Descriptions are ASCII and tell nothing of
// anybody: one text for a foreign app's token, an expired and a used one.

import { Refusal } from '../../errors.ts';

const ANSWERS = {
  slow_down: { status: 429, text: 'Too many requests' },
  invalid_request: { status: 400, text: 'The request is malformed' },
  invalid_client: { status: 401, text: 'Unknown client' },
  unauthorized_client: { status: 400, text: 'Only first-party clients may ask here' },
  use_dpop_nonce: { status: 400, text: 'A nonce is required in the DPoP proof' },
  invalid_dpop_proof: { status: 400, text: 'The DPoP proof is not accepted' },
  invalid_session: { status: 400, text: 'The session is not known; sign in again' },
  invalid_scope: { status: 400, text: 'The scope is not known' },
  invalid_target: { status: 400, text: 'The resource is not known' },
  invalid_grant: { status: 400, text: 'The evidence is not accepted' },
  access_denied: { status: 400, text: 'Not continued' },
  unmet_authentication_requirements: { status: 400, text: 'The level cannot be reached' },
  redirect_to_web: { status: 400, text: 'This goes on in a browser' },
  temporarily_unavailable: { status: 503, text: 'Try again in a moment' },
} as const;

export type ChallengeWord = keyof typeof ANSWERS;

/** Thrown anywhere below the endpoint, answered by it. `more` goes into the body. */
export class Trouble extends Error {
  readonly word: ChallengeWord;
  readonly more: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    word: ChallengeWord,
    given: { detail?: string; more?: Readonly<Record<string, string>>; retryAfterSeconds?: number } = {},
  ) {
    super(given.detail ?? word);
    this.name = 'Trouble';
    this.word = word;
    this.more = given.more ?? {};
    // Who is told to come again is told when.
    this.retryAfterSeconds = given.retryAfterSeconds ?? (word === 'temporarily_unavailable' ? 5 : undefined);
  }

  /** The same with more in its body. */
  with(more: Readonly<Record<string, string>>): Trouble {
    const { word, message: detail, retryAfterSeconds } = this;
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new Trouble(word, { detail, more: { ...this.more, ...more }, ...wait });
  }

  get status(): number {
    return ANSWERS[this.word].status;
  }

  get body(): object {
    return { error: this.word, error_description: ANSWERS[this.word].text, ...this.more };
  }
}

/** The protocol's word for a refusal of the house; undefined: a bug. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof Trouble) return error;
  if (!(error instanceof Refusal)) return undefined;
  const detail = error.reason;
  switch (error.kind) {
    case 'throttled':
      return new Trouble('slow_down', { detail, retryAfterSeconds: error.retryAfterSeconds ?? 60 });
    case 'unavailable':
      return new Trouble('temporarily_unavailable', {
        detail,
        ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
      });
    case 'conflict':
      // Somebody else answered the same step first.
      return new Trouble('invalid_session', { detail });
    case 'forbidden':
      return new Trouble('access_denied', { detail });
    default:
      return new Trouble('invalid_request', { detail });
  }
}
