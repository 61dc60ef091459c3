// Which channel may carry a code, and what a code that came over it is worth. Pure (decision 0014).
// The sign-in itself comes from Zalo, so a code that Zalo delivers is no second, independent thing:
// it says that the number answers, never that somebody else than the Zalo account is here.

export type CodeChannel = 'sms' | 'zns';

/** Contract identity-vn 10 and 11: only SMS is a factor independent of a Zalo login. */
export const isIndependentFactor = (channel: CodeChannel): boolean => channel === 'sms';

/** amr of a right code: a service that asks for `sms` is not served with `zns`. */
export const amrOfCode = (channel: CodeChannel): readonly string[] => ['otp', channel];

/**
 * Whether the steps proven in this transaction and a right code make level 2 for somebody who is
 * identified. With a code through Zalo, VNeID in the same transaction is the independent factor; a chip
 * or a printed card is none, because nothing in them says that it was read just now.
 */
export const codeCompletes = (channel: CodeChannel, proven: ReadonlySet<string>): boolean =>
  isIndependentFactor(channel) || proven.has('vneid');

/** What became of the message with the code. */
export type MessageFate = {
  readonly queuedAt: Date;
  /** The gateway took or refused it, or it was given up. */
  readonly done: { readonly at: Date; readonly accepted: boolean } | undefined;
  readonly delivery: 'delivered' | 'failed' | undefined;
};

const PATIENCE_MS = 20_000;

/** "Not delivered", which is not the same as "not typed" (protocol design 9). */
export function isUndelivered(
  { queuedAt, done, delivery }: MessageFate,
  /** Whether the gateway tells us of deliveries: where it does not, silence says nothing. */
  reportsDelivery: boolean,
  now: Date,
): boolean {
  if (delivery !== undefined) return delivery === 'failed';
  if (done === undefined) return now.getTime() - queuedAt.getTime() >= PATIENCE_MS;
  if (!done.accepted) return true;
  return reportsDelivery && now.getTime() - done.at.getTime() >= PATIENCE_MS;
}

/** Whether a code may go out through Zalo instead: beside VNeID, and only when the SMS was not delivered. */
export const mayFallBack = (facts: {
  readonly znsOffered: boolean;
  readonly proven: ReadonlySet<string>;
  readonly undelivered: boolean;
}): boolean => facts.znsOffered && facts.undelivered && codeCompletes('zns', facts.proven);
