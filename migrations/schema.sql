-- The whole schema after the last migration, read from PostgreSQL's catalogs.
-- Written by `bin/tnid migrate --dump`; change a migration, not this file.

create table access_event (
  event_id uuid not null, -- personal: no
  seq bigint not null generated always as identity, -- personal: no
  xid xid8 not null default pg_current_xact_id(), -- personal: no
  log_id text not null, -- personal: no
  stream_id uuid not null, -- personal: pseudonym, names an account in the access log; kept as proof
  n integer not null, -- personal: no
  kind text not null, -- personal: no
  outcome text not null, -- personal: no
  actor_kind text not null, -- personal: no
  client_id text, -- personal: no
  service_id text, -- personal: no
  event_time timestamp with time zone not null, -- personal: no
  entry bytea not null, -- personal: no
  body bytea, -- personal: pseudonym, what happened in words without names or numbers; 12 months
  opening bytea, -- personal: no
  constraint access_event_actor_kind_check CHECK (actor_kind = ANY (ARRAY['self'::text, 'representative'::text, 'operator'::text, 'system'::text, 'service'::text])),
  constraint access_event_entry_check CHECK (octet_length(entry) >= 1 AND octet_length(entry) <= 4096),
  constraint access_event_n_check CHECK (n >= 1),
  constraint access_event_outcome_check CHECK (outcome = ANY (ARRAY['ok'::text, 'refused'::text, 'failed'::text])),
  constraint access_event_pkey PRIMARY KEY (event_id),
  constraint access_event_stream_id_n_key UNIQUE (stream_id, n)
);
CREATE INDEX access_event_order ON access_event USING btree (xid, seq);
CREATE INDEX access_event_time ON access_event USING btree (event_time DESC, event_id DESC);
CREATE TRIGGER access_event_insert_only BEFORE DELETE OR UPDATE ON access_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_event_kept BEFORE TRUNCATE ON access_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table account (
  id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  created_at timestamp with time zone not null, -- personal: no
  locked_at timestamp with time zone, -- personal: no
  lock_reason text, -- personal: no
  constraint account_pkey PRIMARY KEY (id)
);

create table audit_stream (
  stream_id uuid not null, -- personal: pseudonym, names an account in the access log; kept as proof
  account_id uuid, -- personal: pseudonym, only link from the log to an account; cut at erasure
  n integer not null default 0, -- personal: no
  last_entry_hash bytea not null default decode(repeat('00'::text, 32), 'hex'::text), -- personal: no
  constraint audit_stream_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint audit_stream_account_id_key UNIQUE (account_id),
  constraint audit_stream_pkey PRIMARY KEY (stream_id)
);

create table authn_tx (
  id uuid not null, -- personal: no
  kind text not null, -- personal: no
  interaction_key bytea not null, -- personal: no
  client_id text not null, -- personal: no
  account_id uuid, -- personal: pseudonym, who is proving; 30 days
  want_level smallint not null, -- personal: no
  max_age_seconds integer, -- personal: no
  scopes text[] not null, -- personal: no
  display_code text not null, -- personal: no
  state text not null, -- personal: no
  state_version integer not null default 0, -- personal: no
  pending jsonb, -- personal: yes, sealed phone and identity awaiting the code; cleared when the transaction ends
  created_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  constraint authn_tx_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint authn_tx_interaction_key_key UNIQUE (interaction_key),
  constraint authn_tx_kind_check CHECK (kind = ANY (ARRAY['web'::text, 'challenge'::text])),
  constraint authn_tx_max_age_seconds_check CHECK (max_age_seconds >= 0),
  constraint authn_tx_pkey PRIMARY KEY (id),
  constraint authn_tx_state_check CHECK (state = ANY (ARRAY['evidence'::text, 'choosing'::text, 'primary'::text, 'phone'::text, 'otp'::text, 'consent'::text, 'ready'::text, 'done'::text, 'failed'::text, 'expired'::text])),
  constraint authn_tx_want_level_check CHECK (want_level = ANY (ARRAY[1, 2]))
);
CREATE INDEX authn_tx_expiry ON authn_tx USING brin (expires_at);

