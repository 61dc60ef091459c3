import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** 1 for the first use of a signed event by this user of it, 0 for every other. */
export const insertEvent = (db: Database, { key, usedBy }: { key: Buffer; usedBy: string }, now: Date) =>
  db.run(sql`
    insert into oa_event (event_key, used_by, used_at) values (${key}, ${usedBy}, ${now}) on conflict (event_key, used_by) do nothing`);

/**
 * Whose chat this is: an open account only. In a transaction the link stays until it ends, so that whoever ends
 * it waits for a token that is being made, and dates the watermark after it (accounts/watermark.ts).
 */
export const findLinked = (db: Database, { oaId, userKey }: { oaId: string; userKey: Buffer }) =>
  db.row<{ account_id: string }>(sql`
    select l.account_id from oa_link l join account a on a.id = l.account_id and a.locked_at is null
    where l.oa_id = ${oaId} and l.oa_user_key = ${userKey} and l.ended_at is null for share of l`);

export const findLink = (db: Database, { oaId, accountId }: { oaId: string; accountId: string }) =>
  db.row<{ linked_at: Date }>(sql`
    select linked_at from oa_link where account_id = ${accountId} and oa_id = ${oaId} and ended_at is null`);

/** What stands in the way of a new link: the chat's old account, the account's old chat. */
export const replaceLinks = (
  db: Database,
  { oaId, userKey, accountId }: { oaId: string; userKey: Buffer; accountId: string },
  now: Date,
) =>
  db.rows<{ account_id: string }>(sql`
    update oa_link set ended_at = ${now}, end_reason = 'replaced'
    where oa_id = ${oaId} and ended_at is null and (oa_user_key = ${userKey} or account_id = ${accountId})
    returning account_id`);

/** 0 rows: another link of this chat or account was made at the same moment. */
export const insertLink = (
  db: Database,
  row: { id: string; oaId: string; userKey: Buffer; accountId: string },
  now: Date,
) =>
  db.run(sql`
    insert into oa_link (id, oa_id, oa_user_key, account_id, linked_at)
    values (${row.id}, ${row.oaId}, ${row.userKey}, ${row.accountId}, ${now}) on conflict do nothing`);

export const endLink = (db: Database, { oaId, accountId }: { oaId: string; accountId: string }, now: Date) =>
  db.run(sql`
    update oa_link set ended_at = ${now}, end_reason = 'citizen'
    where account_id = ${accountId} and oa_id = ${oaId} and ended_at is null`);

/** The one before is good no longer. */
export const putCode = (
  db: Database,
  row: { accountId: string; oaId: string; codeKey: Buffer; expiresAt: Date },
) =>
  db.run(sql`
    insert into oa_link_code (account_id, oa_id, code_key, expires_at)
    values (${row.accountId}, ${row.oaId}, ${row.codeKey}, ${row.expiresAt})
    on conflict (account_id, oa_id) do update set code_key = excluded.code_key, expires_at = excluded.expires_at`);

/** Taken away with its use: of several at once one gets the row. */
export const useCode = (db: Database, { oaId, codeKey }: { oaId: string; codeKey: Buffer }, now: Date) =>
  db.row<{ account_id: string }>(sql`
    delete from oa_link_code c using account a
    where c.code_key = ${codeKey} and c.oa_id = ${oaId} and c.expires_at > ${now} and a.id = c.account_id and a.locked_at is null
    returning c.account_id`);

export const dropCode = (db: Database, { oaId, accountId }: { oaId: string; accountId: string }) =>
  db.run(sql`delete from oa_link_code where account_id = ${accountId} and oa_id = ${oaId}`);
