import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type ConsentRow = {
  id: string;
  subject_id: string;
  service_id: string;
  purpose_id: string;
  purpose_version: number;
  state: string;
  version: number;
  stream_id: string;
  last_entry_hash: Buffer;
  valid_until: Date | null;
  changed_at: Date;
};

/** A row as the pure rules about purposes look at it. */
export const keptDecision = (row: ConsentRow) => ({
  id: row.purpose_id,
  version: row.purpose_version,
  state: row.state,
  untilMs: row.valid_until?.getTime() ?? null,
});

export const lockConsents = (db: Database, subjectId: string, serviceId: string) =>
  db.rows<ConsentRow>(sql`
    select id, subject_id, service_id, purpose_id, purpose_version, state, version, stream_id, last_entry_hash, valid_until, changed_at
    from consent where subject_id = ${subjectId} and service_id = ${serviceId} order by id for update`);

/** Takes the person's ledger for this transaction: two first consents at once would both find no row. */
export const lockSubject = (db: Database, subjectId: string) =>
  db.run(sql`select subject_id from subject where subject_id = ${subjectId} for update`);

export const insertConsent = (db: Database, row: Omit<ConsentRow, 'changed_at'>, now: Date) =>
  db.run(sql`
    insert into consent (id, subject_id, service_id, purpose_id, purpose_version, state, version, stream_id, last_entry_hash, valid_until, changed_at)
    values (${row.id}, ${row.subject_id}, ${row.service_id}, ${row.purpose_id}, ${row.purpose_version}, ${row.state}, ${row.version}, ${row.stream_id}, ${row.last_entry_hash}, ${row.valid_until}, ${now})`);

export const updateConsent = (
  db: Database,
  row: {
    id: string;
    fromVersion: number;
    state: string;
    purposeVersion: number;
    entryHash: Buffer;
    validUntil: Date | undefined;
  },
  now: Date,
) =>
  db.run(sql`
    update consent set state = ${row.state}, purpose_version = ${row.purposeVersion}, version = version + 1,
      last_entry_hash = ${row.entryHash}, valid_until = ${row.validUntil}, changed_at = ${now}
    where id = ${row.id} and version = ${row.fromVersion}`);

export const insertEvent = (
  db: Database,
  row: {
    eventId: string;
    logId: string;
    streamId: string;
    n: number;
    consentId: string;
    state: string;
    serviceId: string;
    purposeId: string;
    clientId: string;
    actor: 'self' | 'representative';
    at: Date;
    entry: Buffer;
    body: Buffer;
    receipt: Buffer;
    opening: Buffer;
    evidence: Buffer;
  },
) =>
  db.run(sql`
    insert into consent_event (event_id, log_id, stream_id, n, consent_id, kind, state, service_id, purpose_id, client_id, actor_kind, event_time, entry, body_sealed, receipt_sealed, opening_sealed, evidence_sealed)
    values (${row.eventId}, ${row.logId}, ${row.streamId}, ${row.n}, ${row.consentId}, ${`consent.${row.state}`}, ${row.state}, ${row.serviceId}, ${row.purposeId},
      ${row.clientId}, ${row.actor}, ${row.at}, ${row.entry}, ${row.body}, ${row.receipt}, ${row.opening}, ${row.evidence})`);

export const insertNotice = (
  db: Database,
  row: { sha256: Buffer; serviceId: string; language: string; bytes: Buffer },
  now: Date,
) =>
  db.run(sql`
    insert into notice (sha256, service_id, language, bytes, first_shown_at)
    values (${row.sha256}, ${row.serviceId}, ${row.language}, ${row.bytes}, ${now}) on conflict do nothing`);

/** The handle of (person, client, service), made when the consent page was first answered. */
export const ensureHandle = (
  db: Database,
  row: { consentId: string; subjectId: string; clientId: string; serviceId: string },
) =>
  db.run(sql`
    insert into consent_handle (consent_id, subject_id, client_id, service_id)
    values (${row.consentId}, ${row.subjectId}, ${row.clientId}, ${row.serviceId})
    on conflict (subject_id, client_id, service_id) do nothing`);

export const raiseHandles = (db: Database, subjectId: string, serviceId: string) =>
  db.rows<{ consent_id: string; version: number; client_id: string }>(sql`
    update consent_handle set version = version + 1 where subject_id = ${subjectId} and service_id = ${serviceId}
    returning consent_id, version, client_id`);

export type StandingRow = {
  consent_id: string;
  version: number;
  purposes: { id: string; version: number; state: string; untilMs: number | null }[];
  binding_id: string | null;
  birthdate_sealed: Buffer | null;
};

