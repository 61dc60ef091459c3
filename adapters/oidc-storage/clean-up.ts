// Expired rows go in bounded batches, found by ctid and skipping locked ones, so that clean-up
// never makes a login wait. Rows stay a day longer for reuse detection and investigation.

import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';

const BATCH = 2_000;

/** Deletes one batch from each table. @returns how many rows went; call again while it is a full batch */
export async function removeExpired(db: Database): Promise<number> {
  const counts = await Promise.all([
    db.run(sql`delete from oidc_artifact where ctid = any(array(select ctid from oidc_artifact where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from oidc_session where ctid = any(array(select ctid from oidc_session where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from oidc_grant where ctid = any(array(select ctid from oidc_grant where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from oidc_replay where ctid = any(array(select ctid from oidc_replay where expires_at < now() - interval '1 minute' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from upstream_state where ctid = any(array(select ctid from upstream_state where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from watermark where ctid = any(array(select ctid from watermark where created_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`),
    db.run(sql`delete from rate_limit where ctid = any(array(select ctid from rate_limit where expire < extract(epoch from now()) * 1000 limit ${BATCH} for update skip locked))`),
  ]); // prettier-ignore
  return Math.max(...counts);
}
