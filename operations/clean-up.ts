// Rows whose time is over go in bounded batches, found by ctid and skipping locked ones, so that
// clean-up never makes a sign-in wait. How long each kind of row is kept stands in its column labels.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

const BATCH = 2_000;

/** Removes one batch from each table. @returns the largest count; call again while it is a full batch */
export async function removeExpired(db: Database): Promise<number> {
  // One after the other: clean-up takes one connection of the pool, not all of it.
  let most = 0;
  for (const statement of [
    // Protocol state stays a day longer, for reuse detection and investigation.
    sql`delete from oidc_artifact where ctid = any(array(
      select ctid from oidc_artifact where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_session where ctid = any(array(
      select ctid from oidc_session where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_grant where ctid = any(array(
      select ctid from oidc_grant where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from upstream_state where ctid = any(array(
      select ctid from upstream_state where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_replay where ctid = any(array(
      select ctid from oidc_replay where expires_at < now() - interval '1 minute' limit ${BATCH} for update skip locked))`,
    sql`delete from watermark where ctid = any(array(
      select ctid from watermark where created_at < now() - interval '1 hour' limit ${BATCH} for update skip locked))`,
    sql`delete from rate_limit where ctid = any(array(
      select ctid from rate_limit where expire < extract(epoch from now()) * 1000 limit ${BATCH} for update skip locked))`,
    sql`delete from otp where ctid = any(array(
      select ctid from otp where created_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from message_outbox where ctid = any(array(
      select ctid from message_outbox where done_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    // A step-up that was left lying keeps no phone and no identity.
    sql`update authn_tx set pending = null, state = 'expired' where ctid = any(array(
      select ctid from authn_tx where pending is not null and expires_at < now() limit ${BATCH} for update skip locked))`,
  ]) {
    most = Math.max(most, await db.run(statement));
  }
  return most;
}
