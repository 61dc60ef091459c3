import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// An operator begins an action for a citizen on the phone, who answers in the mini app (CIBA, decision 0023).
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create table assisted_request (
  id uuid primary key, -- personal: no
  request_key bytea not null unique check (octet_length(request_key) = 32), -- personal: no
  request_sealed bytea, -- personal: no
  account_id uuid references account, -- personal: pseudonym, who is asked, none where nobody was found; 12 months
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  scopes text[] not null check (cardinality(scopes) > 0), -- personal: no
  acr_values text, -- personal: no
  max_age integer check (max_age >= 0), -- personal: no
  binding_message text not null check (binding_message ~ '^[A-Z0-9-]{1,20}$'), -- personal: no
  operator_sealed bytea not null, -- personal: yes, name and number of the operator, so that the citizen knows who asked; 12 months
  reason_sealed bytea not null, -- personal: yes, why the operator asks, in the operator's words; 12 months
  state text not null check (state in ('asked', 'approved', 'denied', 'expired')), -- personal: no
  asked_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz, -- personal: no
  polled_at timestamptz, -- personal: no
  check (expires_at > asked_at and expires_at <= asked_at + interval '11 minutes'),
  check ((state = 'asked') = (ended_at is null)),
  -- Nobody answers for nobody.
  check (account_id is not null or state in ('asked', 'expired')),
  -- What the token endpoint knows the request by leaves with the answer.
  check ((state = 'asked') = (request_sealed is not null))
);
create index assisted_request_account on assisted_request (account_id, asked_at desc);
create index assisted_request_open on assisted_request (expires_at) where state = 'asked';
create index assisted_request_age on assisted_request using brin (asked_at);

alter table notice_shown drop constraint notice_shown_kind_check;
alter table notice_shown add constraint notice_shown_kind_check
  check (kind in ('new_device', 'moving', 'moved', 'locked', 'unlocked', 'recovery_made', 'recovery_used', 'passkey_added', 'passkey_removed', 'binding_ending', 'phone_changed', 'guardian_asked', 'guardian_recorded', 'hotline_linked', 'zalo_revoked', 'assisted_asked'));

alter table oidc_client drop constraint oidc_client_kind_check;
alter table oidc_client add constraint oidc_client_kind_check
  check (kind in ('portal', 'miniapp', 'service', 'sign-on', 'hotline', 'desk'));
-- What an operator may ask for stands in the registration, and never is nothing.
alter table oidc_client add constraint oidc_client_desk_check
  check (kind <> 'desk' or (class = 'gov_portal' and coalesce(jsonb_array_length(case when jsonb_typeof(metadata->'desk_scopes') = 'array' then metadata->'desk_scopes' end), 0) > 0));
`,
  );
