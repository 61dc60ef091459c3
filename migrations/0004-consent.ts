import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- Published versions never change: what a person agreed to must be readable years later.
create table purpose (
  purpose_id text not null, -- personal: no
  version integer not null check (version >= 1), -- personal: no
  service_id text not null, -- personal: no
  basis text not null check (basis in ('consent', 'art19_1_a', 'art19_1_b', 'art19_1_c', 'art19_1_d', 'other_law')), -- personal: no
  basis_ref text, -- personal: no
  body bytea not null, -- personal: no
  sha256 bytea not null, -- personal: no
  published_at timestamptz not null, -- personal: no
  primary key (purpose_id, version),
  check (basis = 'consent' or basis_ref is not null)
);
create trigger purpose_insert_only before update or delete on purpose for each row execute function refuse_change();
create trigger purpose_kept before truncate on purpose for each statement execute function refuse_change();

create table notice (
  sha256 bytea primary key, -- personal: no
  service_id text not null, -- personal: no
  language text not null check (language in ('vi', 'en')), -- personal: no
  bytes bytea not null, -- personal: no
  first_shown_at timestamptz not null -- personal: no
);
create trigger notice_insert_only before update or delete on notice for each row execute function refuse_change();
create trigger notice_kept before truncate on notice for each statement execute function refuse_change();

create table subject (
  subject_id uuid primary key, -- personal: pseudonym, the person in the consent ledger; kept as proof
  account_id uuid unique references account, -- personal: pseudonym, only link from the ledger to an account; cut at erasure
  erased_at timestamptz -- personal: no
);

create table subject_key (
  subject_id uuid primary key references subject, -- personal: pseudonym, the person in the consent ledger; destroyed at erasure
  wrapped_key bytea not null -- personal: no
);

create table consent_handle (
  consent_id text primary key, -- personal: pseudonym, names the consents of one person at one service in tokens; kept as proof
  subject_id uuid not null references subject, -- personal: pseudonym, the person in the consent ledger; kept as proof
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  version integer not null default 1 check (version >= 1), -- personal: no
  unique (subject_id, client_id, service_id)
);

create table consent (
  id uuid primary key, -- personal: pseudonym, one choice of one person; kept as proof
  subject_id uuid not null references subject, -- personal: pseudonym, the person in the consent ledger; kept as proof
  service_id text not null, -- personal: no
  purpose_id text not null, -- personal: no
  purpose_version integer not null, -- personal: no
  state text not null check (state in ('requested', 'given', 'renewed', 'refused', 'withdrawn', 'expired', 'revoked_by_controller', 'invalidated')), -- personal: no
  version integer not null check (version >= 1), -- personal: no
  valid_until timestamptz, -- personal: no
  stream_id uuid not null unique, -- personal: pseudonym, names this consent in the log; kept as proof
  last_entry_hash bytea not null check (octet_length(last_entry_hash) = 32), -- personal: no
  changed_at timestamptz not null, -- personal: no
  unique (subject_id, service_id, purpose_id),
  foreign key (purpose_id, purpose_version) references purpose (purpose_id, version)
);

create table consent_event (
  event_id uuid primary key, -- personal: no
  seq bigint generated always as identity, -- personal: no
  xid xid8 not null default pg_current_xact_id(), -- personal: no
  log_id text not null, -- personal: no
  stream_id uuid not null, -- personal: pseudonym, names a consent in the log; kept as proof
  n integer not null check (n >= 1), -- personal: no
  consent_id uuid references consent, -- personal: pseudonym, one choice of one person; kept as proof
  kind text not null, -- personal: no
  state text, -- personal: no
  service_id text, -- personal: no
  purpose_id text, -- personal: no
  client_id text, -- personal: no
  actor_kind text not null check (actor_kind in ('self', 'representative', 'operator', 'system')), -- personal: no
  event_time timestamptz not null, -- personal: no
  entry bytea not null check (octet_length(entry) between 1 and 4096), -- personal: no
  body_sealed bytea, -- personal: yes, receipt payload under the person's own key; until erasure
  receipt_sealed bytea, -- personal: yes, signed receipt under the person's own key; until erasure
  opening_sealed bytea, -- personal: yes, random keys that open the commitments, under the person's own key; until erasure
  evidence_sealed bytea, -- personal: yes, session and device evidence under the person's own key; until erasure
  unique (stream_id, n),
  check (kind not like 'consent.%' or consent_id is not null)
);
create index consent_event_order on consent_event (xid, seq);
create index consent_event_consent on consent_event (consent_id, n);
create trigger consent_event_insert_only before update or delete on consent_event for each row execute function refuse_change();
create trigger consent_event_kept before truncate on consent_event for each statement execute function refuse_change();

-- A state without its event cannot commit (ledger design 3.2).
create function consent_has_event() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' and new.version <> 1 then
    raise exception 'a consent starts at version 1' using errcode = 'check_violation';
  end if;
  if tg_op = 'UPDATE' then
    if row(new.state, new.purpose_version, new.valid_until) is distinct from row(old.state, old.purpose_version, old.valid_until)
      and new.version <> old.version + 1 then
      raise exception 'a changed consent needs the next version' using errcode = 'check_violation';
    end if;
  end if;
  if not exists (
    select from consent_event e
    where e.stream_id = new.stream_id and e.n = new.version and e.consent_id = new.id
      and e.state = new.state and sha256(e.entry) = new.last_entry_hash
  ) then
    raise exception 'a consent cannot change without its event' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger consent_has_event after insert or update on consent
  deferrable initially deferred for each row execute function consent_has_event();

create table watermark (
  id bigint generated always as identity primary key, -- personal: no
  kind text not null check (kind in ('consent', 'sub', 'client', 'all')), -- personal: no
  consent_id text, -- personal: pseudonym, whose tokens die; one hour
  account_id uuid, -- personal: pseudonym, whose tokens die; one hour
  client_id text, -- personal: no
  service_id text, -- personal: no
  min_version integer, -- personal: no
  min_iat bigint, -- personal: no
  created_at timestamptz not null, -- personal: no
  check ((kind = 'consent') = (consent_id is not null and min_version is not null)),
  check ((kind = 'sub') = (account_id is not null)),
  check (kind = 'consent' or min_iat is not null)
);
create index watermark_age on watermark (created_at);
`,
  );
