import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// The 1022 hotline on Zalo: whose chat belongs to which account, which signed event was used for what;
// and what a citizen who takes the consent back in Zalo's settings leaves us to do (decision 0022).
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table oa_link (
  id uuid primary key, -- personal: no
  oa_id text not null, -- personal: no
  oa_user_key bytea not null check (octet_length(oa_user_key) = 32), -- personal: pseudonym, keyed hash of the citizen's id at the Official Account, to know who writes; 12 months after the end of the link
  account_id uuid not null references account, -- personal: pseudonym, whose questions are answered there; 12 months after the end of the link
  linked_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  end_reason text check (end_reason in ('citizen', 'replaced', 'zalo_revoked', 'locked')), -- personal: no
  check ((ended_at is null) = (end_reason is null))
);
-- One chat, one account, and the other way round.
create unique index oa_link_user on oa_link (oa_id, oa_user_key) where ended_at is null;
create unique index oa_link_live on oa_link (account_id, oa_id) where ended_at is null;
create index oa_link_ended on oa_link (ended_at);

create table oa_link_code (
  account_id uuid not null references account, -- personal: pseudonym, who asked for the code; 10 minutes
  oa_id text not null, -- personal: no
  code_key bytea not null unique check (octet_length(code_key) = 32), -- personal: no
  expires_at timestamptz not null, -- personal: no
  -- One at a time: a new code ends the one before.
  primary key (account_id, oa_id)
);

create table oa_event (
  event_key bytea not null check (octet_length(event_key) = 32), -- personal: no
  used_by text not null, -- personal: no
  used_at timestamptz not null, -- personal: no
  primary key (event_key, used_by)
);
create index oa_event_age on oa_event using brin (used_at);

alter table zalo_link add column consent_revoked_at timestamptz;
comment on column zalo_link.consent_revoked_at is 'personal: no';

create table data_duty (
  id uuid primary key, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, whose data the duty is about; until it is done and 12 months
  kind text not null check (kind in ('zalo_consent_revoked')), -- personal: no
  opened_at timestamptz not null, -- personal: no
  closed_at timestamptz -- personal: no
);
create unique index data_duty_open on data_duty (account_id, kind) where closed_at is null;

alter table notice_shown drop constraint notice_shown_kind_check;
alter table notice_shown add constraint notice_shown_kind_check
  check (kind in ('new_device', 'moving', 'moved', 'locked', 'unlocked', 'recovery_made', 'recovery_used', 'passkey_added', 'passkey_removed', 'binding_ending', 'phone_changed', 'guardian_asked', 'guardian_recorded', 'hotline_linked', 'zalo_revoked'));

alter table oidc_client drop constraint oidc_client_kind_check;
alter table oidc_client add constraint oidc_client_kind_check
  check (kind in ('portal', 'miniapp', 'service', 'sign-on', 'hotline'));
-- It asks for the citizens of one service, and says which.
alter table oidc_client drop constraint oidc_client_service_check;
alter table oidc_client add constraint oidc_client_service_check
  check (case kind when 'service' then service_id is not null when 'hotline' then service_id is not null
    when 'portal' then true else service_id is null end);
`,
  );
