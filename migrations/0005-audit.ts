import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- One stream per account; gaps in n or a broken p show to anyone who has the entries.
create table audit_stream (
  stream_id uuid primary key, -- personal: pseudonym, names an account in the access log; kept as proof
  account_id uuid unique references account, -- personal: pseudonym, only link from the log to an account; cut at erasure
  n integer not null default 0, -- personal: no
  last_entry_hash bytea not null default decode(repeat('00', 32), 'hex') -- personal: no
);

create table access_event (
  event_id uuid primary key, -- personal: no
  seq bigint generated always as identity, -- personal: no
  xid xid8 not null default pg_current_xact_id(), -- personal: no
  log_id text not null, -- personal: no
  stream_id uuid not null, -- personal: pseudonym, names an account in the access log; kept as proof
  n integer not null check (n >= 1), -- personal: no
  kind text not null, -- personal: no
  outcome text not null check (outcome in ('ok', 'refused', 'failed')), -- personal: no
  actor_kind text not null check (actor_kind in ('self', 'representative', 'operator', 'system', 'service')), -- personal: no
  client_id text, -- personal: no
  service_id text, -- personal: no
  event_time timestamptz not null, -- personal: no
  entry bytea not null check (octet_length(entry) between 1 and 4096), -- personal: no
  body bytea, -- personal: pseudonym, what happened in words without names or numbers; 12 months
  opening bytea, -- personal: no
  unique (stream_id, n)
);
create index access_event_order on access_event (xid, seq);
create index access_event_time on access_event (event_time desc, event_id desc);
create trigger access_event_insert_only before update or delete on access_event for each row execute function refuse_change();
create trigger access_event_kept before truncate on access_event for each statement execute function refuse_change();

-- The whole append in one call: lock the stream, number the entry, chain it, write it.
-- b is HMAC-SHA256(opening, body), computed by the caller; times are UTC with milliseconds.
create function append_access_event(
  event uuid, account uuid, fresh_stream uuid, log text, event_kind text, result text, actor text,
  client text, service text, at timestamptz, details bytea, opening_key bytea, commitment text
) returns integer language plpgsql as $$
declare
  stream audit_stream;
  line text;
  bytes bytea;
begin
  if account is null then
    stream := row(fresh_stream, null, 1, decode(repeat('00', 32), 'hex'));
  else
    insert into audit_stream as s (stream_id, account_id, n) values (fresh_stream, account, 1)
      on conflict (account_id) do update set n = s.n + 1
      returning * into stream;
  end if;
  line := format('{"v":1,"eid":"%s","k":"%s","t":"%s","s":"%s","n":%s,"p":"%s","b":"%s"}',
    event, event_kind, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), stream.stream_id, stream.n,
    translate(encode(stream.last_entry_hash, 'base64'), '+/=', '-_'), commitment);
  bytes := convert_to(line, 'UTF8');
  insert into access_event (event_id, log_id, stream_id, n, kind, outcome, actor_kind, client_id, service_id, event_time, entry, body, opening)
    values (event, log, stream.stream_id, stream.n, event_kind, result, actor, client, service, at, bytes, details, opening_key);
  if account is not null then
    update audit_stream set last_entry_hash = sha256(bytes) where stream_id = stream.stream_id;
  end if;
  return stream.n;
end $$;
`,
  );