create table consent (
  id uuid not null, -- personal: pseudonym, one choice of one person; kept as proof
  subject_id uuid not null, -- personal: pseudonym, the person in the consent ledger; kept as proof
  service_id text not null, -- personal: no
  purpose_id text not null, -- personal: no
  purpose_version integer not null, -- personal: no
  state text not null, -- personal: no
  version integer not null, -- personal: no
  valid_until timestamp with time zone, -- personal: no
  stream_id uuid not null, -- personal: pseudonym, names this consent in the log; kept as proof
  last_entry_hash bytea not null, -- personal: no
  changed_at timestamp with time zone not null, -- personal: no
  constraint consent_last_entry_hash_check CHECK (octet_length(last_entry_hash) = 32),
  constraint consent_pkey PRIMARY KEY (id),
  constraint consent_purpose_id_purpose_version_fkey FOREIGN KEY (purpose_id, purpose_version) REFERENCES purpose(purpose_id, version),
  constraint consent_state_check CHECK (state = ANY (ARRAY['requested'::text, 'given'::text, 'renewed'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text, 'revoked_by_controller'::text, 'invalidated'::text])),
  constraint consent_stream_id_key UNIQUE (stream_id),
  constraint consent_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(subject_id),
  constraint consent_subject_id_service_id_purpose_id_key UNIQUE (subject_id, service_id, purpose_id),
  constraint consent_version_check CHECK (version >= 1)
);
CREATE CONSTRAINT TRIGGER consent_has_event AFTER INSERT OR UPDATE ON consent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consent_has_event();

create table consent_event (
  event_id uuid not null, -- personal: no
  seq bigint not null generated always as identity, -- personal: no
  xid xid8 not null default pg_current_xact_id(), -- personal: no
  log_id text not null, -- personal: no
  stream_id uuid not null, -- personal: pseudonym, names a consent in the log; kept as proof
  n integer not null, -- personal: no
  consent_id uuid, -- personal: pseudonym, one choice of one person; kept as proof
  kind text not null, -- personal: no
  state text, -- personal: no
  service_id text, -- personal: no
  purpose_id text, -- personal: no
  client_id text, -- personal: no
  actor_kind text not null, -- personal: no
  event_time timestamp with time zone not null, -- personal: no
  entry bytea not null, -- personal: no
  body_sealed bytea, -- personal: yes, receipt payload under the person's own key; until erasure
  receipt_sealed bytea, -- personal: yes, signed receipt under the person's own key; until erasure
  opening_sealed bytea, -- personal: yes, random keys that open the commitments, under the person's own key; until erasure
  evidence_sealed bytea, -- personal: yes, session and device evidence under the person's own key; until erasure
  constraint consent_event_actor_kind_check CHECK (actor_kind = ANY (ARRAY['self'::text, 'representative'::text, 'operator'::text, 'system'::text])),
  constraint consent_event_check CHECK (kind !~~ 'consent.%'::text OR consent_id IS NOT NULL),
  constraint consent_event_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES consent(id),
  constraint consent_event_entry_check CHECK (octet_length(entry) >= 1 AND octet_length(entry) <= 4096),
  constraint consent_event_n_check CHECK (n >= 1),
  constraint consent_event_pkey PRIMARY KEY (event_id),
  constraint consent_event_stream_id_n_key UNIQUE (stream_id, n)
);
CREATE INDEX consent_event_consent ON consent_event USING btree (consent_id, n);
CREATE INDEX consent_event_order ON consent_event USING btree (xid, seq);
CREATE TRIGGER consent_event_insert_only BEFORE DELETE OR UPDATE ON consent_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_event_kept BEFORE TRUNCATE ON consent_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table consent_handle (
  consent_id text not null, -- personal: pseudonym, names the consents of one person at one service in tokens; kept as proof
  subject_id uuid not null, -- personal: pseudonym, the person in the consent ledger; kept as proof
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  version integer not null default 1, -- personal: no
  constraint consent_handle_pkey PRIMARY KEY (consent_id),
  constraint consent_handle_subject_id_client_id_service_id_key UNIQUE (subject_id, client_id, service_id),
  constraint consent_handle_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(subject_id),
  constraint consent_handle_version_check CHECK (version >= 1)
);

