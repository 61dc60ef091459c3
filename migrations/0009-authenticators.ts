import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- What a device keeps beside its passkeys instead of the number of an account: random, and the
-- owner's row to lock while passkeys are added.
create table passkey_owner (
  user_handle bytea primary key check (octet_length(user_handle) = 32), -- personal: pseudonym, random id that a device keeps with its passkeys; life of the account
  account_id uuid unique references account, -- personal: pseudonym, whose passkeys; life of the account
  staff_id uuid unique references staff, -- personal: pseudonym, whose passkeys; employment
  check (num_nonnulls(account_id, staff_id) = 1)
);

create table passkey (
  id uuid primary key, -- personal: no
  user_handle bytea not null references passkey_owner, -- personal: pseudonym, random id that a device keeps with its passkeys; life of the account
  credential_id bytea not null unique, -- personal: pseudonym, id the device gave the key; life of the passkey
  public_key bytea not null, -- personal: no
  sign_count bigint not null check (sign_count >= 0), -- personal: no
  device text not null check (device in ('single', 'multi')), -- personal: no
  backed_up boolean not null, -- personal: no
  transports text[] not null, -- personal: no
  aaguid uuid not null, -- personal: no
  name_sealed bytea not null, -- personal: yes, what the owner calls the device, to tell their passkeys apart; life of the passkey
  created_at timestamptz not null, -- personal: no
  last_used_at timestamptz, -- personal: no
  suspect_at timestamptz -- personal: no
);
create index passkey_of_owner on passkey (user_handle);

create table passkey_challenge (
  challenge_key bytea primary key check (octet_length(challenge_key) = 32), -- personal: no
  purpose text not null check (purpose in ('register', 'authenticate')), -- personal: no
  owner_kind text not null check (owner_kind in ('account', 'staff')), -- personal: no
  owner_id uuid, -- personal: pseudonym, who is asked to answer; a day
  place_key bytea not null check (octet_length(place_key) = 32), -- personal: no
  expires_at timestamptz not null, -- personal: no
  check (purpose = 'authenticate' or owner_id is not null)
);
create index passkey_challenge_expiry on passkey_challenge using brin (expires_at);

create table recovery_code (
  locator_key bytea primary key check (octet_length(locator_key) = 32), -- personal: no
  account_id uuid references account, -- personal: pseudonym, whose code; life of the account
  staff_id uuid references staff, -- personal: pseudonym, whose code; employment
  secret_hash text not null, -- personal: no
  created_at timestamptz not null, -- personal: no
  used_at timestamptz, -- personal: no
  superseded_at timestamptz, -- personal: no
  check (num_nonnulls(account_id, staff_id) = 1)
);
create index recovery_code_account on recovery_code (account_id) where used_at is null and superseded_at is null;
create index recovery_code_staff on recovery_code (staff_id) where used_at is null and superseded_at is null;

-- The steps of every way to level 2, and the recovery code, which is worth level 1 only.
alter table step_fact drop constraint step_fact_step_check;
alter table step_fact add constraint step_fact_step_check
  check (step in ('zalo', 'recovery', 'vneid', 'chip', 'card', 'counter', 'passkey', 'otp'));
`,
  );
