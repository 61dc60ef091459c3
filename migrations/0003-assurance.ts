import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- Facts and events are written once. An UPDATE or DELETE that reaches one is a bug or an attack.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is insert only', tg_table_name using errcode = 'restrict_violation';
end $$;

create table authn_tx (
  id uuid primary key, -- personal: no
  kind text not null check (kind in ('web', 'challenge')), -- personal: no
  interaction_key bytea not null unique, -- personal: no
  client_id text not null, -- personal: no
  account_id uuid references account, -- personal: pseudonym, who is proving; 30 days
  want_level smallint not null check (want_level in (1, 2)), -- personal: no
  max_age_seconds integer check (max_age_seconds >= 0), -- personal: no
  scopes text[] not null, -- personal: no
  display_code text not null, -- personal: no
  state text not null check (state in ('evidence', 'choosing', 'primary', 'phone', 'otp', 'consent', 'ready', 'done', 'failed', 'expired')), -- personal: no
  state_version integer not null default 0, -- personal: no
  pending jsonb, -- personal: yes, sealed phone and identity awaiting the code; cleared when the transaction ends
  created_at timestamptz not null, -- personal: no
  expires_at timestamptz not null -- personal: no
);
create index authn_tx_expiry on authn_tx using brin (expires_at);

create table upstream_state (
  state_key bytea primary key, -- personal: no
  provider text not null check (provider in ('zalo', 'vneid')), -- personal: no
  interaction_uid text not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  consumed_at timestamptz -- personal: no
);
create index upstream_state_expiry on upstream_state using brin (expires_at);

create table step_fact (
  transaction_id uuid not null references authn_tx, -- personal: no
  step text not null check (step in ('zalo', 'vneid', 'card', 'counter', 'passkey', 'otp')), -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, who proved; 12 months
  upstream_ref text, -- personal: no
  at timestamptz not null, -- personal: no
  primary key (transaction_id, step)
);
create trigger step_fact_insert_only before update or delete on step_fact for each row execute function refuse_change();
create trigger step_fact_kept before truncate on step_fact for each statement execute function refuse_change();

-- A session is one browser session (session_uid) or one auth_session family.
create table level_fact (
  id uuid primary key, -- personal: no
  session_uid text, -- personal: pseudonym, the browser session the proof belongs to; 12 months
  transaction_id uuid references authn_tx, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, who proved; 12 months
  level smallint not null check (level in (1, 2)), -- personal: no
  amr text[] not null, -- personal: no
  identity_source text check (identity_source in ('vneid', 'chip_c06', 'register_match', 'counter')), -- personal: no
  at timestamptz not null, -- personal: no
  revoked_at timestamptz, -- personal: no
  unique (transaction_id, level),
  check ((level = 2) = (identity_source is not null))
);
create index level_fact_session on level_fact (session_uid, level, at desc);
create index level_fact_account on level_fact (account_id) where revoked_at is null;

create table otp (
  id uuid primary key, -- personal: no
  transaction_id uuid not null references authn_tx, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, who asked for the code; 24 hours
  purpose text not null, -- personal: no
  phone_key bytea not null, -- personal: pseudonym, keyed hash of the number, to count sends; 24 hours
  phone_sealed bytea not null, -- personal: yes, where the code goes; 24 hours
  channel text not null check (channel in ('sms', 'zns')), -- personal: no
  code_mac bytea not null check (octet_length(code_mac) = 32), -- personal: no
  key_id text not null, -- personal: no
  attempts smallint not null default 0, -- personal: no
  max_attempts smallint not null, -- personal: no
  send_number smallint not null check (send_number between 1 and 3), -- personal: no
  resend_after timestamptz not null, -- personal: no
  created_at timestamptz not null, -- personal: no
  last_attempt_at timestamptz, -- personal: no
  expires_at timestamptz not null, -- personal: no
  consumed_at timestamptz, -- personal: no
  superseded_at timestamptz, -- personal: no
  check (attempts <= max_attempts)
);
create unique index otp_live on otp (transaction_id) where consumed_at is null and superseded_at is null;
create unique index otp_send on otp (transaction_id, send_number);

create table message_outbox (
  id uuid primary key, -- personal: no
  channel text not null check (channel in ('sms', 'zns')), -- personal: no
  to_sealed bytea, -- personal: yes, number the message goes to; erased when delivered or given up
  text_sealed bytea, -- personal: yes, the message with its code; erased when delivered or given up
  created_at timestamptz not null, -- personal: no
  next_try_at timestamptz not null, -- personal: no
  give_up_at timestamptz not null, -- personal: no
  tries smallint not null default 0, -- personal: no
  done_at timestamptz, -- personal: no
  outcome text, -- personal: no
  upstream_id text -- personal: no
);
create index message_outbox_due on message_outbox (next_try_at) where done_at is null;

create table rate_limit (
  key varchar(255) primary key, -- personal: pseudonym, keyed hash of phone, account or address whose tries are counted; at most 24 hours
  points integer not null default 0, -- personal: no
  expire bigint -- personal: no
);
`,
  );