create table identity_binding (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  source text not null, -- personal: no
  number_key bytea not null, -- personal: pseudonym, keyed hash of the personal number so that one person has one account; life of the binding
  number_sealed bytea, -- personal: yes, personal number, shown masked and released only where law allows; life of the binding
  name_sealed bytea, -- personal: yes, verified name for the services the citizen chose; life of the binding
  birthdate_sealed bytea, -- personal: yes, birth date for age rules; life of the binding
  upstream_issuer text, -- personal: no
  upstream_sub_key bytea, -- personal: pseudonym, keyed hash of the id at the upstream provider, to notice a change of person; life of the binding
  check_id text not null, -- personal: no
  organisation text not null, -- personal: no
  bound_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  end_reason text, -- personal: no
  constraint identity_binding_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint identity_binding_number_key_check CHECK (octet_length(number_key) = 32),
  constraint identity_binding_pkey PRIMARY KEY (id),
  constraint identity_binding_source_check CHECK (source = ANY (ARRAY['vneid'::text, 'chip_c06'::text, 'register_match'::text, 'counter'::text]))
);
CREATE UNIQUE INDEX identity_binding_account ON identity_binding USING btree (account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX identity_binding_person ON identity_binding USING btree (number_key) WHERE (ended_at IS NULL);

create table level_fact (
  id uuid not null, -- personal: no
  session_uid text, -- personal: pseudonym, the browser session the proof belongs to; 12 months
  transaction_id uuid, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who proved; 12 months
  level smallint not null, -- personal: no
  amr text[] not null, -- personal: no
  identity_source text, -- personal: no
  at timestamp with time zone not null, -- personal: no
  revoked_at timestamp with time zone, -- personal: no
  constraint level_fact_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint level_fact_check CHECK ((level = 2) = (identity_source IS NOT NULL)),
  constraint level_fact_identity_source_check CHECK (identity_source = ANY (ARRAY['vneid'::text, 'chip_c06'::text, 'register_match'::text, 'counter'::text])),
  constraint level_fact_level_check CHECK (level = ANY (ARRAY[1, 2])),
  constraint level_fact_pkey PRIMARY KEY (id),
  constraint level_fact_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id),
  constraint level_fact_transaction_id_level_key UNIQUE (transaction_id, level)
);
CREATE INDEX level_fact_account ON level_fact USING btree (account_id) WHERE (revoked_at IS NULL);
CREATE INDEX level_fact_session ON level_fact USING btree (session_uid, level, at DESC);

create table message_outbox (
  id uuid not null, -- personal: no
  channel text not null, -- personal: no
  to_sealed bytea, -- personal: yes, number the message goes to; erased when delivered or given up
  text_sealed bytea, -- personal: yes, the message with its code; erased when delivered or given up
  created_at timestamp with time zone not null, -- personal: no
  next_try_at timestamp with time zone not null, -- personal: no
  give_up_at timestamp with time zone not null, -- personal: no
  tries smallint not null default 0, -- personal: no
  done_at timestamp with time zone, -- personal: no
  outcome text, -- personal: no
  upstream_id text, -- personal: no
  constraint message_outbox_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'zns'::text])),
  constraint message_outbox_pkey PRIMARY KEY (id)
);
CREATE INDEX message_outbox_due ON message_outbox USING btree (next_try_at) WHERE (done_at IS NULL);

create table notice (
  sha256 bytea not null, -- personal: no
  service_id text not null, -- personal: no
  language text not null, -- personal: no
  bytes bytea not null, -- personal: no
  first_shown_at timestamp with time zone not null, -- personal: no
  constraint notice_language_check CHECK (language = ANY (ARRAY['vi'::text, 'en'::text])),
  constraint notice_pkey PRIMARY KEY (sha256)
);
CREATE TRIGGER notice_insert_only BEFORE DELETE OR UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_kept BEFORE TRUNCATE ON notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table oidc_artifact (
  kind smallint not null, -- personal: no
  id bytea not null, -- personal: no
  grant_id text, -- personal: no
  payload json not null, -- personal: pseudonym, protocol state of oidc-provider; minutes to 24 hours
  expires_at timestamp with time zone not null, -- personal: no
  consumed_at timestamp with time zone, -- personal: no
  constraint oidc_artifact_pkey PRIMARY KEY (id, kind)
) with (fillfactor=70);
CREATE INDEX oidc_artifact_expiry ON oidc_artifact USING brin (expires_at);
CREATE INDEX oidc_artifact_grant ON oidc_artifact USING btree (grant_id) WHERE (grant_id IS NOT NULL);

