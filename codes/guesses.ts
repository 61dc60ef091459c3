// Guesses at codes: what one costs, in one statement before anything is compared, and what a right one
// gives back. Read-check-write let 300 of 300 parallel guesses through when measured.
// All of them take the rows in one order (the account's budget, the code, the wrong ones in a row), or
// two guesses of one account would wait for each other.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { MOST_WRONG } from './code-trouble.ts';
import type { MessageChannel } from './message-gateway.ts';

/** Wrong ones of an account in 24 hours; the next one locks the code step for an hour, on every path (protocol design 9). */
export const GUESSES_PER_DAY = 10;
const DAY_MS = 86_400_000;
const LOCK_MS = 3_600_000;

export type LiveOtp = {
  id: string;
  purpose: string;
  channel: MessageChannel;
  account_id: string;
  phone_sealed: Buffer;
  code_mac: Buffer;
  key_id: string;
  attempts: number;
  max_attempts: number;
  /** Codes of the account in a row that are not known to be right, this one included. Null: no more may be compared. */
  unproven: number | null;
};

export type Guess =
  | { readonly outcome: 'locked' }
  /** There is no live code, or no guess at it is left. */
  | { readonly outcome: 'dead' }
  | { readonly outcome: 'reserved'; readonly otp: LiveOtp };

type Row = { points: number } & (LiveOtp | { [name in keyof LiveOtp]: null });

/**
 * Takes one guess of the account's day, of the code and of the wrong codes in a row, before anything is
 * compared. Commits on its own: a transaction that ends in "wrong code" must not take it back.
 */
export async function reserveGuess(
  db: Database,
  { transactionId, accountId, perDay }: { transactionId: string; accountId: string; perDay: number },
  now: Date,
): Promise<Guess> {
  const nowMs = now.getTime();
  const row = await db.apart(() =>
    db.row<Row>(sql`
      with guess as (
        insert into rate_limit as r (key, points, expire) values (${budgetOf(accountId)}, 1, ${nowMs + DAY_MS}::bigint)
        on conflict (key) do update set
          points = case when r.expire <= ${nowMs}::bigint then 1 else r.points + 1 end,
          expire = case when r.expire <= ${nowMs}::bigint then excluded.expire
            when r.points = ${perDay}::int then ${nowMs + LOCK_MS}::bigint else r.expire end
        returning points),
      live as (
        update otp set attempts = attempts + 1, last_attempt_at = ${now}
        where transaction_id = ${transactionId} and consumed_at is null and superseded_at is null
          and expires_at > ${now} and attempts < max_attempts and (select points from guess) <= ${perDay}::int
        returning id, purpose, channel, account_id, phone_sealed, code_mac, key_id, attempts, max_attempts),
      trouble as (
        insert into code_trouble as t (account_id, wrong) select account_id, 1 from live
        on conflict (account_id) do update set wrong = t.wrong + 1 where t.disabled_at is null and t.wrong < ${MOST_WRONG}
        returning wrong)
      select (select points from guess) as points, live.*, (select wrong from trouble) as unproven
      from (values (1)) as one left join live on true`),
  );
  if (row === undefined) throw new Error('a guess left no row'); // the left join answers always
  if (row.points > perDay) return { outcome: 'locked' };
  return row.id === null ? { outcome: 'dead' } : { outcome: 'reserved', otp: row };
}

/** Gives back the account's guess where nothing was compared. */
export const returnGuess = (db: Database, accountId: string): Promise<number> =>
  db.apart(() =>
    db.run(sql`update rate_limit set points = points - 1 where key = ${budgetOf(accountId)} and points > 0`),
  );

/**
 * The code was right: it is used, the row of wrong ones ends and the guess comes back.
 * @returns false when another answer used it first; that was no wrong code either
 */
export async function consumeOtp(
  db: Database,
  { id, accountId }: { id: string; accountId: string },
  now: Date,
): Promise<boolean> {
  const row = await db.row(sql`
    with back as (
      update rate_limit set points = points - 1 where key = ${budgetOf(accountId)} and points > 0 returning key),
    used as (
      update otp set consumed_at = ${now}
      where id = ${id} and consumed_at is null and superseded_at is null and (select count(*) from back) >= 0
      returning account_id),
    calm as (
      delete from code_trouble t using used where t.account_id = used.account_id and t.disabled_at is null),
    uncounted as (
      update code_trouble set wrong = wrong - 1
      where account_id = ${accountId} and disabled_at is null and wrong > 0 and not exists (select from used))
    select account_id from used`);
  return row !== undefined;
}

const budgetOf = (accountId: string) => `guess-day:${accountId}`;
