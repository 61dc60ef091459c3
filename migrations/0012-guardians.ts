import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- A child need not have an account when the relationship is recorded: the number is what both papers share.
-- The slots keep the number of representatives small even when they are recorded at the same moment.
create table guardianship (
  id uuid primary key, -- personal: no
  child_number_key bytea not null check (octet_length(child_number_key) = 32), -- personal: pseudonym, keyed hash of the child's personal number; until 3 years after the 16th birthday
  guardian_account_id uuid not null references account, -- personal: pseudonym, legal representative of the child; until 3 years after the 16th birthday
  slot smallint not null check (slot between 1 and 4), -- personal: no
  evidence_kind text not null check (evidence_kind in ('birth_certificate', 'register', 'court')), -- personal: no
  evidence_ref_key bytea not null check (octet_length(evidence_ref_key) = 32), -- personal: pseudonym, keyed hash of the number of the paper that was shown; until 3 years after the 16th birthday
  staff_id uuid references staff, -- personal: no
  commune_code text check (commune_code ~ '^[0-9]{5}$'), -- personal: no
  recorded_at timestamptz not null, -- personal: no
  ends_at timestamptz not null, -- personal: yes, 16th birthday of the child, when the representation lapses; until 3 years after it
  ended_at timestamptz, -- personal: no
  check ((staff_id is null) = (commune_code is null)),
  check (evidence_kind = 'register' or staff_id is not null),
  check (ends_at > recorded_at)
);
create unique index guardianship_slot on guardianship (child_number_key, slot) where ended_at is null;
create unique index guardianship_pair on guardianship (child_number_key, guardian_account_id) where ended_at is null;
create index guardianship_guardian on guardianship (guardian_account_id) where ended_at is null;

-- A child under 16 waits for the representative's answer. The child's own yes and no are sealed.
create table guardian_request (
  id uuid primary key, -- personal: no
  child_account_id uuid not null references account, -- personal: pseudonym, child who waits for an answer; 30 days
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  scopes text[] not null, -- personal: no
  body_sealed bytea not null, -- personal: yes, what was asked and the child's own choices; 30 days
  created_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  outcome text check (outcome in ('answered', 'void', 'superseded')), -- personal: no
  answered_by uuid references account, -- personal: pseudonym, representative who answered; 30 days
  check ((ended_at is null) = (outcome is null)),
  check ((outcome is not distinct from 'answered') = (answered_by is not null)),
  check (expires_at > created_at)
);
create unique index guardian_request_open on guardian_request (child_account_id, client_id, service_id) where ended_at is null;
create index guardian_request_child on guardian_request (child_account_id, created_at);

comment on column consent.valid_until is 'personal: yes, 16th birthday of a child, when what a representative decided lapses; kept as proof';
`,
  );
