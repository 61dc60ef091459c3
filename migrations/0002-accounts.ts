import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table account (
  id uuid primary key, -- personal: pseudonym, our number for a citizen; life of the account
  created_at timestamptz not null, -- personal: no
  locked_at timestamptz, -- personal: no
  lock_reason text -- personal: no
);

create table zalo_link (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, our number for a citizen; life of the account
  app_id text not null, -- personal: no
  zalo_id text not null, -- personal: pseudonym, Zalo's id of the citizen within our app, to know the same person again; life of the link
  name_sealed bytea, -- personal: yes, name the citizen gave Zalo, to greet them; replaced at each login, life of the link
  linked_at timestamptz not null, -- personal: no
  ended_at timestamptz -- personal: no
);
-- A Zalo id opens exactly one account: never linked by phone, mail or name.
create unique index zalo_link_live on zalo_link (app_id, zalo_id) where ended_at is null;
create index zalo_link_account on zalo_link (account_id);

create table identity_binding (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, our number for a citizen; life of the account
  source text not null check (source in ('vneid', 'chip_c06', 'register_match', 'counter')), -- personal: no
  number_key bytea not null check (octet_length(number_key) = 32), -- personal: pseudonym, keyed hash of the personal number so that one person has one account; life of the binding
  number_sealed bytea, -- personal: yes, personal number, shown masked and released only where law allows; life of the binding
  name_sealed bytea, -- personal: yes, verified name for the services the citizen chose; life of the binding
  birthdate_sealed bytea, -- personal: yes, birth date for age rules; life of the binding
  upstream_issuer text, -- personal: no
  upstream_sub_key bytea, -- personal: pseudonym, keyed hash of the id at the upstream provider, to notice a change of person; life of the binding
  check_id text not null, -- personal: no
  organisation text not null, -- personal: no
  bound_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  end_reason text -- personal: no
);
create unique index identity_binding_person on identity_binding (number_key) where ended_at is null;
create unique index identity_binding_account on identity_binding (account_id) where ended_at is null;

create table phone (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, our number for a citizen; life of the account
  phone_key bytea not null check (octet_length(phone_key) = 32), -- personal: pseudonym, keyed hash to compare numbers; life of the phone entry
  phone_sealed bytea, -- personal: yes, number for one-time codes and notices; life of the phone entry
  verified_at timestamptz not null, -- personal: no
  ended_at timestamptz -- personal: no
);
create unique index phone_live on phone (account_id) where ended_at is null;

create table pairwise_subject (
  account_id uuid not null references account, -- personal: pseudonym, our number for a citizen; life of the account
  sector text not null, -- personal: no
  sub text not null unique, -- personal: pseudonym, random id one sector knows the citizen by; life of the account
  primary key (account_id, sector)
);
`,
  );
