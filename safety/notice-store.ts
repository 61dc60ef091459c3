import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { NoticeKind } from '../assurance/notify.ts';

/** 0 rows: this was told before. */
export const insertNotice = (
  db: Database,
  row: {
    id: string;
    accountId: string;
    kind: NoticeKind;
    key: string;
    facts: Readonly<Record<string, string>>;
  },
  now: Date,
) =>
  db.run(sql`
    insert into notice_shown (id, account_id, kind, notice_key, facts, at)
    values (${row.id}, ${row.accountId}, ${row.kind}, ${row.key}, ${JSON.stringify(row.facts)}, ${now})
    on conflict (account_id, kind, notice_key) do nothing`);

export const findNotices = (db: Database, accountId: string, since: Date) =>
  db.rows<{ id: string; kind: NoticeKind; facts: unknown; at: Date }>(sql`
    select id, kind, facts, at from notice_shown where account_id = ${accountId} and at > ${since}
    order by at desc, id desc limit 20`);

export async function countNotices(
  db: Database,
  where: { accountId: string; kind: NoticeKind; since: Date },
): Promise<number> {
  const row = await db.row<{ n: number }>(sql`
    select count(*) as n from notice_shown
    where account_id = ${where.accountId} and kind = ${where.kind} and at > ${where.since}`);
  return row?.n ?? 0;
}

export const insertNotMeLink = (
  db: Database,
  row: { tokenKey: Buffer; accountId: string; noticeId: string; expiresAt: Date },
) =>
  db.run(sql`
    insert into not_me_link (token_key, account_id, notice_id, expires_at)
    values (${row.tokenKey}, ${row.accountId}, ${row.noticeId}, ${row.expiresAt})`);

export type NotMeRow = { account_id: string; kind: NoticeKind; at: Date };

export const findNotMeLink = (db: Database, tokenKey: Buffer, now: Date) =>
  db.row<NotMeRow>(sql`
    select l.account_id, n.kind, n.at from not_me_link l join notice_shown n on n.id = l.notice_id
    where l.token_key = ${tokenKey} and l.used_at is null and l.expires_at > ${now}`);

/** Of several at once one gets the row. */
export const useNotMeLink = (db: Database, tokenKey: Buffer, now: Date) =>
  db.row<{ account_id: string }>(sql`
    update not_me_link set used_at = ${now}
    where token_key = ${tokenKey} and used_at is null and expires_at > ${now} returning account_id`);

/** A worker's batch of bindings that end soon: each is taken once, by one process. */
export const takeEndingBindings = (db: Database, before: Date, now: Date) =>
  db.rows<{ id: string; account_id: string; expires_at: Date }>(sql`
    update identity_binding set expiry_noticed_at = ${now}
    where id in (select id from identity_binding
      where ended_at is null and expiry_noticed_at is null and expires_at <= ${before} and expires_at > ${now}
      order by expires_at limit 50 for update skip locked)
    returning id, account_id, expires_at`);
