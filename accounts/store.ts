import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export const findZaloLink = (db: Database, appId: string, zaloId: string) =>
  db.row<{ id: string; account_id: string; locked_at: Date | null }>(sql`
    select l.id, l.account_id, a.locked_at from zalo_link l join account a on a.id = l.account_id
    where l.app_id = ${appId} and l.zalo_id = ${zaloId} and l.ended_at is null`);

/** Account and link in one statement. 0 rows: somebody else linked this Zalo id first, and the account stands alone. */
export const insertAccountWithLink = (
  db: Database,
  row: {
    accountId: string;
    linkId: string;
    appId: string;
    zaloId: string;
    nameSealed: Buffer | undefined;
  },
  now: Date,
) =>
  db.run(sql`
    with fresh as (insert into account (id, created_at) values (${row.accountId}, ${now}) returning id)
    insert into zalo_link (id, account_id, app_id, zalo_id, name_sealed, linked_at)
    select ${row.linkId}, id, ${row.appId}, ${row.zaloId}, ${row.nameSealed}, ${now} from fresh
    on conflict (app_id, zalo_id) where ended_at is null do nothing`);

export const deleteUnlinkedAccount = (db: Database, id: string) =>
  db.run(sql`delete from account where id = ${id}`);

export const updateZaloName = (db: Database, linkId: string, nameSealed: Buffer) =>
  db.run(sql`update zalo_link set name_sealed = ${nameSealed} where id = ${linkId}`);

export type AccountRow = {
  id: string;
  created_at: Date;
  locked_at: Date | null;
  link_id: string | null;
  link_name_sealed: Buffer | null;
  phone_id: string | null;
  phone_sealed: Buffer | null;
  phone_verified_at: Date | null;
  phone_last_proven_at: Date | null;
  phone_contested_at: Date | null;
  binding_id: string | null;
  source: string | null;
  number_sealed: Buffer | null;
  binding_name_sealed: Buffer | null;
  birthdate_sealed: Buffer | null;
  bound_at: Date | null;
  binding_expires_at: Date | null;
};

export const findAccount = (db: Database, accountId: string) => db.together(findAccounts, accountId);

async function findAccounts(
  db: Database,
  ids: readonly string[],
): Promise<readonly (AccountRow | undefined)[]> {
  const rows = await db.rows<AccountRow>(sql`
    select a.id, a.created_at, a.locked_at, l.id as link_id, l.name_sealed as link_name_sealed,
      p.id as phone_id, p.phone_sealed, p.verified_at as phone_verified_at, p.last_proven_at as phone_last_proven_at, p.contested_at as phone_contested_at, b.id as binding_id, b.source, b.number_sealed,
      b.name_sealed as binding_name_sealed, b.birthdate_sealed, b.bound_at, b.expires_at as binding_expires_at
    from account a
    left join lateral (select * from zalo_link l where l.account_id = a.id and l.ended_at is null order by linked_at desc limit 1) l on true
    left join phone p on p.account_id = a.id and p.ended_at is null
    left join identity_binding b on b.account_id = a.id and b.ended_at is null
    where a.id = any(${ids}::uuid[])`);
  return ids.map((id) => rows.find((row) => row.id === id));
}

/** For many at once: every authorization request asks this. */
export async function areOpen(db: Database, accountIds: readonly string[]): Promise<readonly boolean[]> {
  const rows = await db.rows<{ id: string }>(sql`
    select id from account where id = any(${accountIds}::uuid[]) and locked_at is null`);
  const open = new Set(rows.map(({ id }) => id));
  return accountIds.map((id) => open.has(id));
}

export const findPairwise = (db: Database, accountId: string, sector: string) =>
  db.row<{ sub: string; uncommitted: boolean }>(sql`
    select sub, (xmin = pg_current_xact_id_if_assigned()::xid) is true as uncommitted from pairwise_subject where account_id = ${accountId} and sector = ${sector}`);

export const insertPairwise = (db: Database, accountId: string, sector: string, sub: string) =>
  db.run(sql`
    insert into pairwise_subject (account_id, sector, sub) values (${accountId}, ${sector}, ${sub})
    on conflict (account_id, sector) do nothing`);

/** One change at a time of what is unique to an account; does not block rows that refer to it. */
export const lockAccount = (db: Database, accountId: string) =>
  db.run(sql`select id from account where id = ${accountId} for no key update`);

export const endPhone = (db: Database, accountId: string, now: Date) =>
  db.run(sql`update phone set ended_at = ${now} where account_id = ${accountId} and ended_at is null`);

export const insertPhone = (
  db: Database,
  row: { id: string; accountId: string; key: Buffer; sealed: Buffer },
  now: Date,
) =>
  db.run(sql`
    insert into phone (id, account_id, phone_key, phone_sealed, verified_at)
    values (${row.id}, ${row.accountId}, ${row.key}, ${row.sealed}, ${now})`);

export const lockAccountRow = (db: Database, accountId: string, reason: string, now: Date) =>
  db.run(sql`
    update account set locked_at = ${now}, lock_reason = ${reason} where id = ${accountId} and locked_at is null`);

/** Who stands behind the id by which one sector knows a citizen. */
export const findAccountBySub = (db: Database, sector: string, sub: string) =>
  db.row<{ account_id: string; locked: boolean }>(sql`
    select p.account_id, a.locked_at is not null as locked
    from pairwise_subject p join account a on a.id = p.account_id where p.sub = ${sub} and p.sector = ${sector}`);