export type StandingWhere = {
  readonly accountId: string;
  readonly clientId: string;
  readonly serviceId: string;
};

/** For many at once: every token request asks this. */
export async function findStanding(
  db: Database,
  wheres: readonly StandingWhere[],
): Promise<readonly (StandingRow | undefined)[]> {
  const column = (name: keyof StandingWhere) => wheres.map((where) => where[name]);
  const rows = await db.rows<StandingRow & { n: number }>(sql`
    select asked.n, h.consent_id, h.version, b.id as binding_id, b.birthdate_sealed,
      (select coalesce(json_agg(json_build_object('id', c.purpose_id, 'version', c.purpose_version, 'state', c.state, 'untilMs', floor(extract(epoch from c.valid_until) * 1000)::bigint)), '[]')
       from consent c where c.subject_id = h.subject_id and c.service_id = h.service_id) as purposes
    from unnest(${column('accountId')}::uuid[], ${column('clientId')}::text[], ${column('serviceId')}::text[])
      with ordinality as asked (account_id, client_id, service_id, n)
    cross join lateral (
      select handle.* from consent_handle handle join subject s using (subject_id)
      where s.account_id = asked.account_id and handle.client_id = asked.client_id and handle.service_id = asked.service_id limit 1) h
    left join identity_binding b on b.account_id = asked.account_id and b.ended_at is null`);
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return wheres.map((_, index) => byNumber.get(index + 1));
}

// At token issue the rows are locked in share mode: a withdrawal that commits first is seen, one
// that comes later waits for this token to carry the version it will outdate (ledger design 13.4).
export const findStandingForShare = (db: Database, accountId: string, clientId: string, serviceId: string) =>
  db.row<StandingRow>(sql`
    with handle as (
      select h.consent_id, h.version, h.subject_id, h.service_id from consent_handle h join subject s using (subject_id)
      where s.account_id = ${accountId} and h.client_id = ${clientId} and h.service_id = ${serviceId} for share of h)
    select consent_id, version, b.id as binding_id, b.birthdate_sealed,
      (select coalesce(json_agg(json_build_object('id', c.purpose_id, 'version', c.purpose_version, 'state', c.state, 'untilMs', floor(extract(epoch from c.valid_until) * 1000)::bigint)), '[]')
       from consent c where c.subject_id = handle.subject_id and c.service_id = handle.service_id) as purposes
    from handle left join identity_binding b on b.account_id = ${accountId} and b.ended_at is null`);

export const findConsents = (db: Database, accountId: string) =>
  db.rows<ConsentRow & { event_id: string }>(sql`
    select c.id, c.subject_id, c.service_id, c.purpose_id, c.purpose_version, c.state, c.version, c.stream_id, c.last_entry_hash, c.valid_until, c.changed_at, e.event_id
    from consent c join subject s using (subject_id) join consent_event e on e.stream_id = c.stream_id and e.n = c.version
    where s.account_id = ${accountId} order by c.service_id, c.purpose_id`);

export const findEvents = (db: Database, accountId: string) =>
  db.rows<{
    event_id: string;
    kind: string;
    service_id: string;
    purpose_id: string;
    actor_kind: string;
    event_time: Date;
  }>(sql`
    select e.event_id, e.kind, e.service_id, e.purpose_id, e.actor_kind, e.event_time
    from consent_event e join consent c on c.id = e.consent_id join subject s using (subject_id)
    where s.account_id = ${accountId} order by e.event_time desc limit 50`);

export const findEventOf = (db: Database, accountId: string, eventId: string) =>
  db.row<{ event_id: string; body_sealed: Buffer | null; receipt_sealed: Buffer | null; log_id: string }>(sql`
    select e.event_id, e.body_sealed, e.receipt_sealed, e.log_id
    from consent_event e join consent c on c.id = e.consent_id join subject s using (subject_id)
    where s.account_id = ${accountId} and e.event_id = ${eventId}`);

export const findConsentService = (db: Database, subjectId: string, recordId: string) =>
  db.row<{ service_id: string }>(
    sql`select service_id from consent where id = ${recordId} and subject_id = ${subjectId}`,
  );

export const findDecisions = (db: Database, subjectId: string, serviceId: string) =>
  db.rows<{ id: string; version: number; state: string; untilMs: number | null }>(sql`
    select purpose_id as id, purpose_version as version, state, floor(extract(epoch from valid_until) * 1000)::bigint as "untilMs"
    from consent where subject_id = ${subjectId} and service_id = ${serviceId}`);
