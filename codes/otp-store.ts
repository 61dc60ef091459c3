import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { MessageChannel } from './message-gateway.ts';

export type OtpRow = {
  id: string;
  purpose: string;
  channel: MessageChannel;
  phone_sealed: Buffer;
  message_id: string | null;
  attempts: number;
  max_attempts: number;
  send_number: number;
  resend_after: Date;
  created_at: Date;
  expires_at: Date;
  consumed_at: Date | null;
};

/** The newest of a transaction: the highest send, and of that the one that went out last. */
export const findLatestOtp = (db: Database, transactionId: string) =>
  db.row<OtpRow>(sql`
    select id, purpose, channel, phone_sealed, message_id, attempts, max_attempts, send_number, resend_after, created_at, expires_at, consumed_at
    from otp where transaction_id = ${transactionId}
    order by send_number desc, superseded_at is not null, created_at desc limit 1`);

/** One send of a transaction at a time: they would charge budgets twice and end each other's codes. */
export const lockSends = (db: Database, transactionId: string) =>
  db.run(sql`select id from authn_tx where id = ${transactionId} for update`);

/** By id: a send that comes second must not end the code of the one that came first. */
export const supersedeOtp = (db: Database, id: string, now: Date) =>
  db.run(sql`
    update otp set superseded_at = ${now} where id = ${id} and consumed_at is null and superseded_at is null`);

export const insertOtp = (
  db: Database,
  row: {
    id: string;
    transactionId: string;
    accountId: string;
    purpose: string;
    phoneKey: Buffer;
    phoneSealed: Buffer;
    prefixKey: string;
    networkKey: string;
    channel: MessageChannel;
    codeMac: Buffer;
    keyId: string;
    attempts: number;
    maxAttempts: number;
    sendNumber: number;
    resendAfter: Date;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into otp (id, transaction_id, account_id, purpose, phone_key, phone_sealed, prefix_key, network_key, channel, code_mac, key_id, attempts, max_attempts, send_number, resend_after, created_at, expires_at)
    values (${row.id}, ${row.transactionId}, ${row.accountId}, ${row.purpose}, ${row.phoneKey}, ${row.phoneSealed}, ${row.prefixKey}, ${row.networkKey},
      ${row.channel}, ${row.codeMac}, ${row.keyId}, ${row.attempts}, ${row.maxAttempts}, ${row.sendNumber}, ${row.resendAfter}, ${now}, ${row.expiresAt})
    on conflict do nothing`);

export const setOtpMessage = (db: Database, id: string, messageId: string) =>
  db.run(sql`update otp set message_id = ${messageId} where id = ${id}`);

/** Guesses at the code of this transaction that is alive. Read after it was superseded, none can be added. */
export const findAttempts = (db: Database, id: string) =>
  db.row<{ attempts: number }>(sql`select attempts from otp where id = ${id}`);
