import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// The mini app has no cookies and nothing durable: one launch is one family of `auth_session` values,
// each good once, all bound to the key the app made when it opened (protocol design 6).
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table login_family (
  id uuid primary key, -- personal: no
  name_key bytea not null unique check (octet_length(name_key) = 32), -- personal: no
  secret_key bytea not null check (octet_length(secret_key) = 32), -- personal: no
  session_uid text not null unique, -- personal: no
  jkt text not null, -- personal: pseudonym, key the app made at this launch; 1 day after its end
  client_id text not null, -- personal: no
  account_id uuid references account(id), -- personal: pseudonym, who is signed in; 1 day after its end
  device_key bytea check (octet_length(device_key) = 32), -- personal: pseudonym, keyed hash of a number the machine keeps; 1 day after its end
  flow jsonb, -- personal: no
  grant_id text, -- personal: no
  created_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  check (expires_at > created_at)
);
create index login_family_account on login_family (account_id) where ended_at is null;
create index login_family_expiry on login_family using brin (expires_at);

create table zalo_evidence (
  evidence_key bytea primary key check (octet_length(evidence_key) = 32), -- personal: no
  jkt text not null, -- personal: pseudonym, key of the launch that used it; 1 day
  used_at timestamptz not null -- personal: no
);
create index zalo_evidence_age on zalo_evidence using brin (used_at);
`,
  );