create table oidc_client (
  client_id text not null, -- personal: no
  kind text not null, -- personal: no
  class text not null, -- personal: no
  service_id text, -- personal: no
  metadata jsonb not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  disabled_at timestamp with time zone, -- personal: no
  constraint oidc_client_check CHECK ((kind = 'service'::text) = (service_id IS NOT NULL)),
  constraint oidc_client_class_check CHECK (class = ANY (ARRAY['first_party'::text, 'gov_portal'::text, 'service'::text])),
  constraint oidc_client_kind_check CHECK (kind = ANY (ARRAY['portal'::text, 'miniapp'::text, 'service'::text])),
  constraint oidc_client_pkey PRIMARY KEY (client_id)
);

create table oidc_grant (
  id text not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who granted; until the grant ends
  client_id text not null, -- personal: no
  payload jsonb not null, -- personal: pseudonym, scopes granted; until the grant ends
  expires_at timestamp with time zone not null, -- personal: no
  constraint oidc_grant_pkey PRIMARY KEY (id)
) with (fillfactor=70);
CREATE INDEX oidc_grant_account ON oidc_grant USING btree (account_id, client_id);
CREATE INDEX oidc_grant_expiry ON oidc_grant USING brin (expires_at);

create unlogged table oidc_replay (
  id bytea not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  constraint oidc_replay_pkey PRIMARY KEY (id)
);
CREATE INDEX oidc_replay_expiry ON oidc_replay USING brin (expires_at);

create table oidc_session (
  id bytea not null, -- personal: no
  uid text not null, -- personal: pseudonym, one browser session; until it ends
  account_id text, -- personal: pseudonym, who is signed in; until the session ends
  payload jsonb not null, -- personal: pseudonym, session state of oidc-provider; until it ends
  expires_at timestamp with time zone not null, -- personal: no
  constraint oidc_session_pkey PRIMARY KEY (id)
) with (fillfactor=70);
CREATE INDEX oidc_session_account ON oidc_session USING btree (account_id);
CREATE INDEX oidc_session_expiry ON oidc_session USING brin (expires_at);
CREATE INDEX oidc_session_uid ON oidc_session USING btree (uid);

create table otp (
  id uuid not null, -- personal: no
  transaction_id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who asked for the code; 24 hours
  purpose text not null, -- personal: no
  phone_key bytea not null, -- personal: pseudonym, keyed hash of the number, to count sends; 24 hours
  phone_sealed bytea not null, -- personal: yes, where the code goes; 24 hours
  channel text not null, -- personal: no
  code_mac bytea not null, -- personal: no
  key_id text not null, -- personal: no
  attempts smallint not null default 0, -- personal: no
  max_attempts smallint not null, -- personal: no
  send_number smallint not null, -- personal: no
  resend_after timestamp with time zone not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  last_attempt_at timestamp with time zone, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  consumed_at timestamp with time zone, -- personal: no
  superseded_at timestamp with time zone, -- personal: no
  constraint otp_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint otp_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'zns'::text])),
  constraint otp_check CHECK (attempts <= max_attempts),
  constraint otp_code_mac_check CHECK (octet_length(code_mac) = 32),
  constraint otp_pkey PRIMARY KEY (id),
  constraint otp_send_number_check CHECK (send_number >= 1 AND send_number <= 3),
  constraint otp_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id)
);
CREATE UNIQUE INDEX otp_live ON otp USING btree (transaction_id) WHERE ((consumed_at IS NULL) AND (superseded_at IS NULL));
CREATE UNIQUE INDEX otp_send ON otp USING btree (transaction_id, send_number);

create table pairwise_subject (
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  sector text not null, -- personal: no
  sub text not null, -- personal: pseudonym, random id one sector knows the citizen by; life of the account
  constraint pairwise_subject_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint pairwise_subject_pkey PRIMARY KEY (account_id, sector),
  constraint pairwise_subject_sub_key UNIQUE (sub)
);

