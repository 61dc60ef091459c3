import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// An event has no foreign key to its stream: a service that deletes its stream at this moment must
// not make a citizen's withdrawal fail.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table signing_key drop constraint signing_key_use_check, drop constraint signing_key_alg_check;
alter table signing_key
  add constraint signing_key_use_check check (use in ('token', 'receipt', 'signal')),
  add constraint signing_key_alg_check check (alg = case use when 'signal' then 'RS256' else 'ES256' end);

create table signal_stream (
  id uuid primary key, -- personal: no
  service_id text not null unique, -- personal: no
  sector text not null, -- personal: no
  client_id text not null, -- personal: no
  method text not null check (method in ('push', 'poll')), -- personal: no
  endpoint_url text, -- personal: no
  authorization_sealed bytea, -- personal: no
  events_requested text[], -- personal: no
  kinds text[] not null, -- personal: no
  description text, -- personal: no
  status text not null check (status in ('enabled', 'paused', 'disabled')), -- personal: no
  status_reason text, -- personal: no
  created_at timestamptz not null, -- personal: no
  changed_at timestamptz not null, -- personal: no
  verified_at timestamptz, -- personal: no
  leased_until timestamptz not null, -- personal: no
  next_push_at timestamptz not null, -- personal: no
  failures integer not null default 0, -- personal: no
  check ((method = 'push') = (endpoint_url is not null)),
  check (authorization_sealed is null or method = 'push')
);

create table signal_event (
  jti uuid primary key, -- personal: no
  seq bigint generated always as identity, -- personal: no
  stream_id uuid not null, -- personal: no
  service_id text not null, -- personal: no
  sub text, -- personal: pseudonym, id the service knows the citizen by, to say whom the event is about; 12 months for consent (who was told when), else 30 days after delivery
  txn text not null, -- personal: no
  kind text not null, -- personal: no
  facts json not null, -- personal: pseudonym, consent handle and purposes of a withdrawal, a level, a kind of credential; 12 months
  created_at timestamptz not null, -- personal: no
  next_try_at timestamptz not null, -- personal: no
  tries integer not null default 0, -- personal: no
  tried_since timestamptz, -- personal: no
  first_tried_at timestamptz, -- personal: no
  delivered_at timestamptz, -- personal: no
  acknowledged_at timestamptz, -- personal: no
  last_error text, -- personal: no
  last_error_text text, -- personal: no
  done_at timestamptz, -- personal: no
  outcome text check (outcome in ('delivered', 'rejected', 'failed', 'dropped')), -- personal: no
  check ((done_at is null) = (outcome is null)),
  check ((outcome is not distinct from 'delivered') = (acknowledged_at is not null))
);
create index signal_event_waiting on signal_event (stream_id, seq) where done_at is null;
create index signal_event_service on signal_event (service_id, created_at);
create index signal_event_created on signal_event (created_at);
`,
  );
