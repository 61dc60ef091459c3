import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- Labels are read from tables; columns added later carry theirs in a comment of their own.
alter table phone add column last_proven_at timestamptz;
alter table phone add column contested_at timestamptz;
alter table phone add column reproven_at timestamptz;
comment on column phone.last_proven_at is 'personal: no';
comment on column phone.contested_at is 'personal: no';
comment on column phone.reproven_at is 'personal: no';
create index phone_number on phone (phone_key) where ended_at is null;

alter table identity_binding add column expiry_noticed_at timestamptz;
comment on column identity_binding.expiry_noticed_at is 'personal: no';
create index identity_binding_end on identity_binding (expires_at) where ended_at is null and expiry_noticed_at is null;

-- A person proven here who has another account. Nothing moves before effective_at, so that whoever
-- holds the other account can object; officers at a counter need no row.
create table rebind_request (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, account the person wants to move to; 12 months
  from_account_id uuid not null references account, -- personal: pseudonym, account that holds the binding; 12 months
  number_key bytea not null check (octet_length(number_key) = 32), -- personal: pseudonym, keyed hash of the personal number; 12 months
  requested_at timestamptz not null, -- personal: no
  effective_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  outcome text check (outcome in ('moved', 'objected', 'cancelled', 'lapsed')), -- personal: no
  check ((ended_at is null) = (outcome is null)),
  check (account_id <> from_account_id)
);
create unique index rebind_request_live on rebind_request (number_key) where ended_at is null;
create index rebind_request_from on rebind_request (from_account_id) where ended_at is null;

-- Numbers can be cancelled and replaced (contract 3): who is asked about the old one later must find the new.
create table personal_number_history (
  old_number_key bytea primary key check (octet_length(old_number_key) = 32), -- personal: pseudonym, keyed hash of a cancelled personal number; life of the account
  new_number_key bytea not null check (octet_length(new_number_key) = 32), -- personal: pseudonym, keyed hash of the number that replaced it; life of the account
  account_id uuid references account, -- personal: pseudonym, whose number; life of the account
  check_id text not null, -- personal: no
  replaced_at timestamptz not null -- personal: no
);
`,
  );
