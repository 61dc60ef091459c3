// Every refusal in the house is one class with a closed list of kinds. Outcomes a person
// reaches by living normally (a wrong code, an expired link) are returned values instead.
// Two tables translate refusals at the border: web/errors.ts and provider/errors.ts.

export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'throttled'
  | 'unavailable';

/**
 * A broken client, an attacker or an outage. `message` is for operators: it names no person,
 * no secret and no token, because it reaches the log. `reason` is a stable word for metrics.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: RefusalKind,
    message: string,
    more: { reason?: string; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'Refusal';
    this.kind = kind;
    this.reason = more.reason ?? kind;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
