// Rows of what was published, what is proposed and what approvers said of it.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type VersionRow = {
  number: number;
  version: string;
  sha256: Buffer;
  content: Buffer;
  published_at: Date;
};
export type HistoryRow = {
  number: number;
  version: string;
  sha256: Buffer;
  base_sha256: Buffer | null;
  direction: 'first' | 'weaker' | 'stronger' | 'neutral';
  changes: Buffer;
  published_at: Date;
  /** Offices of the approvers. */
  units: string[];
};
export type ProposalRow = {
  id: string;
  version: string;
  sha256: Buffer;
  content: Buffer;
  base_sha256: Buffer;
  direction: 'weaker' | 'stronger' | 'neutral';
  changes: Buffer;
  proposed_by: string;
  proposed_login: string;
  proposed_at: Date;
  expires_at: Date;
  state: 'open' | 'published' | 'refused' | 'lapsed';
  ended_at: Date | null;
};
export type ApprovalRow = {
  staff_id: string;
  login: string;
  unit: string;
  verdict: 'approved' | 'refused';
  reason: string;
  at: Date;
};

/** One publishes at a time, in every process. Held until the transaction ends. */
export const takeTurn = (db: Database) =>
  db.run(sql`select pg_advisory_xact_lock(hashtext('tnid_catalogue'))`);

export const announce = (db: Database) => db.run(sql`select pg_notify('tnid_catalogue', '')`);

export const findNewestNumber = async (db: Database): Promise<number> =>
  (await db.row<{ number: number }>(sql`select coalesce(max(number), 0) as number from catalogue_version`))
    ?.number ?? 0;

export const findNewest = (db: Database) =>
  db.row<VersionRow>(sql`
    select number, version, sha256, content, published_at from catalogue_version order by number desc limit 1`);

/** Published more than once (taken back, and back again), it is the same content. */
export const findVersion = (db: Database, sha256: Buffer) =>
  db.row<VersionRow>(sql`
    select number, version, sha256, content, published_at from catalogue_version
    where sha256 = ${sha256} order by number desc limit 1`);

export const listVersions = (db: Database, most: number) =>
  db.rows<HistoryRow>(sql`
    select v.number, v.version, v.sha256, v.base_sha256, v.direction, v.changes, v.published_at,
      coalesce((select array_agg(s.unit order by a.at) from catalogue_approval a join staff s on s.id = a.staff_id
        where a.proposal_id = v.proposal_id and a.verdict = 'approved'), '{}') as units
    from catalogue_version v order by v.number desc limit ${most}`);

/** 0 rows: somebody else published first. */
export const insertFirst = (
  db: Database,
  row: { version: string; sha256: Buffer; content: Buffer },
  now: Date,
) =>
  db.run(sql`
    insert into catalogue_version (number, version, sha256, content, direction, changes, published_at)
    values (1, ${row.version}, ${row.sha256}, ${row.content}, 'first', ${Buffer.from('[]')}, ${now})
    on conflict do nothing`);

/** Follows what is published only while that is what it was proposed against. 0 rows: it is not. */
export const insertNext = (
  db: Database,
  row: { proposalId: string; publishedBy: string },
  publishedAt: Date,
) =>
  db.run(sql`
    insert into catalogue_version (number, version, sha256, content, base_sha256, direction, changes, proposal_id, published_by, published_at)
    select v.number + 1, p.version, p.sha256, p.content, p.base_sha256, p.direction, p.changes, p.id, ${row.publishedBy}, ${publishedAt}
    from catalogue_proposal p join catalogue_version v on v.sha256 = p.base_sha256
    where p.id = ${row.proposalId} and v.number = (select max(number) from catalogue_version)
    on conflict do nothing`);

