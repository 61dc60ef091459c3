import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// A step of the mini app that happens in the phone's own browser (VNeID, a passkey). What is proven
// there is kept sealed and counts for nobody until the app brings the code that browser showed.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table browser_leg (
  id uuid primary key, -- personal: no
  link_key bytea not null unique check (octet_length(link_key) = 32), -- personal: no
  transaction_id uuid not null references authn_tx, -- personal: no
  family_id uuid not null references login_family on delete cascade, -- personal: no
  kind text not null check (kind in ('vneid', 'passkey')), -- personal: no
  browser_key bytea check (octet_length(browser_key) = 32), -- personal: pseudonym, keyed hash of a cookie of this one step; 1 day
  opened_at timestamptz, -- personal: no
  proven_sealed bytea, -- personal: yes, sealed: who VNeID says this is, until the app brings the code; 5 minutes
  code_mac bytea check (octet_length(code_mac) = 32), -- personal: no
  code_tries smallint not null default 0 check (code_tries between 0 and 5), -- personal: no
  created_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  ended_why text check (ended_why in ('used', 'superseded', 'used_up', 'declined', 'other_person', 'expired')), -- personal: no
  check (expires_at > created_at),
  check ((browser_key is null) = (opened_at is null)),
  check ((proven_sealed is null or code_mac is not null) and (code_mac is null or opened_at is not null)),
  check ((ended_at is null) = (ended_why is null)),
  check (ended_at is null or proven_sealed is null)
);
create unique index browser_leg_live on browser_leg (transaction_id) where ended_at is null;
create index browser_leg_transaction on browser_leg (transaction_id);
create index browser_leg_family on browser_leg (family_id);
create index browser_leg_expiry on browser_leg using brin (expires_at);
`,
  );
