import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// `service_hour` holds counts and no person. One narrow row a count, so that a new kind of count is
// not a new column; counters are not in an index and pages keep room, so an increment stays in its page.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table decision_record (
  service_id text not null, -- personal: no
  decision_id text not null, -- personal: no
  at timestamptz not null, -- personal: no
  received_at timestamptz not null, -- personal: no
  action text not null, -- personal: no
  allow boolean not null, -- personal: no
  failed text[] not null, -- personal: no
  sub_hash bytea check (octet_length(sub_hash) = 16), -- personal: pseudonym, tells which service looked at whose data; 12 months
  client_id text, -- personal: no
  acr text, -- personal: no
  age_seconds integer check (age_seconds >= 0), -- personal: no
  catalogue_version text, -- personal: no
  jti_hash bytea check (octet_length(jti_hash) = 16), -- personal: pseudonym, ties decisions to the token they judged; 12 months
  took_us integer check (took_us >= 0), -- personal: no
  primary key (service_id, decision_id),
  check (allow = (cardinality(failed) = 0))
);
create index decision_record_at on decision_record using brin (at);
create trigger decision_record_insert_only before update on decision_record for each row execute function refuse_change();
create trigger decision_record_kept_a_year before delete on decision_record for each row
  when (old.at > now() - interval '12 months') execute function refuse_change();
create trigger decision_record_kept before truncate on decision_record for each statement execute function refuse_change();

create table service_hour (
  service_id text not null, -- personal: no
  hour timestamptz not null, -- personal: no
  kind text not null check (kind in ('allowed', 'refused', 'cause', 'latency', 'action_allowed', 'action_refused', 'dropped', 'tokens', 'started', 'reached')), -- personal: no
  name text not null, -- personal: no
  n bigint not null check (n >= 0), -- personal: no
  last_at timestamptz not null, -- personal: no
  primary key (service_id, hour, kind, name)
) with (fillfactor = 70);

-- Step-ups are counted from their transactions, after the fact: a sign-in pays for this entry and nothing else.
create index authn_tx_level_two on authn_tx (created_at) where want_level = 2;
`,
  );
