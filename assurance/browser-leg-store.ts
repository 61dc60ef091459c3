import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type LegKind = 'vneid' | 'passkey';
export type LegEnd = 'used' | 'superseded' | 'used_up' | 'declined' | 'other_person' | 'expired';

export type LegRow = {
  id: string;
  transaction_id: string;
  account_id: string;
  kind: LegKind;
  browser_key: Buffer | null;
  proven_sealed: Buffer | null;
  expires_at: Date;
};

type Flow = { readonly transactionId: string; readonly familyId: string };

/** 0 rows: this transaction has had its share of links, or another one is live. */
export const insertLeg = (
  db: Database,
  leg: Flow & { id: string; linkKey: Buffer; kind: LegKind; expiresAt: Date; most: number },
  now: Date,
) =>
  db.run(sql`
    insert into browser_leg (id, link_key, transaction_id, family_id, kind, created_at, expires_at)
    select ${leg.id}::uuid, ${leg.linkKey}::bytea, ${leg.transactionId}::uuid, ${leg.familyId}::uuid, ${leg.kind}::text, ${now}::timestamptz, ${leg.expiresAt}::timestamptz
    where (select count(*) from browser_leg where transaction_id = ${leg.transactionId}) < ${leg.most}::int
    on conflict (transaction_id) where ended_at is null do nothing`);

/**
 * A leg that may still be opened or proven. It dies with everything it hangs on: its transaction, the
 * launch it belongs to, the request that launch is in now, and an account that is locked.
 */
export const findLeg = (
  db: Database,
  { id, linkKey }: { id?: string | undefined; linkKey?: Buffer | undefined },
  now: Date,
) =>
  db.row<LegRow>(sql`
    select l.id, l.transaction_id, t.account_id, l.kind, l.browser_key, l.proven_sealed, l.expires_at
    from browser_leg l
    join authn_tx t on t.id = l.transaction_id
    join login_family f on f.id = l.family_id
    join account a on a.id = t.account_id and a.id = f.account_id
    where (l.id = ${id}::uuid or l.link_key = ${linkKey}::bytea) and l.ended_at is null and l.expires_at > ${now} and l.code_tries < 5
      and t.expires_at > ${now} and t.state not in ('done', 'failed', 'expired')
      and f.ended_at is null and f.expires_at > ${now} and a.locked_at is null
      and sha256(convert_to(f.flow->>'uid', 'UTF8')) = t.interaction_key and coalesce(f.flow->>'over', 'false') = 'false'`);

/** The newest leg of a flow, whatever became of it. */
export const findNewestLeg = (db: Database, { transactionId, familyId }: Flow) =>
  db.row<{ id: string; kind: LegKind; code_tries: number; expires_at: Date; ended_why: LegEnd | null }>(sql`
    select id, kind, code_tries, expires_at, ended_why from browser_leg
    where transaction_id = ${transactionId} and family_id = ${familyId} order by created_at desc, id desc limit 1`);

/** 1 for the browser that is first, 0 for every other. */
export const openLegRow = (db: Database, { id, browserKey }: { id: string; browserKey: Buffer }, now: Date) =>
  db.run(sql`
    update browser_leg set browser_key = ${browserKey}, opened_at = ${now}
    where id = ${id} and browser_key is null and ended_at is null and expires_at > ${now}`);

/** Keeps what was proven; once. */
export const keepProven = (
  db: Database,
  leg: { id: string; browserKey: Buffer; provenSealed: Buffer; codeMac: Buffer },
  now: Date,
) =>
  db.run(sql`
    update browser_leg set proven_sealed = ${leg.provenSealed}, code_mac = ${leg.codeMac}
    where id = ${leg.id} and browser_key = ${leg.browserKey} and code_mac is null and ended_at is null and expires_at > ${now}`);

/** A try, before anything is compared; of a browser that has proven nothing yet too, which nobody is told. */
export const takeCodeTry = (db: Database, flow: Flow & { kind: LegKind }, now: Date) =>
  db.row<{ id: string; code_mac: Buffer | null; proven_sealed: Buffer | null; code_tries: number }>(sql`
    update browser_leg set code_tries = code_tries + 1
    where transaction_id = ${flow.transactionId} and family_id = ${flow.familyId} and kind = ${flow.kind}
      and ended_at is null and expires_at > ${now} and code_tries < 5
    returning id, code_mac, proven_sealed, code_tries`);

/** Ends a live leg and forgets what was proven. 1 for whoever ended it. */
export const endLeg = (db: Database, { id, why }: { id: string; why: LegEnd }, now: Date) =>
  db.run(sql`
    update browser_leg set ended_at = ${now}, ended_why = ${why}, proven_sealed = null where id = ${id} and ended_at is null`);

/** To the launch that goes on with the step-up. */
export const moveLegs = (db: Database, { transactionId, familyId }: Flow) =>
  db.run(sql`
    update browser_leg set family_id = ${familyId} where transaction_id = ${transactionId}`);

export const endLegsOf = (
  db: Database,
  { transactionId, why }: { transactionId: string; why: LegEnd },
  now: Date,
) =>
  db.run(sql`
    update browser_leg set ended_at = ${now}, ended_why = ${why}, proven_sealed = null
    where transaction_id = ${transactionId} and ended_at is null`);
