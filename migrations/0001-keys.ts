import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table signing_key (
  kid text primary key, -- personal: no
  use text not null check (use in ('token', 'receipt')), -- personal: no
  alg text not null check (alg = 'ES256'), -- personal: no
  public_jwk json not null, -- personal: no
  private_sealed bytea not null, -- personal: no
  state text not null check (state in ('next', 'current', 'retired')), -- personal: no
  created_at timestamptz not null, -- personal: no
  current_at timestamptz, -- personal: no
  retired_at timestamptz, -- personal: no
  check ((state = 'next') = (current_at is null)),
  check ((state = 'retired') = (retired_at is not null))
);
-- Two processes that rotate at once must not leave two current keys.
create unique index signing_key_current on signing_key (use) where state = 'current';
create unique index signing_key_next on signing_key (use) where state = 'next';

create table sealed_secret (
  name text primary key, -- personal: no
  sealed bytea not null, -- personal: no
  created_at timestamptz not null -- personal: no
);
`,
  );
