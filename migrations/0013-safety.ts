import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- What an account was told, for the citizen's own page; the unique key makes each notice once.
create table notice_shown (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, whom it was told; 12 months
  kind text not null check (kind in ('new_device', 'moving', 'moved', 'locked', 'unlocked', 'recovery_used', 'passkey_added', 'passkey_removed', 'binding_ending', 'phone_changed', 'guardian')), -- personal: no
  notice_key text not null, -- personal: no
  facts jsonb not null, -- personal: no
  at timestamptz not null, -- personal: no
  unique (account_id, kind, notice_key)
);
create index notice_shown_account on notice_shown (account_id, at desc);

-- The link itself travels in the message; here is only what recognises it.
create table not_me_link (
  token_key bytea primary key check (octet_length(token_key) = 32), -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, whose account the link locks; 30 days
  notice_id uuid not null references notice_shown, -- personal: no
  expires_at timestamptz not null, -- personal: no
  used_at timestamptz -- personal: no
);
create index not_me_link_notice on not_me_link (notice_id);
create index not_me_link_expiry on not_me_link using brin (expires_at);

-- Browsers in which level 2 was proven.
create table known_device (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, whose browser; until 400 days after it was last seen
  device_key bytea not null check (octet_length(device_key) = 32), -- personal: pseudonym, keyed hash of a random number kept in the browser; until 400 days after it was last seen
  kind text not null check (kind in ('android', 'iphone', 'ipad', 'windows', 'mac', 'linux', 'other')), -- personal: pseudonym, what sort of machine, for the person's own list; until 400 days after it was last seen
  first_proven_at timestamptz not null, -- personal: no
  last_seen_at timestamptz not null, -- personal: no
  ended_at timestamptz -- personal: no
);
create unique index known_device_live on known_device (account_id, device_key) where ended_at is null;
create index known_device_seen on known_device (last_seen_at);

create table device_hold (
  account_id uuid not null references account, -- personal: pseudonym, whose account waits; 24 hours
  device_key bytea not null check (octet_length(device_key) = 32), -- personal: pseudonym, keyed hash of a random number kept in the browser; 24 hours
  began_at timestamptz not null, -- personal: no
  message_ids uuid[] not null, -- personal: no
  primary key (account_id, device_key)
);
create index device_hold_began on device_hold (began_at);
`,
  );
