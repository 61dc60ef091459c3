import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type TransactionState =
  | 'evidence' | 'choosing' | 'primary' | 'phone' | 'otp' | 'consent' | 'ready' | 'done' | 'failed' | 'expired'; // prettier-ignore

export type TransactionRow = {
  id: string;
  client_id: string;
  account_id: string | null;
  want_level: number;
  max_age_seconds: number | null;
  scopes: string[];
  display_code: string;
  state: TransactionState;
  state_version: number;
  pending: unknown;
  created_at: Date;
  expires_at: Date;
};

/** The new row; undefined when the interaction has a transaction already. */
export const insertTransaction = (
  db: Database,
  row: {
    id: string;
    kind: 'web' | 'challenge';
    interactionKey: Buffer;
    clientId: string;
    accountId: string | undefined;
    wantLevel: number;
    maxAgeSeconds: number | undefined;
    scopes: readonly string[];
    displayCode: string;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.row<TransactionRow>(sql`
    insert into authn_tx (id, kind, interaction_key, client_id, account_id, want_level, max_age_seconds, scopes, display_code, state, created_at, expires_at)
    values (${row.id}, ${row.kind}, ${row.interactionKey}, ${row.clientId}, ${row.accountId}, ${row.wantLevel}, ${row.maxAgeSeconds},
      ${row.scopes}, ${row.displayCode}, 'evidence', ${now}, ${row.expiresAt})
    on conflict (interaction_key) do nothing
    returning id, client_id, account_id, want_level, max_age_seconds, scopes, display_code, state, state_version, pending, created_at, expires_at`);

type KeyedTransactionRow = TransactionRow & { interaction_key: Buffer };

export const findTransaction = (db: Database, interactionKey: Buffer) =>
  db.together(findTransactions, interactionKey);

async function findTransactions(
  db: Database,
  keys: readonly Buffer[],
): Promise<readonly (TransactionRow | undefined)[]> {
  const rows = await db.rows<KeyedTransactionRow>(sql`
    select interaction_key, id, client_id, account_id, want_level, max_age_seconds, scopes, display_code, state, state_version, pending, created_at, expires_at
    from authn_tx where interaction_key = any(${keys}::bytea[])`);
  return keys.map((key) => rows.find((row) => row.interaction_key.equals(key)));
}

/** For an officer, whose browser is not the citizen's. */
export const findTransactionById = (db: Database, id: string) =>
  db.row<TransactionRow>(sql`
    select id, client_id, account_id, want_level, max_age_seconds, scopes, display_code, state, state_version, pending, created_at, expires_at
    from authn_tx where id = ${id}`);

/** The compare-and-swap every answer goes through. Anything but 1 row: somebody else answered first, or too late. */
export const swapTransaction = (
  db: Database,
  from: { id: string; stateVersion: number },
  to: { state: TransactionState; accountId?: string | undefined; pending: object | undefined },
  now: Date,
) =>
  db.run(sql`
    update authn_tx set state = ${to.state}, state_version = state_version + 1,
      account_id = coalesce(account_id, ${to.accountId}),
      pending = ${to.pending === undefined ? null : JSON.stringify(to.pending)}
    where id = ${from.id} and state_version = ${from.stateVersion} and expires_at > ${now}
      and state not in ('done', 'failed', 'expired')
      and (account_id is null or ${to.accountId}::uuid is null or account_id = ${to.accountId})`);

export const insertStepFact = (
  db: Database,
  fact: { transactionId: string; step: string; accountId: string; upstreamRef: string | undefined },
  now: Date,
) =>
  db.run(sql`
    insert into step_fact (transaction_id, step, account_id, upstream_ref, at)
    values (${fact.transactionId}, ${fact.step}, ${fact.accountId}, ${fact.upstreamRef}, ${now})
    on conflict (transaction_id, step) do nothing`);

export const findStepFacts = (db: Database, transactionId: string, accountId: string) =>
  db.rows<{ step: string; at: Date }>(sql`
    select step, at from step_fact where transaction_id = ${transactionId} and account_id = ${accountId}`);

/** A second proof of the same level in one transaction (two tabs, two methods) adds its methods. */
export const insertLevelFact = (
  db: Database,
  fact: {
    id: string;
    sessionUid: string | undefined;
    transactionId: string | undefined;
    accountId: string;
    level: 1 | 2;
    amr: readonly string[];
    identitySource: string | undefined;
  },
  now: Date,
) =>
  db.run(sql`
    insert into level_fact (id, session_uid, transaction_id, account_id, level, amr, identity_source, at)
    values (${fact.id}, ${fact.sessionUid}, ${fact.transactionId}, ${fact.accountId}, ${fact.level}, ${fact.amr}, ${fact.identitySource}, ${now})
    on conflict (transaction_id, level) do update set at = excluded.at,
      amr = level_fact.amr || array(select unnest(excluded.amr) except select unnest(level_fact.amr))`);

export const attachLevelFacts = (
  db: Database,
  transactionId: string,
  accountId: string,
  sessionUid: string,
) =>
  db.run(sql`
    update level_fact set session_uid = ${sessionUid}
    where transaction_id = ${transactionId} and account_id = ${accountId} and session_uid is null`);

export type LevelFactRow = { level: 1 | 2; at: Date; amr: string[]; identity_source: string | null };

export type LevelWhere = { sessionUid: string; accountId: string; since: Date; now: Date };

// A level-2 fact stands only while the identity binding does; no fact stands on a locked account.
// Level 2 first: however many Zalo logins came after it, they do not push it out.
// For many sessions at once: every token request asks this.
export async function findLevelFacts(
  db: Database,
  wheres: readonly LevelWhere[],
): Promise<readonly (readonly LevelFactRow[])[]> {
  const column = <T>(pick: (where: LevelWhere) => T) => wheres.map(pick);
  const rows = await db.rows<LevelFactRow & { n: number }>(sql`
    select asked.n, fact.level, fact.at, fact.amr, fact.identity_source
    from unnest(${column((where) => where.sessionUid)}::text[], ${column((where) => where.accountId)}::uuid[],
      ${column((where) => where.since)}::timestamptz[], ${column((where) => where.now)}::timestamptz[])
      with ordinality as asked (session_uid, account_id, since, now, n)
    cross join lateral (
      select f.level, f.at, f.amr, f.identity_source
      from level_fact f join account a on a.id = f.account_id and a.locked_at is null
      left join identity_binding b on b.account_id = f.account_id and b.ended_at is null and b.expires_at > asked.now
      where f.session_uid = asked.session_uid and f.account_id = asked.account_id and f.revoked_at is null
        and f.at >= asked.since and (f.level = 1 or b.id is not null)
      order by f.level desc, f.at desc limit 20) fact
    order by asked.n, fact.level desc, fact.at desc`);
  const byNumber = Map.groupBy(rows, ({ n }) => n);
  return wheres.map((_, index) => byNumber.get(index + 1) ?? []);
}

// The same while an interaction is under way: also what was proven in it but belongs to no session yet.
export const findLevelFactsUnderWay = (
  db: Database,
  where: {
    sessionUid: string | undefined;
    transactionId: string | undefined;
    accountId: string;
    since: Date;
  },
  now: Date,
) =>
  db.rows<LevelFactRow>(sql`
    select f.level, f.at, f.amr, f.identity_source
    from level_fact f join account a on a.id = f.account_id and a.locked_at is null
    left join identity_binding b on b.account_id = f.account_id and b.ended_at is null and b.expires_at > ${now}
    where (f.session_uid = ${where.sessionUid} or f.transaction_id = ${where.transactionId}::uuid) and f.account_id = ${where.accountId}
      and f.revoked_at is null and f.at >= ${where.since} and (f.level = 1 or b.id is not null)
    order by f.level desc, f.at desc limit 20`);

export const revokeLevelFacts = (
  db: Database,
  where: { sessionUid?: string | undefined; accountId?: string | undefined },
  now: Date,
) =>
  db.run(sql`
    update level_fact set revoked_at = ${now}
    where revoked_at is null and (session_uid = ${where.sessionUid} or account_id = ${where.accountId}::uuid)`);
