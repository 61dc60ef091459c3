// What can go wrong, as a closed list. An app shows one sentence a code; nothing here ever holds a
// token, a code or a number, so a message may go to a log.

export type Trouble =
  /** The citizen stopped: a permission refused in Zalo, or `null` from `onStep`. */
  | 'declined'
  /** No answer at all. Nothing was done, or nothing is known of it: try again. */
  | 'offline'
  /** Zalo gave no evidence, or the broker could not reach Zalo. */
  | 'zalo_unavailable'
  /** The broker or what it asks is down, or there were too many tries. See `retryAfterSeconds`. */
  | 'busy'
  /** The steps took too long, or another part of the app went on: begin the act again. */
  | 'expired'
  /** The broker says no: refused consent, used-up tries, another person, no scope left. */
  | 'denied'
  /** This has to be done in the browser, at `uri`. */
  | 'redirect_to_web'
  /** The level that the act needs cannot be reached by this citizen in this app. */
  | 'unmet'
  /** This webview has no WebCrypto: Zalo must be updated. */
  | 'unsupported'
  /** The broker and this package do not understand each other: a fault to report. */
  | 'protocol';

export class TayNinhIdError extends Error {
  override readonly name = 'TayNinhIdError';
  readonly code: Trouble;
  /** When to try again, if the broker said so. */
  readonly retryAfterSeconds: number | undefined;
  /** `redirect_to_web` only: https, ready to be opened in the phone's browser. */
  readonly uri: string | undefined;

  constructor(
    code: Trouble,
    message: string,
    more: { retryAfterSeconds?: number | undefined; uri?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.uri = more.uri;
  }
}

/** Worth another try with the same answer; the flow has not ended. */
export const isPassing = (error: unknown): error is TayNinhIdError =>
  error instanceof TayNinhIdError &&
  (error.code === 'offline' || error.code === 'busy' || error.code === 'zalo_unavailable');
