import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table staff (
  id uuid primary key, -- personal: no
  login text not null unique check (login ~ '^[a-z0-9][a-z0-9.-]{2,39}$'), -- personal: yes, sign-in name of an employee; employment and the retention of what they did
  role text not null check (role in ('officer', 'auditor', 'operator')), -- personal: no
  unit text not null, -- personal: no
  commune_code text check (commune_code ~ '^[0-9]{5}$'), -- personal: no
  password_hash text, -- personal: no
  invited_at timestamptz not null, -- personal: no
  accepted_at timestamptz, -- personal: no
  disabled_at timestamptz, -- personal: no
  check ((accepted_at is null) = (password_hash is null)),
  check (role <> 'officer' or commune_code is not null)
);

create table staff_invitation (
  token_key bytea primary key check (octet_length(token_key) = 32), -- personal: no
  staff_id uuid not null references staff, -- personal: no
  expires_at timestamptz not null, -- personal: no
  used_at timestamptz -- personal: no
);
create index staff_invitation_staff on staff_invitation (staff_id) where used_at is null;
`,
  );
