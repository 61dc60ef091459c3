import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type OtpRow = {
  id: string;
  purpose: string;
  phone_sealed: Buffer;
  attempts: number;
  max_attempts: number;
  send_number: number;
  resend_after: Date;
  expires_at: Date;
  consumed_at: Date | null;
};

export const findLatestOtp = (db: Database, transactionId: string) =>
  db.row<OtpRow>(sql`
    select id, purpose, phone_sealed, attempts, max_attempts, send_number, resend_after, expires_at, consumed_at
    from otp where transaction_id = ${transactionId} order by send_number desc limit 1`);

export const supersedeOtp = (db: Database, transactionId: string, now: Date) =>
  db.run(sql`
    update otp set superseded_at = ${now}
    where transaction_id = ${transactionId} and consumed_at is null and superseded_at is null`);

export const insertOtp = (
  db: Database,
  row: {
    id: string;
    transactionId: string;
    accountId: string;
    purpose: string;
    phoneKey: Buffer;
    phoneSealed: Buffer;
    codeMac: Buffer;
    keyId: string;
    maxAttempts: number;
    sendNumber: number;
    resendAfter: Date;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into otp (id, transaction_id, account_id, purpose, phone_key, phone_sealed, channel, code_mac, key_id, max_attempts, send_number, resend_after, created_at, expires_at)
    values (${row.id}, ${row.transactionId}, ${row.accountId}, ${row.purpose}, ${row.phoneKey}, ${row.phoneSealed}, 'sms', ${row.codeMac}, ${row.keyId},
      ${row.maxAttempts}, ${row.sendNumber}, ${row.resendAfter}, ${now}, ${row.expiresAt})
    on conflict do nothing`);

/** Reserves one guess before anything is compared; commits on its own. No row: no guess left, or no live code. */
export const reserveGuess = (db: Database, transactionId: string, now: Date) =>
  db.row<{
    id: string;
    purpose: string;
    account_id: string;
    phone_sealed: Buffer;
    code_mac: Buffer;
    key_id: string;
    attempts: number;
    max_attempts: number;
  }>(sql`
    update otp set attempts = attempts + 1, last_attempt_at = ${now}
    where transaction_id = ${transactionId} and consumed_at is null and superseded_at is null
      and expires_at > ${now} and attempts < max_attempts
    returning id, purpose, account_id, phone_sealed, code_mac, key_id, attempts, max_attempts`);

export const consumeOtp = (db: Database, id: string, now: Date) =>
  db.run(sql`
    update otp set consumed_at = ${now} where id = ${id} and consumed_at is null and superseded_at is null`);
