// Whether the code of a transaction may go out through Zalo: the facts for policies/code-channel.ts.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { isUndelivered, mayFallBack } from '../policies/code-channel.ts';
import type { OtpRow } from './otp-store.ts';

export type Fallback = {
  readonly znsOffered: boolean;
  /** The SMS gateway tells us what became of each message. */
  readonly smsReports: boolean;
};

export async function isFallbackOpen(
  db: Database,
  { znsOffered, smsReports }: Fallback,
  /** Steps proven in the transaction of this code. */
  { proven, latest }: { readonly proven: ReadonlySet<string>; readonly latest: OtpRow },
  now: Date,
): Promise<boolean> {
  // Inherited guesses are used up too: a fallback is no way to five more.
  if (!znsOffered || latest.channel !== 'sms' || latest.consumed_at !== null) return false;
  if (latest.message_id === null || latest.attempts >= latest.max_attempts) return false;
  const message = await findMessageFate(db, latest.message_id);
  // Undefined: cleared away, so it is long ago that somebody could have waited for it.
  const undelivered = message !== undefined && isUndelivered(message, smsReports, now);
  return mayFallBack({ znsOffered, undelivered, proven });
}

async function findMessageFate(db: Database, id: string) {
  const row = await db.row<{
    created_at: Date;
    done_at: Date | null;
    outcome: string | null;
    delivery_state: 'delivered' | 'failed' | null;
  }>(sql`select created_at, done_at, outcome, delivery_state from message_outbox where id = ${id}`);
  if (row === undefined) return undefined;
  return {
    queuedAt: row.created_at,
    done: row.done_at === null ? undefined : { at: row.done_at, accepted: row.outcome === 'accepted' },
    delivery: row.delivery_state ?? undefined,
  };
}