create table phone (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  phone_key bytea not null, -- personal: pseudonym, keyed hash to compare numbers; life of the phone entry
  phone_sealed bytea, -- personal: yes, number for one-time codes and notices; life of the phone entry
  verified_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint phone_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint phone_phone_key_check CHECK (octet_length(phone_key) = 32),
  constraint phone_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX phone_live ON phone USING btree (account_id) WHERE (ended_at IS NULL);

create table purpose (
  purpose_id text not null, -- personal: no
  version integer not null, -- personal: no
  service_id text not null, -- personal: no
  basis text not null, -- personal: no
  basis_ref text, -- personal: no
  body bytea not null, -- personal: no
  sha256 bytea not null, -- personal: no
  published_at timestamp with time zone not null, -- personal: no
  constraint purpose_basis_check CHECK (basis = ANY (ARRAY['consent'::text, 'art19_1_a'::text, 'art19_1_b'::text, 'art19_1_c'::text, 'art19_1_d'::text, 'other_law'::text])),
  constraint purpose_check CHECK (basis = 'consent'::text OR basis_ref IS NOT NULL),
  constraint purpose_pkey PRIMARY KEY (purpose_id, version),
  constraint purpose_version_check CHECK (version >= 1)
);
CREATE TRIGGER purpose_insert_only BEFORE DELETE OR UPDATE ON purpose FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER purpose_kept BEFORE TRUNCATE ON purpose FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table rate_limit (
  key character varying(255) not null, -- personal: pseudonym, keyed hash of phone, account or address whose tries are counted; at most 24 hours
  points integer not null default 0, -- personal: no
  expire bigint, -- personal: no
  constraint rate_limit_pkey PRIMARY KEY (key)
);

create table sealed_secret (
  name text not null, -- personal: no
  sealed bytea not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  constraint sealed_secret_pkey PRIMARY KEY (name)
);

create table signing_key (
  kid text not null, -- personal: no
  use text not null, -- personal: no
  alg text not null, -- personal: no
  public_jwk json not null, -- personal: no
  private_sealed bytea not null, -- personal: no
  state text not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  current_at timestamp with time zone, -- personal: no
  retired_at timestamp with time zone, -- personal: no
  constraint signing_key_alg_check CHECK (alg = 'ES256'::text),
  constraint signing_key_check CHECK ((state = 'next'::text) = (current_at IS NULL)),
  constraint signing_key_check1 CHECK ((state = 'retired'::text) = (retired_at IS NOT NULL)),
  constraint signing_key_pkey PRIMARY KEY (kid),
  constraint signing_key_state_check CHECK (state = ANY (ARRAY['next'::text, 'current'::text, 'retired'::text])),
  constraint signing_key_use_check CHECK (use = ANY (ARRAY['token'::text, 'receipt'::text]))
);
CREATE UNIQUE INDEX signing_key_current ON signing_key USING btree (use) WHERE (state = 'current'::text);
CREATE UNIQUE INDEX signing_key_next ON signing_key USING btree (use) WHERE (state = 'next'::text);

create table staff (
  id uuid not null, -- personal: no
  login text not null, -- personal: yes, sign-in name of an employee; employment and the retention of what they did
  role text not null, -- personal: no
  unit text not null, -- personal: no
  commune_code text, -- personal: no
  password_hash text, -- personal: no
  invited_at timestamp with time zone not null, -- personal: no
  accepted_at timestamp with time zone, -- personal: no
  disabled_at timestamp with time zone, -- personal: no
  constraint staff_check CHECK ((accepted_at IS NULL) = (password_hash IS NULL)),
  constraint staff_check1 CHECK (role <> 'officer'::text OR commune_code IS NOT NULL),
  constraint staff_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint staff_login_check CHECK (login ~ '^[a-z0-9][a-z0-9.-]{2,39}$'::text),
  constraint staff_login_key UNIQUE (login),
  constraint staff_pkey PRIMARY KEY (id),
  constraint staff_role_check CHECK (role = ANY (ARRAY['officer'::text, 'auditor'::text, 'operator'::text]))
);

create table staff_invitation (
  token_key bytea not null, -- personal: no
  staff_id uuid not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  used_at timestamp with time zone, -- personal: no
  constraint staff_invitation_pkey PRIMARY KEY (token_key),
  constraint staff_invitation_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint staff_invitation_token_key_check CHECK (octet_length(token_key) = 32)
);
CREATE INDEX staff_invitation_staff ON staff_invitation USING btree (staff_id) WHERE (used_at IS NULL);

create table step_fact (
  transaction_id uuid not null, -- personal: no
  step text not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who proved; 12 months
  upstream_ref text, -- personal: no
  at timestamp with time zone not null, -- personal: no
  constraint step_fact_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint step_fact_pkey PRIMARY KEY (transaction_id, step),
  constraint step_fact_step_check CHECK (step = ANY (ARRAY['zalo'::text, 'vneid'::text, 'card'::text, 'counter'::text, 'passkey'::text, 'otp'::text])),
  constraint step_fact_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id)
);
CREATE TRIGGER step_fact_insert_only BEFORE DELETE OR UPDATE ON step_fact FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER step_fact_kept BEFORE TRUNCATE ON step_fact FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table subject (
  subject_id uuid not null, -- personal: pseudonym, the person in the consent ledger; kept as proof
  account_id uuid, -- personal: pseudonym, only link from the ledger to an account; cut at erasure
  erased_at timestamp with time zone, -- personal: no
  constraint subject_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint subject_account_id_key UNIQUE (account_id),
  constraint subject_pkey PRIMARY KEY (subject_id)
);

