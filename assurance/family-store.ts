import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type FamilyRow = {
  id: string;
  session_uid: string;
  jkt: string;
  client_id: string;
  account_id: string | null;
  device_key: Buffer | null;
  flow: unknown;
  grant_id: string | null;
  expires_at: Date;
};

/**
 * Spends the evidence and opens the launch with its level 1, in one statement. 0 rows: the evidence was
 * used before, and nothing is written.
 */
export const insertLaunch = (
  db: Database,
  row: {
    id: string;
    nameKey: Buffer;
    secretKey: Buffer;
    sessionUid: string;
    jkt: string;
    clientId: string;
    accountId: string;
    deviceKey: Buffer | undefined;
    flow: object;
    expiresAt: Date;
    evidenceKey: Buffer;
    factId: string;
    amr: readonly string[];
  },
  now: Date,
) =>
  db.run(sql`
    with spent as (
      insert into zalo_evidence (evidence_key, jkt, used_at) values (${row.evidenceKey}, ${row.jkt}, ${now})
      on conflict (evidence_key) do nothing returning 1),
    family as (
      insert into login_family (id, name_key, secret_key, session_uid, jkt, client_id, account_id, device_key, flow, created_at, expires_at)
      select ${row.id}::uuid, ${row.nameKey}::bytea, ${row.secretKey}::bytea, ${row.sessionUid}::text, ${row.jkt}::text, ${row.clientId}::text, ${row.accountId}::uuid, ${row.deviceKey}::bytea,
        ${JSON.stringify(row.flow)}::jsonb, ${now}::timestamptz, ${row.expiresAt}::timestamptz from spent
      returning account_id)
    insert into level_fact (id, session_uid, account_id, level, amr, at)
    select ${row.factId}::uuid, ${row.sessionUid}::text, account_id, 1, ${row.amr}::text[], ${now}::timestamptz from family`);

/** The compare-and-swap of every call: of any number that bring the same value one gets the row. */
export const claimFamily = (
  db: Database,
  claim: { nameKey: Buffer; secretKey: Buffer; nextSecretKey: Buffer; jkt: string; clientId: string },
  now: Date,
) =>
  db.row<FamilyRow>(sql`
    update login_family f set secret_key = ${claim.nextSecretKey}
    where f.name_key = ${claim.nameKey} and f.secret_key = ${claim.secretKey} and f.jkt = ${claim.jkt}
      and f.client_id = ${claim.clientId} and f.ended_at is null and f.expires_at > ${now}
    returning id, session_uid, jkt, client_id, account_id, device_key, flow, grant_id, expires_at`);

/** Gives the value back that was claimed: what it was claimed for did not happen (an outage). */
export const restoreSecret = (
  db: Database,
  { id, claimed, secretKey }: { id: string; claimed: Buffer; secretKey: Buffer },
) =>
  db.run(sql`
    update login_family set secret_key = ${secretKey} where id = ${id} and secret_key = ${claimed} and ended_at is null`);

export const findFamilyByName = (db: Database, nameKey: Buffer) =>
  db.row<{ id: string; jkt: string; session_uid: string; account_id: string | null; client_id: string }>(sql`
    select id, jkt, session_uid, account_id, client_id from login_family where name_key = ${nameKey} and ended_at is null`);

export const findFamilyById = (
  db: Database,
  { id, jkt, clientId }: { id: string; jkt: string; clientId: string },
  now: Date,
) =>
  db.row<FamilyRow>(sql`
    select id, session_uid, jkt, client_id, account_id, device_key, flow, grant_id, expires_at from login_family
    where id = ${id}::uuid and jkt = ${jkt} and client_id = ${clientId} and ended_at is null and expires_at > ${now}`);

export const setFlow = (db: Database, { id, flow }: { id: string; flow: object }) =>
  db.run(sql`update login_family set flow = ${JSON.stringify(flow)} where id = ${id}`);

/**
 * Ends the launch before this one on the same machine and says which step-up it was in: the same request,
 * still open. 1 row for the launch that comes first. None where level 2 was reached: that served the launch
 * it was proven in, and what is left to answer is asked anew after a new proof.
 */
export const takeOverFlow = (
  db: Database,
  to: {
    familyId: string;
    accountId: string;
    clientId: string;
    deviceKey: Buffer;
    scopes: readonly string[];
    maxAgeSeconds: number | undefined;
  },
  now: Date,
) =>
  db.row<{ uid: string; transaction_id: string; session_uid: string }>(sql`
    with before as (
      select f.id, f.flow->>'uid' as uid, t.id as transaction_id
      from login_family f join authn_tx t on t.interaction_key = sha256(convert_to(f.flow->>'uid', 'UTF8'))
      where f.account_id = ${to.accountId} and f.client_id = ${to.clientId} and f.device_key = ${to.deviceKey} and f.id <> ${to.familyId}
        and f.ended_at is null and f.expires_at > ${now} and coalesce(f.flow->>'over', 'false') = 'false'
        and t.kind = 'challenge' and t.account_id = f.account_id and t.client_id = f.client_id and t.want_level = 2
        and t.scopes = ${to.scopes}::text[] and t.max_age_seconds is not distinct from ${to.maxAgeSeconds}::int
        and t.state not in ('done', 'failed', 'expired') and t.expires_at > ${now}
        and not exists (select 1 from level_fact l where l.transaction_id = t.id and l.level = 2)
      order by t.created_at desc limit 1 for update of f)
    update login_family f set ended_at = ${now} from before
    where f.id = before.id and f.ended_at is null
    returning before.uid, before.transaction_id, f.session_uid`);

/** A flow has ended in a code: 1 row, or 0 where the family ended meanwhile. */
export const finishFlow = (
  db: Database,
  { id, flow, grantId }: { id: string; flow: object; grantId: string },
) =>
  db.run(sql`
    update login_family set flow = ${JSON.stringify(flow)}, grant_id = ${grantId} where id = ${id} and ended_at is null`);

/** The live family a token of the account's own API names; its account must be open. */
export const findLiveFamily = (db: Database, sessionUid: string, now: Date) =>
  db.row<{
    id: string;
    account_id: string;
    session_uid: string;
    client_id: string;
    device_key: Buffer | null;
    expires_at: Date;
  }>(sql`
    select f.id, f.account_id, f.session_uid, f.client_id, f.device_key, f.expires_at
    from login_family f join account a on a.id = f.account_id and a.locked_at is null
    where f.session_uid = ${sessionUid} and f.ended_at is null and f.expires_at > ${now}`);

/** One, or all of an account; nobody where neither is named. What they proved is revoked by the caller. */
export const endFamilies = (
  db: Database,
  where: { id?: string | undefined; accountId?: string | undefined },
  now: Date,
) =>
  db.rows<{ session_uid: string }>(sql`
    update login_family set ended_at = ${now}
    where ended_at is null and (id = ${where.id}::uuid or account_id = ${where.accountId}::uuid)
    returning session_uid`);

export const findEvidence = (db: Database, key: Buffer) =>
  db.row<{ jkt: string }>(sql`select jkt from zalo_evidence where evidence_key = ${key}`);