/** 0 rows: the same wish is open already. */
export const insertProposal = (
  db: Database,
  row: {
    id: string;
    version: string;
    sha256: Buffer;
    content: Buffer;
    baseSha256: Buffer;
    direction: string;
    changes: Buffer;
    proposedBy: string;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into catalogue_proposal (id, version, sha256, content, base_sha256, direction, changes, proposed_by, proposed_at, expires_at, state)
    values (${row.id}, ${row.version}, ${row.sha256}, ${row.content}, ${row.baseSha256}, ${row.direction}, ${row.changes},
      ${row.proposedBy}, ${now}, ${row.expiresAt}, 'open')
    on conflict do nothing`);

export const findOpenProposal = (db: Database, sha256: Buffer, baseSha256: Buffer) =>
  db.row<{ id: string }>(sql`
    select id from catalogue_proposal where sha256 = ${sha256} and base_sha256 = ${baseSha256} and state = 'open'`);

/** Found and kept from changing until the transaction ends. */
export const lockProposal = (db: Database, id: string) =>
  db.row<ProposalRow>(sql`
    select p.id, p.version, p.sha256, p.content, p.base_sha256, p.direction, p.changes, p.proposed_by,
      s.login as proposed_login, p.proposed_at, p.expires_at, p.state, p.ended_at
    from catalogue_proposal p join staff s on s.id = p.proposed_by where p.id = ${id} for update of p`);

export const findProposal = (db: Database, id: string) =>
  db.row<ProposalRow>(sql`
    select p.id, p.version, p.sha256, p.content, p.base_sha256, p.direction, p.changes, p.proposed_by,
      s.login as proposed_login, p.proposed_at, p.expires_at, p.state, p.ended_at
    from catalogue_proposal p join staff s on s.id = p.proposed_by where p.id = ${id}`);

/** Open ones first, then the newest. */
export const listProposals = (db: Database, most: number) =>
  db.rows<ProposalRow & { approvals: number }>(sql`
    select p.id, p.version, p.sha256, p.content, p.base_sha256, p.direction, p.changes, p.proposed_by,
      s.login as proposed_login, p.proposed_at, p.expires_at, p.state, p.ended_at,
      (select count(*) from catalogue_approval a where a.proposal_id = p.id and a.verdict = 'approved') as approvals
    from catalogue_proposal p join staff s on s.id = p.proposed_by
    order by p.state = 'open' desc, p.proposed_at desc, p.id limit ${most}`);

/** Open ones by the beginning of their hash, or by their version. */
export const findProposalsNamed = (db: Database, name: string) =>
  db.rows<{ id: string; version: string; sha256: Buffer }>(sql`
    select id, version, sha256 from catalogue_proposal
    where state = 'open' and (version = ${name} or starts_with(encode(sha256, 'hex'), ${name}))
    order by proposed_at desc limit 3`);

/** An end is written once. 0 rows: it had ended. */
export const endProposal = (db: Database, id: string, state: 'published' | 'refused' | 'lapsed', now: Date) =>
  db.run(sql`
    update catalogue_proposal set state = ${state}, ended_at = ${now} where id = ${id} and state = 'open'`);

/** What waited for another base, or too long, cannot be published any more. */
export const lapseProposals = (db: Database, baseSha256: Buffer, now: Date) =>
  db.run(sql`
    update catalogue_proposal set state = 'lapsed', ended_at = ${now}
    where state = 'open' and (base_sha256 <> ${baseSha256} or expires_at <= ${now})`);

/** 0 rows: this person has spoken before, or is no approver. */
export const insertApproval = (
  db: Database,
  row: { proposalId: string; staffId: string; verdict: string; reason: string },
  now: Date,
) =>
  db.run(sql`
    insert into catalogue_approval (proposal_id, staff_id, verdict, reason, at)
    select ${row.proposalId}, s.id, ${row.verdict}, ${row.reason}, ${now} from staff s
    where s.id = ${row.staffId} and s.role = 'approver' and s.accepted_at is not null and s.disabled_at is null
    on conflict do nothing`);

export const listApprovals = (db: Database, proposalId: string) =>
  db.rows<ApprovalRow>(sql`
    select a.staff_id, s.login, s.unit, a.verdict, a.reason, a.at
    from catalogue_approval a join staff s on s.id = a.staff_id
    where a.proposal_id = ${proposalId} order by a.at, a.staff_id`);

/** Of people who are approvers still: an approval leaves with who gave it. */
export const countApprovals = async (db: Database, proposalId: string): Promise<number> =>
  (
    await db.row<{ n: number }>(sql`
      select count(*) as n from catalogue_approval a join staff s on s.id = a.staff_id
      join catalogue_proposal p on p.id = a.proposal_id
      where a.proposal_id = ${proposalId} and a.verdict = 'approved' and a.staff_id <> p.proposed_by
        and s.role = 'approver' and s.disabled_at is null`)
  )?.n ?? 0;