create table subject_key (
  subject_id uuid not null, -- personal: pseudonym, the person in the consent ledger; destroyed at erasure
  wrapped_key bytea not null, -- personal: no
  constraint subject_key_pkey PRIMARY KEY (subject_id),
  constraint subject_key_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(subject_id)
);

create table upstream_state (
  state_key bytea not null, -- personal: no
  provider text not null, -- personal: no
  interaction_uid text not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  consumed_at timestamp with time zone, -- personal: no
  constraint upstream_state_pkey PRIMARY KEY (state_key),
  constraint upstream_state_provider_check CHECK (provider = ANY (ARRAY['zalo'::text, 'vneid'::text]))
);
CREATE INDEX upstream_state_expiry ON upstream_state USING brin (expires_at);

create table watermark (
  id bigint not null generated always as identity, -- personal: no
  kind text not null, -- personal: no
  consent_id text, -- personal: pseudonym, whose tokens die; one hour
  account_id uuid, -- personal: pseudonym, whose tokens die; one hour
  client_id text, -- personal: no
  service_id text, -- personal: no
  min_version integer, -- personal: no
  min_iat bigint, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  constraint watermark_check CHECK ((kind = 'consent'::text) = (consent_id IS NOT NULL AND min_version IS NOT NULL)),
  constraint watermark_check1 CHECK ((kind = 'sub'::text) = (account_id IS NOT NULL)),
  constraint watermark_check2 CHECK (kind = 'consent'::text OR min_iat IS NOT NULL),
  constraint watermark_kind_check CHECK (kind = ANY (ARRAY['consent'::text, 'sub'::text, 'client'::text, 'all'::text])),
  constraint watermark_pkey PRIMARY KEY (id)
);
CREATE INDEX watermark_age ON watermark USING btree (created_at);

create table zalo_link (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  app_id text not null, -- personal: no
  zalo_id text not null, -- personal: pseudonym, Zalo's id of the citizen within our app, to know the same person again; life of the link
  name_sealed bytea, -- personal: yes, name the citizen gave Zalo, to greet them; replaced at each login, life of the link
  linked_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint zalo_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint zalo_link_pkey PRIMARY KEY (id)
);
CREATE INDEX zalo_link_account ON zalo_link USING btree (account_id);
CREATE UNIQUE INDEX zalo_link_live ON zalo_link USING btree (app_id, zalo_id) WHERE (ended_at IS NULL);

CREATE OR REPLACE FUNCTION append_access_event(event uuid, account uuid, fresh_stream uuid, log text, event_kind text, result text, actor text, client text, service text, at timestamp with time zone, details bytea, opening_key bytea, commitment text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION consent_has_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' and new.version <> 1 then
    raise exception 'a consent starts at version 1' using errcode = 'check_violation';
  end if;
  if tg_op = 'UPDATE' then
    if row(new.state, new.purpose_version, new.valid_until) is distinct from row(old.state, old.purpose_version, old.valid_until)
      and new.version <> old.version + 1 then
      raise exception 'a changed consent needs the next version' using errcode = 'check_violation';
    end if;
  end if;
  if not exists (
    select from consent_event e
    where e.stream_id = new.stream_id and e.n = new.version and e.consent_id = new.id
      and e.state = new.state and sha256(e.entry) = new.last_entry_hash
  ) then
    raise exception 'a consent cannot change without its event' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is insert only', tg_table_name using errcode = 'restrict_violation';
end $function$;
