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

create table assisted_request (
  id uuid not null, -- personal: no
  request_key bytea not null, -- personal: no
  request_sealed bytea, -- personal: no
  account_id uuid, -- personal: pseudonym, who is asked, none where nobody was found; 12 months
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  scopes text[] not null, -- personal: no
  acr_values text, -- personal: no
  max_age integer, -- personal: no
  binding_message text not null, -- personal: no
  operator_sealed bytea not null, -- personal: yes, name and number of the operator, so that the citizen knows who asked; 12 months
  reason_sealed bytea not null, -- personal: yes, why the operator asks, in the operator's words; 12 months
  state text not null, -- personal: no
  asked_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  polled_at timestamp with time zone, -- personal: no
  constraint assisted_request_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint assisted_request_binding_message_check CHECK (binding_message ~ '^[A-Z0-9-]{1,20}$'::text),
  constraint assisted_request_check CHECK (expires_at > asked_at AND expires_at <= (asked_at + '00:11:00'::interval)),
  constraint assisted_request_check1 CHECK ((state = 'asked'::text) = (ended_at IS NULL)),
  constraint assisted_request_check2 CHECK (account_id IS NOT NULL OR (state = ANY (ARRAY['asked'::text, 'expired'::text]))),
  constraint assisted_request_check3 CHECK ((state = 'asked'::text) = (request_sealed IS NOT NULL)),
  constraint assisted_request_max_age_check CHECK (max_age >= 0),
  constraint assisted_request_pkey PRIMARY KEY (id),
  constraint assisted_request_request_key_check CHECK (octet_length(request_key) = 32),
  constraint assisted_request_request_key_key UNIQUE (request_key),
  constraint assisted_request_scopes_check CHECK (cardinality(scopes) > 0),
  constraint assisted_request_state_check CHECK (state = ANY (ARRAY['asked'::text, 'approved'::text, 'denied'::text, 'expired'::text]))
);
CREATE INDEX assisted_request_account ON assisted_request USING btree (account_id, asked_at DESC);
CREATE INDEX assisted_request_age ON assisted_request USING brin (asked_at);
CREATE INDEX assisted_request_open ON assisted_request USING btree (expires_at) WHERE (state = 'asked'::text);

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
CREATE INDEX authn_tx_level_two ON authn_tx USING btree (created_at) WHERE (want_level = 2);

create table browser_leg (
  id uuid not null, -- personal: no
  link_key bytea not null, -- personal: no
  transaction_id uuid not null, -- personal: no
  family_id uuid not null, -- personal: no
  kind text not null, -- personal: no
  browser_key bytea, -- personal: pseudonym, keyed hash of a cookie of this one step; 1 day
  opened_at timestamp with time zone, -- personal: no
  proven_sealed bytea, -- personal: yes, sealed: who VNeID says this is, until the app brings the code; 5 minutes
  code_mac bytea, -- personal: no
  code_tries smallint not null default 0, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  ended_why text, -- personal: no
  constraint browser_leg_browser_key_check CHECK (octet_length(browser_key) = 32),
  constraint browser_leg_check CHECK (expires_at > created_at),
  constraint browser_leg_check1 CHECK ((browser_key IS NULL) = (opened_at IS NULL)),
  constraint browser_leg_check2 CHECK ((proven_sealed IS NULL OR code_mac IS NOT NULL) AND (code_mac IS NULL OR opened_at IS NOT NULL)),
  constraint browser_leg_check3 CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
  constraint browser_leg_check4 CHECK (ended_at IS NULL OR proven_sealed IS NULL),
  constraint browser_leg_code_mac_check CHECK (octet_length(code_mac) = 32),
  constraint browser_leg_code_tries_check CHECK (code_tries >= 0 AND code_tries <= 5),
  constraint browser_leg_ended_why_check CHECK (ended_why = ANY (ARRAY['used'::text, 'superseded'::text, 'used_up'::text, 'declined'::text, 'other_person'::text, 'expired'::text])),
  constraint browser_leg_family_id_fkey FOREIGN KEY (family_id) REFERENCES login_family(id) ON DELETE CASCADE,
  constraint browser_leg_kind_check CHECK (kind = ANY (ARRAY['vneid'::text, 'passkey'::text])),
  constraint browser_leg_link_key_check CHECK (octet_length(link_key) = 32),
  constraint browser_leg_link_key_key UNIQUE (link_key),
  constraint browser_leg_pkey PRIMARY KEY (id),
  constraint browser_leg_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id)
);
CREATE INDEX browser_leg_expiry ON browser_leg USING brin (expires_at);
CREATE INDEX browser_leg_family ON browser_leg USING btree (family_id);
CREATE INDEX browser_leg_transaction ON browser_leg USING btree (transaction_id);
CREATE UNIQUE INDEX browser_leg_live ON browser_leg USING btree (transaction_id) WHERE (ended_at IS NULL);

create table catalogue_approval (
  proposal_id uuid not null, -- personal: no
  staff_id uuid not null, -- personal: pseudonym, who approved or refused; kept as proof
  verdict text not null, -- personal: no
  reason text not null, -- personal: yes, what an employee wrote about rules and may have signed; kept as proof
  at timestamp with time zone not null, -- personal: no
  constraint catalogue_approval_pkey PRIMARY KEY (proposal_id, staff_id),
  constraint catalogue_approval_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES catalogue_proposal(id),
  constraint catalogue_approval_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 600),
  constraint catalogue_approval_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint catalogue_approval_verdict_check CHECK (verdict = ANY (ARRAY['approved'::text, 'refused'::text]))
);
CREATE TRIGGER catalogue_approval_insert_only BEFORE DELETE OR UPDATE ON catalogue_approval FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER catalogue_approval_kept BEFORE TRUNCATE ON catalogue_approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table catalogue_proposal (
  id uuid not null, -- personal: no
  version text not null, -- personal: no
  sha256 bytea not null, -- personal: no
  content bytea not null, -- personal: no
  base_sha256 bytea not null, -- personal: no
  direction text not null, -- personal: no
  changes bytea not null, -- personal: no
  proposed_by uuid not null, -- personal: pseudonym, operator who proposed; kept as proof
  proposed_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  state text not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint catalogue_proposal_base_sha256_check CHECK (octet_length(base_sha256) = 32),
  constraint catalogue_proposal_check CHECK (sha256(content) = sha256),
  constraint catalogue_proposal_check1 CHECK (base_sha256 <> sha256),
  constraint catalogue_proposal_check2 CHECK ((state = 'open'::text) = (ended_at IS NULL)),
  constraint catalogue_proposal_direction_check CHECK (direction = ANY (ARRAY['weaker'::text, 'stronger'::text, 'neutral'::text])),
  constraint catalogue_proposal_pkey PRIMARY KEY (id),
  constraint catalogue_proposal_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(id),
  constraint catalogue_proposal_state_check CHECK (state = ANY (ARRAY['open'::text, 'published'::text, 'refused'::text, 'lapsed'::text]))
);
CREATE INDEX catalogue_proposal_at ON catalogue_proposal USING btree (proposed_at DESC);
CREATE UNIQUE INDEX catalogue_proposal_open ON catalogue_proposal USING btree (sha256, base_sha256) WHERE (state = 'open'::text);
CREATE TRIGGER catalogue_proposal_all_kept BEFORE TRUNCATE ON catalogue_proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER catalogue_proposal_ends BEFORE UPDATE ON catalogue_proposal FOR EACH ROW EXECUTE FUNCTION catalogue_proposal_ends();
CREATE TRIGGER catalogue_proposal_kept BEFORE DELETE ON catalogue_proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table catalogue_version (
  number integer not null, -- personal: no
  version text not null, -- personal: no
  sha256 bytea not null, -- personal: no
  content bytea not null, -- personal: no
  base_sha256 bytea, -- personal: no
  direction text not null, -- personal: no
  changes bytea not null, -- personal: no
  proposal_id uuid, -- personal: no
  published_by uuid, -- personal: pseudonym, operator who published; kept as proof
  published_at timestamp with time zone not null, -- personal: no
  constraint catalogue_version_check CHECK (sha256(content) = sha256),
  constraint catalogue_version_check1 CHECK ((number = 1) = (direction = 'first'::text)),
  constraint catalogue_version_check2 CHECK ((direction = 'first'::text) = (base_sha256 IS NULL)),
  constraint catalogue_version_check3 CHECK ((direction = 'first'::text) = (proposal_id IS NULL)),
  constraint catalogue_version_check4 CHECK ((direction = 'first'::text) = (published_by IS NULL)),
  constraint catalogue_version_direction_check CHECK (direction = ANY (ARRAY['first'::text, 'weaker'::text, 'stronger'::text, 'neutral'::text])),
  constraint catalogue_version_number_check CHECK (number >= 1),
  constraint catalogue_version_pkey PRIMARY KEY (number),
  constraint catalogue_version_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES catalogue_proposal(id),
  constraint catalogue_version_proposal_id_key UNIQUE (proposal_id),
  constraint catalogue_version_published_by_fkey FOREIGN KEY (published_by) REFERENCES staff(id)
);
CREATE INDEX catalogue_version_sha256 ON catalogue_version USING btree (sha256);
CREATE TRIGGER catalogue_version_insert_only BEFORE DELETE OR UPDATE ON catalogue_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER catalogue_version_is_approved BEFORE INSERT ON catalogue_version FOR EACH ROW EXECUTE FUNCTION catalogue_version_is_approved();
CREATE TRIGGER catalogue_version_kept BEFORE TRUNCATE ON catalogue_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table channel_switch (
  channel text not null, -- personal: no
  stopped_at timestamp with time zone, -- personal: no
  reason text not null, -- personal: no
  changed_at timestamp with time zone not null, -- personal: no
  constraint channel_switch_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'zns'::text])),
  constraint channel_switch_pkey PRIMARY KEY (channel)
);

create table chip_challenge (
  challenge_key bytea not null, -- personal: pseudonym, keyed hash of a chip's public key and a challenge it signed, to refuse a copy; life of the card, 25 years where it has no end
  seen_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  constraint chip_challenge_challenge_key_check CHECK (octet_length(challenge_key) = 32),
  constraint chip_challenge_pkey PRIMARY KEY (challenge_key)
);
CREATE INDEX chip_challenge_expiry ON chip_challenge USING brin (expires_at);

create table code_trouble (
  account_id uuid not null, -- personal: pseudonym, whose wrong codes are counted; until a right code or a new proof of identity
  wrong integer not null, -- personal: no
  disabled_at timestamp with time zone, -- personal: no
  constraint code_trouble_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint code_trouble_pkey PRIMARY KEY (account_id),
  constraint code_trouble_wrong_check CHECK (wrong >= 0 AND wrong <= 50)
);

create table consent (
  id uuid not null, -- personal: pseudonym, one choice of one person; kept as proof
  subject_id uuid not null, -- personal: pseudonym, the person in the consent ledger; kept as proof
  service_id text not null, -- personal: no
  purpose_id text not null, -- personal: no
  purpose_version integer not null, -- personal: no
  state text not null, -- personal: no
  version integer not null, -- personal: no
  valid_until timestamp with time zone, -- personal: yes, 16th birthday of a child, when what a representative decided lapses; kept as proof
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

create table counter_case (
  id uuid not null, -- personal: no
  kind text not null, -- personal: no
  account_id uuid, -- personal: pseudonym, whose account the card led to; 12 months
  state text not null, -- personal: no
  opened_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  staff_id uuid not null, -- personal: pseudonym, officer who opened it; 12 months
  second_staff_id uuid, -- personal: pseudonym, officer who looked again; 12 months
  commune_code text not null, -- personal: no
  facts_sealed bytea, -- personal: yes, what the register said of the card, for the officer to compare; erased when the case ends
  ended_at timestamp with time zone, -- personal: no
  constraint counter_case_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint counter_case_check CHECK ((state = ANY (ARRAY['done'::text, 'refused'::text, 'expired'::text])) = (ended_at IS NOT NULL)),
  constraint counter_case_check1 CHECK (ended_at IS NULL OR facts_sealed IS NULL),
  constraint counter_case_check2 CHECK (second_staff_id <> staff_id),
  constraint counter_case_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint counter_case_kind_check CHECK (kind = ANY (ARRAY['account'::text, 'number'::text, 'guardian'::text])),
  constraint counter_case_pkey PRIMARY KEY (id),
  constraint counter_case_second_staff_id_fkey FOREIGN KEY (second_staff_id) REFERENCES staff(id),
  constraint counter_case_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint counter_case_state_check CHECK (state = ANY (ARRAY['open'::text, 'second'::text, 'done'::text, 'refused'::text, 'expired'::text]))
);
CREATE INDEX counter_case_expiry ON counter_case USING btree (expires_at) WHERE (ended_at IS NULL);
CREATE INDEX counter_case_opened ON counter_case USING brin (opened_at);
CREATE INDEX counter_case_second ON counter_case USING btree (commune_code) WHERE (state = 'second'::text);

create table counter_decision (
  id uuid not null, -- personal: no
  request_id uuid, -- personal: no
  case_id uuid, -- personal: no
  kind text not null, -- personal: no
  staff_id uuid not null, -- personal: pseudonym, officer who decided; 12 months
  commune_code text not null, -- personal: no
  reason text not null, -- personal: no
  note_sealed bytea, -- personal: yes, what the officer wrote beside the reason, may name the citizen; 12 months
  check_id text, -- personal: no
  at timestamp with time zone not null, -- personal: no
  constraint counter_decision_case_id_fkey FOREIGN KEY (case_id) REFERENCES counter_case(id),
  constraint counter_decision_check CHECK (num_nonnulls(request_id, case_id) = 1),
  constraint counter_decision_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint counter_decision_kind_check CHECK (kind = ANY (ARRAY['confirmed'::text, 'sent_on'::text, 'supervised'::text, 'refused'::text, 'locked'::text, 'unlocked'::text, 'number_sent_on'::text, 'number_replaced'::text, 'guardian'::text])),
  constraint counter_decision_pkey PRIMARY KEY (id),
  constraint counter_decision_request_id_fkey FOREIGN KEY (request_id) REFERENCES counter_request(id),
  constraint counter_decision_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);
CREATE INDEX counter_decision_at ON counter_decision USING brin (at);
CREATE INDEX counter_decision_case ON counter_decision USING btree (case_id) WHERE (case_id IS NOT NULL);
CREATE INDEX counter_decision_request ON counter_decision USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE INDEX counter_decision_staff ON counter_decision USING btree (staff_id, at DESC);
CREATE TRIGGER counter_decision_insert_only BEFORE UPDATE ON counter_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER counter_decision_kept BEFORE TRUNCATE ON counter_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER counter_decision_kept_a_year BEFORE DELETE ON counter_decision FOR EACH ROW WHEN (old.at > (now() - '1 year'::interval)) EXECUTE FUNCTION refuse_change();

create table counter_request (
  id uuid not null, -- personal: no
  transaction_id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who came to the counter; 12 months
  client_id text not null, -- personal: no
  code_key bytea not null, -- personal: no
  code_sealed bytea, -- personal: no
  state text not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  staff_id uuid, -- personal: pseudonym, officer who took the request; 12 months
  second_staff_id uuid, -- personal: pseudonym, officer who looked again; 12 months
  commune_code text, -- personal: no
  unit text, -- personal: no
  claimed_at timestamp with time zone, -- personal: no
  asked smallint not null default 0, -- personal: no
  facts_sealed bytea, -- personal: yes, number, name and birth date as the register has them, for the officer to compare; erased with the decision
  decided_at timestamp with time zone, -- personal: no
  constraint counter_request_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint counter_request_asked_check CHECK (asked >= 0 AND asked <= 5),
  constraint counter_request_check CHECK ((state = ANY (ARRAY['confirmed'::text, 'refused'::text, 'expired'::text])) = (decided_at IS NOT NULL)),
  constraint counter_request_check1 CHECK ((state <> ALL (ARRAY['confirmed'::text, 'refused'::text, 'expired'::text])) OR facts_sealed IS NULL AND code_sealed IS NULL),
  constraint counter_request_check2 CHECK ((state <> ALL (ARRAY['claimed'::text, 'second'::text, 'confirmed'::text, 'refused'::text])) OR staff_id IS NOT NULL AND commune_code IS NOT NULL),
  constraint counter_request_check3 CHECK (state <> 'second'::text OR facts_sealed IS NOT NULL),
  constraint counter_request_check4 CHECK (second_staff_id <> staff_id),
  constraint counter_request_code_key_check CHECK (octet_length(code_key) = 32),
  constraint counter_request_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint counter_request_pkey PRIMARY KEY (id),
  constraint counter_request_second_staff_id_fkey FOREIGN KEY (second_staff_id) REFERENCES staff(id),
  constraint counter_request_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint counter_request_state_check CHECK (state = ANY (ARRAY['open'::text, 'claimed'::text, 'second'::text, 'confirmed'::text, 'refused'::text, 'expired'::text])),
  constraint counter_request_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id)
);
CREATE INDEX counter_request_created ON counter_request USING brin (created_at);
CREATE INDEX counter_request_expiry ON counter_request USING btree (expires_at) WHERE (decided_at IS NULL);
CREATE INDEX counter_request_second ON counter_request USING btree (commune_code) WHERE (state = 'second'::text);
CREATE UNIQUE INDEX counter_request_code ON counter_request USING btree (code_key) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX counter_request_live ON counter_request USING btree (transaction_id) WHERE (state = ANY (ARRAY['open'::text, 'claimed'::text, 'second'::text]));

create table data_duty (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, whose data the duty is about; until it is done and 12 months
  kind text not null, -- personal: no
  opened_at timestamp with time zone not null, -- personal: no
  closed_at timestamp with time zone, -- personal: no
  constraint data_duty_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint data_duty_kind_check CHECK (kind = 'zalo_consent_revoked'::text),
  constraint data_duty_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX data_duty_open ON data_duty USING btree (account_id, kind) WHERE (closed_at IS NULL);

create table decision_record (
  service_id text not null, -- personal: no
  decision_id text not null, -- personal: no
  at timestamp with time zone not null, -- personal: no
  received_at timestamp with time zone not null, -- personal: no
  action text not null, -- personal: no
  allow boolean not null, -- personal: no
  failed text[] not null, -- personal: no
  sub_hash bytea, -- personal: pseudonym, tells which service looked at whose data; 12 months
  client_id text, -- personal: no
  acr text, -- personal: no
  age_seconds integer, -- personal: no
  catalogue_version text, -- personal: no
  jti_hash bytea, -- personal: pseudonym, ties decisions to the token they judged; 12 months
  took_us integer, -- personal: no
  constraint decision_record_age_seconds_check CHECK (age_seconds >= 0),
  constraint decision_record_check CHECK (allow = (cardinality(failed) = 0)),
  constraint decision_record_jti_hash_check CHECK (octet_length(jti_hash) = 16),
  constraint decision_record_pkey PRIMARY KEY (service_id, decision_id),
  constraint decision_record_sub_hash_check CHECK (octet_length(sub_hash) = 16),
  constraint decision_record_took_us_check CHECK (took_us >= 0)
);
CREATE INDEX decision_record_at ON decision_record USING brin (at);
CREATE INDEX decision_record_person ON decision_record USING btree (sub_hash, at) WHERE (allow AND (sub_hash IS NOT NULL));
CREATE TRIGGER decision_record_insert_only BEFORE UPDATE ON decision_record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_record_kept BEFORE TRUNCATE ON decision_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_record_kept_a_year BEFORE DELETE ON decision_record FOR EACH ROW WHEN (old.at > (now() - '1 year'::interval)) EXECUTE FUNCTION refuse_change();

create table device_hold (
  account_id uuid not null, -- personal: pseudonym, whose account waits; 24 hours
  device_key bytea not null, -- personal: pseudonym, keyed hash of a random number kept in the browser; 24 hours
  began_at timestamp with time zone not null, -- personal: no
  message_ids uuid[] not null, -- personal: no
  constraint device_hold_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint device_hold_device_key_check CHECK (octet_length(device_key) = 32),
  constraint device_hold_pkey PRIMARY KEY (account_id, device_key)
);
CREATE INDEX device_hold_began ON device_hold USING btree (began_at);

create table guardian_request (
  id uuid not null, -- personal: no
  child_account_id uuid not null, -- personal: pseudonym, child who waits for an answer; 30 days
  client_id text not null, -- personal: no
  service_id text not null, -- personal: no
  scopes text[] not null, -- personal: no
  body_sealed bytea not null, -- personal: yes, what was asked and the child's own choices; 30 days
  created_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  outcome text, -- personal: no
  answered_by uuid, -- personal: pseudonym, representative who answered; 30 days
  constraint guardian_request_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES account(id),
  constraint guardian_request_check CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  constraint guardian_request_check1 CHECK ((NOT outcome IS DISTINCT FROM 'answered'::text) = (answered_by IS NOT NULL)),
  constraint guardian_request_check2 CHECK (expires_at > created_at),
  constraint guardian_request_child_account_id_fkey FOREIGN KEY (child_account_id) REFERENCES account(id),
  constraint guardian_request_outcome_check CHECK (outcome = ANY (ARRAY['answered'::text, 'void'::text, 'superseded'::text])),
  constraint guardian_request_pkey PRIMARY KEY (id)
);
CREATE INDEX guardian_request_child ON guardian_request USING btree (child_account_id, created_at);
CREATE UNIQUE INDEX guardian_request_open ON guardian_request USING btree (child_account_id, client_id, service_id) WHERE (ended_at IS NULL);

create table guardianship (
  id uuid not null, -- personal: no
  child_number_key bytea not null, -- personal: pseudonym, keyed hash of the child's personal number; until 3 years after the 16th birthday
  guardian_account_id uuid not null, -- personal: pseudonym, legal representative of the child; until 3 years after the 16th birthday
  slot smallint not null, -- personal: no
  evidence_kind text not null, -- personal: no
  evidence_ref_key bytea not null, -- personal: pseudonym, keyed hash of the number of the paper that was shown; until 3 years after the 16th birthday
  staff_id uuid, -- personal: no
  commune_code text, -- personal: no
  recorded_at timestamp with time zone not null, -- personal: no
  ends_at timestamp with time zone not null, -- personal: yes, 16th birthday of the child, when the representation lapses; until 3 years after it
  ended_at timestamp with time zone, -- personal: no
  constraint guardianship_check CHECK ((staff_id IS NULL) = (commune_code IS NULL)),
  constraint guardianship_check1 CHECK (evidence_kind = 'register'::text OR staff_id IS NOT NULL),
  constraint guardianship_check2 CHECK (ends_at > recorded_at),
  constraint guardianship_child_number_key_check CHECK (octet_length(child_number_key) = 32),
  constraint guardianship_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint guardianship_evidence_kind_check CHECK (evidence_kind = ANY (ARRAY['birth_certificate'::text, 'register'::text, 'court'::text])),
  constraint guardianship_evidence_ref_key_check CHECK (octet_length(evidence_ref_key) = 32),
  constraint guardianship_guardian_account_id_fkey FOREIGN KEY (guardian_account_id) REFERENCES account(id),
  constraint guardianship_pkey PRIMARY KEY (id),
  constraint guardianship_slot_check CHECK (slot >= 1 AND slot <= 4),
  constraint guardianship_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);
CREATE INDEX guardianship_guardian ON guardianship USING btree (guardian_account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX guardianship_pair ON guardianship USING btree (child_number_key, guardian_account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX guardianship_slot ON guardianship USING btree (child_number_key, slot) WHERE (ended_at IS NULL);

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
  expiry_noticed_at timestamp with time zone, -- personal: no
  constraint identity_binding_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint identity_binding_number_key_check CHECK (octet_length(number_key) = 32),
  constraint identity_binding_pkey PRIMARY KEY (id),
  constraint identity_binding_source_check CHECK (source = ANY (ARRAY['vneid'::text, 'chip_c06'::text, 'register_match'::text, 'counter'::text]))
);
CREATE INDEX identity_binding_end ON identity_binding USING btree (expires_at) WHERE ((ended_at IS NULL) AND (expiry_noticed_at IS NULL));
CREATE UNIQUE INDEX identity_binding_account ON identity_binding USING btree (account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX identity_binding_person ON identity_binding USING btree (number_key) WHERE (ended_at IS NULL);

create table known_device (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, whose browser; until 400 days after it was last seen
  device_key bytea not null, -- personal: pseudonym, keyed hash of a random number kept in the browser; until 400 days after it was last seen
  kind text not null, -- personal: pseudonym, what sort of machine, for the person's own list; until 400 days after it was last seen
  first_proven_at timestamp with time zone not null, -- personal: no
  last_seen_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint known_device_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint known_device_device_key_check CHECK (octet_length(device_key) = 32),
  constraint known_device_kind_check CHECK (kind = ANY (ARRAY['android'::text, 'iphone'::text, 'ipad'::text, 'windows'::text, 'mac'::text, 'linux'::text, 'other'::text])),
  constraint known_device_pkey PRIMARY KEY (id)
);
CREATE INDEX known_device_seen ON known_device USING btree (last_seen_at);
CREATE UNIQUE INDEX known_device_live ON known_device USING btree (account_id, device_key) WHERE (ended_at IS NULL);

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

create table login_family (
  id uuid not null, -- personal: no
  name_key bytea not null, -- personal: no
  secret_key bytea not null, -- personal: no
  session_uid text not null, -- personal: no
  jkt text not null, -- personal: pseudonym, key the app made at this launch; 1 day after its end
  client_id text not null, -- personal: no
  account_id uuid, -- personal: pseudonym, who is signed in; 1 day after its end
  device_key bytea, -- personal: pseudonym, keyed hash of a number the machine keeps; 1 day after its end
  flow jsonb, -- personal: no
  grant_id text, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint login_family_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint login_family_check CHECK (expires_at > created_at),
  constraint login_family_device_key_check CHECK (octet_length(device_key) = 32),
  constraint login_family_name_key_check CHECK (octet_length(name_key) = 32),
  constraint login_family_name_key_key UNIQUE (name_key),
  constraint login_family_pkey PRIMARY KEY (id),
  constraint login_family_secret_key_check CHECK (octet_length(secret_key) = 32),
  constraint login_family_session_uid_key UNIQUE (session_uid)
);
CREATE INDEX login_family_account ON login_family USING btree (account_id) WHERE (ended_at IS NULL);
CREATE INDEX login_family_expiry ON login_family USING brin (expires_at);

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
  kind text not null default 'code'::text, -- personal: no
  account_id uuid, -- personal: pseudonym, whom a message concerns; a day after it went out
  delivery_state text, -- personal: no
  delivery_reason text, -- personal: no
  delivered_at timestamp with time zone, -- personal: no
  constraint message_outbox_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint message_outbox_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'zns'::text])),
  constraint message_outbox_delivery CHECK ((delivered_at IS NOT NULL) = (NOT delivery_state IS DISTINCT FROM 'delivered'::text)),
  constraint message_outbox_delivery_state_check CHECK (delivery_state = ANY (ARRAY['delivered'::text, 'failed'::text])),
  constraint message_outbox_kind_check CHECK (kind = ANY (ARRAY['code'::text, 'notice'::text])),
  constraint message_outbox_pkey PRIMARY KEY (id)
);
CREATE INDEX message_outbox_due ON message_outbox USING btree (next_try_at) WHERE (done_at IS NULL);

create table not_me_link (
  token_key bytea not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, whose account the link locks; 30 days
  notice_id uuid not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  used_at timestamp with time zone, -- personal: no
  constraint not_me_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint not_me_link_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice_shown(id),
  constraint not_me_link_pkey PRIMARY KEY (token_key),
  constraint not_me_link_token_key_check CHECK (octet_length(token_key) = 32)
);
CREATE INDEX not_me_link_expiry ON not_me_link USING brin (expires_at);
CREATE INDEX not_me_link_notice ON not_me_link USING btree (notice_id);

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

create table notice_shown (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, whom it was told; 12 months
  kind text not null, -- personal: no
  notice_key text not null, -- personal: no
  facts jsonb not null, -- personal: no
  at timestamp with time zone not null, -- personal: no
  constraint notice_shown_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint notice_shown_account_id_kind_notice_key_key UNIQUE (account_id, kind, notice_key),
  constraint notice_shown_kind_check CHECK (kind = ANY (ARRAY['new_device'::text, 'moving'::text, 'moved'::text, 'locked'::text, 'unlocked'::text, 'recovery_made'::text, 'recovery_used'::text, 'passkey_added'::text, 'passkey_removed'::text, 'binding_ending'::text, 'phone_changed'::text, 'guardian_asked'::text, 'guardian_recorded'::text, 'hotline_linked'::text, 'zalo_revoked'::text, 'assisted_asked'::text])),
  constraint notice_shown_pkey PRIMARY KEY (id)
);
CREATE INDEX notice_shown_account ON notice_shown USING btree (account_id, at DESC);

create table oa_event (
  event_key bytea not null, -- personal: no
  used_by text not null, -- personal: no
  used_at timestamp with time zone not null, -- personal: no
  constraint oa_event_event_key_check CHECK (octet_length(event_key) = 32),
  constraint oa_event_pkey PRIMARY KEY (event_key, used_by)
);
CREATE INDEX oa_event_age ON oa_event USING brin (used_at);

create table oa_link (
  id uuid not null, -- personal: no
  oa_id text not null, -- personal: no
  oa_user_key bytea not null, -- personal: pseudonym, keyed hash of the citizen's id at the Official Account, to know who writes; 12 months after the end of the link
  account_id uuid not null, -- personal: pseudonym, whose questions are answered there; 12 months after the end of the link
  linked_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  end_reason text, -- personal: no
  constraint oa_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint oa_link_check CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  constraint oa_link_end_reason_check CHECK (end_reason = ANY (ARRAY['citizen'::text, 'replaced'::text, 'zalo_revoked'::text, 'locked'::text])),
  constraint oa_link_oa_user_key_check CHECK (octet_length(oa_user_key) = 32),
  constraint oa_link_pkey PRIMARY KEY (id)
);
CREATE INDEX oa_link_ended ON oa_link USING btree (ended_at);
CREATE UNIQUE INDEX oa_link_live ON oa_link USING btree (account_id, oa_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX oa_link_user ON oa_link USING btree (oa_id, oa_user_key) WHERE (ended_at IS NULL);

create table oa_link_code (
  account_id uuid not null, -- personal: pseudonym, who asked for the code; 10 minutes
  oa_id text not null, -- personal: no
  code_key bytea not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  constraint oa_link_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint oa_link_code_code_key_check CHECK (octet_length(code_key) = 32),
  constraint oa_link_code_code_key_key UNIQUE (code_key),
  constraint oa_link_code_pkey PRIMARY KEY (account_id, oa_id)
);

create table oa_token (
  oa_id text not null, -- personal: no
  access_sealed bytea, -- personal: no
  refresh_sealed bytea not null, -- personal: no
  access_expires_at timestamp with time zone, -- personal: no
  seed_key bytea not null, -- personal: no
  refreshed_at timestamp with time zone, -- personal: no
  constraint oa_token_pkey PRIMARY KEY (oa_id),
  constraint oa_token_seed_key_check CHECK (octet_length(seed_key) = 32)
);

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
  constraint oidc_client_class_check CHECK (class = ANY (ARRAY['first_party'::text, 'gov_portal'::text, 'service'::text, 'sign_on'::text])),
  constraint oidc_client_desk_check CHECK (kind <> 'desk'::text OR class = 'gov_portal'::text AND COALESCE(jsonb_array_length(
CASE
    WHEN jsonb_typeof(metadata -> 'desk_scopes'::text) = 'array'::text THEN metadata -> 'desk_scopes'::text
    ELSE NULL::jsonb
END), 0) > 0),
  constraint oidc_client_kind_check CHECK (kind = ANY (ARRAY['portal'::text, 'miniapp'::text, 'service'::text, 'sign-on'::text, 'hotline'::text, 'desk'::text])),
  constraint oidc_client_pkey PRIMARY KEY (client_id),
  constraint oidc_client_service_check CHECK (
CASE kind
    WHEN 'service'::text THEN service_id IS NOT NULL
    WHEN 'hotline'::text THEN service_id IS NOT NULL
    WHEN 'portal'::text THEN true
    ELSE service_id IS NULL
END),
  constraint oidc_client_sign_on_check CHECK ((kind = 'sign-on'::text) = (class = 'sign_on'::text))
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
  prefix_key text, -- personal: pseudonym, keyed hash of the first digits of the number, to notice pumping; 24 hours
  network_key text, -- personal: pseudonym, keyed hash of the network that asked, to notice pumping; 24 hours
  message_id uuid, -- personal: no
  constraint otp_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint otp_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'zns'::text])),
  constraint otp_check CHECK (attempts <= max_attempts),
  constraint otp_code_mac_check CHECK (octet_length(code_mac) = 32),
  constraint otp_pkey PRIMARY KEY (id),
  constraint otp_send_number_check CHECK (send_number >= 1 AND send_number <= 3),
  constraint otp_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES authn_tx(id)
);
CREATE INDEX otp_recent ON otp USING btree (created_at);
CREATE UNIQUE INDEX otp_live ON otp USING btree (transaction_id) WHERE ((consumed_at IS NULL) AND (superseded_at IS NULL));
CREATE UNIQUE INDEX otp_send ON otp USING btree (transaction_id, send_number, channel);

create table pairwise_subject (
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  sector text not null, -- personal: no
  sub text not null, -- personal: pseudonym, random id one sector knows the citizen by; life of the account
  constraint pairwise_subject_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint pairwise_subject_pkey PRIMARY KEY (account_id, sector),
  constraint pairwise_subject_sub_key UNIQUE (sub)
);

create table passkey (
  id uuid not null, -- personal: no
  user_handle bytea not null, -- personal: pseudonym, random id that a device keeps with its passkeys; life of the account
  credential_id bytea not null, -- personal: pseudonym, id the device gave the key; life of the passkey
  public_key bytea not null, -- personal: no
  sign_count bigint not null, -- personal: no
  device text not null, -- personal: no
  backed_up boolean not null, -- personal: no
  transports text[] not null, -- personal: no
  aaguid uuid not null, -- personal: no
  name_sealed bytea not null, -- personal: yes, what the owner calls the device, to tell their passkeys apart; life of the passkey
  created_at timestamp with time zone not null, -- personal: no
  last_used_at timestamp with time zone, -- personal: no
  suspect_at timestamp with time zone, -- personal: no
  constraint passkey_credential_id_key UNIQUE (credential_id),
  constraint passkey_device_check CHECK (device = ANY (ARRAY['single'::text, 'multi'::text])),
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_sign_count_check CHECK (sign_count >= 0),
  constraint passkey_user_handle_fkey FOREIGN KEY (user_handle) REFERENCES passkey_owner(user_handle)
);
CREATE INDEX passkey_of_owner ON passkey USING btree (user_handle);

create table passkey_challenge (
  challenge_key bytea not null, -- personal: no
  purpose text not null, -- personal: no
  owner_kind text not null, -- personal: no
  owner_id uuid, -- personal: pseudonym, who is asked to answer; a day
  place_key bytea not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  constraint passkey_challenge_challenge_key_check CHECK (octet_length(challenge_key) = 32),
  constraint passkey_challenge_check CHECK (purpose = 'authenticate'::text OR owner_id IS NOT NULL),
  constraint passkey_challenge_owner_kind_check CHECK (owner_kind = ANY (ARRAY['account'::text, 'staff'::text])),
  constraint passkey_challenge_pkey PRIMARY KEY (challenge_key),
  constraint passkey_challenge_place_key_check CHECK (octet_length(place_key) = 32),
  constraint passkey_challenge_purpose_check CHECK (purpose = ANY (ARRAY['register'::text, 'authenticate'::text]))
);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge USING brin (expires_at);

create table passkey_owner (
  user_handle bytea not null, -- personal: pseudonym, random id that a device keeps with its passkeys; life of the account
  account_id uuid, -- personal: pseudonym, whose passkeys; life of the account
  staff_id uuid, -- personal: pseudonym, whose passkeys; employment
  constraint passkey_owner_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint passkey_owner_account_id_key UNIQUE (account_id),
  constraint passkey_owner_check CHECK (num_nonnulls(account_id, staff_id) = 1),
  constraint passkey_owner_pkey PRIMARY KEY (user_handle),
  constraint passkey_owner_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint passkey_owner_staff_id_key UNIQUE (staff_id),
  constraint passkey_owner_user_handle_check CHECK (octet_length(user_handle) = 32)
);

create table personal_number_history (
  old_number_key bytea not null, -- personal: pseudonym, keyed hash of a cancelled personal number; life of the account
  new_number_key bytea not null, -- personal: pseudonym, keyed hash of the number that replaced it; life of the account
  account_id uuid, -- personal: pseudonym, whose number; life of the account
  check_id text not null, -- personal: no
  replaced_at timestamp with time zone not null, -- personal: no
  constraint personal_number_history_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint personal_number_history_new_number_key_check CHECK (octet_length(new_number_key) = 32),
  constraint personal_number_history_old_number_key_check CHECK (octet_length(old_number_key) = 32),
  constraint personal_number_history_pkey PRIMARY KEY (old_number_key)
);

create table phone (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  phone_key bytea not null, -- personal: pseudonym, keyed hash to compare numbers; life of the phone entry
  phone_sealed bytea, -- personal: yes, number for one-time codes and notices; life of the phone entry
  verified_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  last_proven_at timestamp with time zone, -- personal: no
  contested_at timestamp with time zone, -- personal: no
  reproven_at timestamp with time zone, -- personal: no
  constraint phone_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint phone_phone_key_check CHECK (octet_length(phone_key) = 32),
  constraint phone_pkey PRIMARY KEY (id)
);
CREATE INDEX phone_number ON phone USING btree (phone_key) WHERE (ended_at IS NULL);
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

create table rebind_request (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, account the person wants to move to; 12 months
  from_account_id uuid not null, -- personal: pseudonym, account that holds the binding; 12 months
  number_key bytea not null, -- personal: pseudonym, keyed hash of the personal number; 12 months
  requested_at timestamp with time zone not null, -- personal: no
  effective_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  outcome text, -- personal: no
  constraint rebind_request_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint rebind_request_check CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  constraint rebind_request_check1 CHECK (account_id <> from_account_id),
  constraint rebind_request_from_account_id_fkey FOREIGN KEY (from_account_id) REFERENCES account(id),
  constraint rebind_request_number_key_check CHECK (octet_length(number_key) = 32),
  constraint rebind_request_outcome_check CHECK (outcome = ANY (ARRAY['moved'::text, 'objected'::text, 'cancelled'::text, 'lapsed'::text])),
  constraint rebind_request_pkey PRIMARY KEY (id)
);
CREATE INDEX rebind_request_from ON rebind_request USING btree (from_account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX rebind_request_live ON rebind_request USING btree (number_key) WHERE (ended_at IS NULL);

create table recovery_code (
  locator_key bytea not null, -- personal: no
  account_id uuid, -- personal: pseudonym, whose code; life of the account
  staff_id uuid, -- personal: pseudonym, whose code; employment
  secret_hash text not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  used_at timestamp with time zone, -- personal: no
  superseded_at timestamp with time zone, -- personal: no
  constraint recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint recovery_code_check CHECK (num_nonnulls(account_id, staff_id) = 1),
  constraint recovery_code_locator_key_check CHECK (octet_length(locator_key) = 32),
  constraint recovery_code_pkey PRIMARY KEY (locator_key),
  constraint recovery_code_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);
CREATE INDEX recovery_code_account ON recovery_code USING btree (account_id) WHERE ((used_at IS NULL) AND (superseded_at IS NULL));
CREATE INDEX recovery_code_staff ON recovery_code USING btree (staff_id) WHERE ((used_at IS NULL) AND (superseded_at IS NULL));

create table sealed_secret (
  name text not null, -- personal: no
  sealed bytea not null, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  constraint sealed_secret_pkey PRIMARY KEY (name)
);

create table service_hour (
  service_id text not null, -- personal: no
  hour timestamp with time zone not null, -- personal: no
  kind text not null, -- personal: no
  name text not null, -- personal: no
  n bigint not null, -- personal: no
  last_at timestamp with time zone not null, -- personal: no
  constraint service_hour_kind_check CHECK (kind = ANY (ARRAY['allowed'::text, 'refused'::text, 'cause'::text, 'latency'::text, 'action_allowed'::text, 'action_refused'::text, 'dropped'::text, 'tokens'::text, 'started'::text, 'reached'::text])),
  constraint service_hour_n_check CHECK (n >= 0),
  constraint service_hour_pkey PRIMARY KEY (service_id, hour, kind, name)
) with (fillfactor=70);

create table signal_event (
  jti uuid not null, -- personal: no
  seq bigint not null generated always as identity, -- personal: no
  stream_id uuid not null, -- personal: no
  service_id text not null, -- personal: no
  sub text, -- personal: pseudonym, id the service knows the citizen by, to say whom the event is about; 12 months for consent (who was told when), else 30 days after delivery
  txn text not null, -- personal: no
  kind text not null, -- personal: no
  facts json not null, -- personal: pseudonym, consent handle and purposes of a withdrawal, a level, a kind of credential; 12 months
  created_at timestamp with time zone not null, -- personal: no
  next_try_at timestamp with time zone not null, -- personal: no
  tries integer not null default 0, -- personal: no
  tried_since timestamp with time zone, -- personal: no
  first_tried_at timestamp with time zone, -- personal: no
  delivered_at timestamp with time zone, -- personal: no
  acknowledged_at timestamp with time zone, -- personal: no
  last_error text, -- personal: no
  last_error_text text, -- personal: no
  done_at timestamp with time zone, -- personal: no
  outcome text, -- personal: no
  constraint signal_event_check CHECK ((done_at IS NULL) = (outcome IS NULL)),
  constraint signal_event_check1 CHECK ((NOT outcome IS DISTINCT FROM 'delivered'::text) = (acknowledged_at IS NOT NULL)),
  constraint signal_event_outcome_check CHECK (outcome = ANY (ARRAY['delivered'::text, 'rejected'::text, 'failed'::text, 'dropped'::text])),
  constraint signal_event_pkey PRIMARY KEY (jti)
);
CREATE INDEX signal_event_created ON signal_event USING btree (created_at);
CREATE INDEX signal_event_service ON signal_event USING btree (service_id, created_at);
CREATE INDEX signal_event_waiting ON signal_event USING btree (stream_id, seq) WHERE (done_at IS NULL);

create table signal_stream (
  id uuid not null, -- personal: no
  service_id text not null, -- personal: no
  sector text not null, -- personal: no
  client_id text not null, -- personal: no
  method text not null, -- personal: no
  endpoint_url text, -- personal: no
  authorization_sealed bytea, -- personal: no
  events_requested text[], -- personal: no
  kinds text[] not null, -- personal: no
  description text, -- personal: no
  status text not null, -- personal: no
  status_reason text, -- personal: no
  created_at timestamp with time zone not null, -- personal: no
  changed_at timestamp with time zone not null, -- personal: no
  verified_at timestamp with time zone, -- personal: no
  leased_until timestamp with time zone not null, -- personal: no
  next_push_at timestamp with time zone not null, -- personal: no
  failures integer not null default 0, -- personal: no
  constraint signal_stream_check CHECK ((method = 'push'::text) = (endpoint_url IS NOT NULL)),
  constraint signal_stream_check1 CHECK (authorization_sealed IS NULL OR method = 'push'::text),
  constraint signal_stream_method_check CHECK (method = ANY (ARRAY['push'::text, 'poll'::text])),
  constraint signal_stream_pkey PRIMARY KEY (id),
  constraint signal_stream_service_id_key UNIQUE (service_id),
  constraint signal_stream_status_check CHECK (status = ANY (ARRAY['enabled'::text, 'paused'::text, 'disabled'::text]))
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
  constraint signing_key_alg_check CHECK (alg =
CASE use
    WHEN 'signal'::text THEN 'RS256'::text
    ELSE 'ES256'::text
END),
  constraint signing_key_check CHECK ((state = 'next'::text) = (current_at IS NULL)),
  constraint signing_key_check1 CHECK ((state = 'retired'::text) = (retired_at IS NOT NULL)),
  constraint signing_key_pkey PRIMARY KEY (kid),
  constraint signing_key_state_check CHECK (state = ANY (ARRAY['next'::text, 'current'::text, 'retired'::text])),
  constraint signing_key_use_check CHECK (use = ANY (ARRAY['token'::text, 'receipt'::text, 'signal'::text]))
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
  service_code text, -- personal: no
  constraint staff_check CHECK ((accepted_at IS NULL) = (password_hash IS NULL)),
  constraint staff_check1 CHECK (role <> 'officer'::text OR commune_code IS NOT NULL),
  constraint staff_commune_code_check CHECK (commune_code ~ '^[0-9]{5}$'::text),
  constraint staff_login_check CHECK (login ~ '^[a-z0-9][a-z0-9.-]{2,39}$'::text),
  constraint staff_login_key UNIQUE (login),
  constraint staff_owner_check CHECK ((role = 'owner'::text) = (service_code IS NOT NULL)),
  constraint staff_pkey PRIMARY KEY (id),
  constraint staff_role_check CHECK (role = ANY (ARRAY['officer'::text, 'auditor'::text, 'operator'::text, 'approver'::text, 'owner'::text]))
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

create table staff_session (
  session_key bytea not null, -- personal: no
  staff_id uuid not null, -- personal: pseudonym, whose session; 30 days
  method text not null, -- personal: no
  began_at timestamp with time zone not null, -- personal: no
  seen_at timestamp with time zone not null, -- personal: no
  expires_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  constraint staff_session_method_check CHECK (method = ANY (ARRAY['passkey'::text, 'recovery'::text, 'invitation'::text])),
  constraint staff_session_pkey PRIMARY KEY (session_key),
  constraint staff_session_session_key_check CHECK (octet_length(session_key) = 32),
  constraint staff_session_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);
CREATE INDEX staff_session_staff ON staff_session USING btree (staff_id) WHERE (ended_at IS NULL);

create table step_fact (
  transaction_id uuid not null, -- personal: no
  step text not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, who proved; 12 months
  upstream_ref text, -- personal: no
  at timestamp with time zone not null, -- personal: no
  constraint step_fact_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint step_fact_pkey PRIMARY KEY (transaction_id, step),
  constraint step_fact_step_check CHECK (step = ANY (ARRAY['zalo'::text, 'recovery'::text, 'vneid'::text, 'chip'::text, 'card'::text, 'counter'::text, 'passkey'::text, 'otp'::text])),
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

create table zalo_evidence (
  evidence_key bytea not null, -- personal: no
  jkt text not null, -- personal: pseudonym, key of the launch that used it; 1 day
  used_at timestamp with time zone not null, -- personal: no
  constraint zalo_evidence_evidence_key_check CHECK (octet_length(evidence_key) = 32),
  constraint zalo_evidence_pkey PRIMARY KEY (evidence_key)
);
CREATE INDEX zalo_evidence_age ON zalo_evidence USING brin (used_at);

create table zalo_link (
  id uuid not null, -- personal: no
  account_id uuid not null, -- personal: pseudonym, our number for a citizen; life of the account
  app_id text not null, -- personal: no
  zalo_id text not null, -- personal: pseudonym, Zalo's id of the citizen within our app, to know the same person again; life of the link
  name_sealed bytea, -- personal: yes, name the citizen gave Zalo, to greet them; replaced at each login, life of the link
  linked_at timestamp with time zone not null, -- personal: no
  ended_at timestamp with time zone, -- personal: no
  consent_revoked_at timestamp with time zone, -- personal: no
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

CREATE OR REPLACE FUNCTION catalogue_proposal_ends()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state <> 'open' or (to_jsonb(new) - 'state' - 'ended_at') <> (to_jsonb(old) - 'state' - 'ended_at') then
    raise exception 'a proposal only ends' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION catalogue_version_is_approved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  proposal catalogue_proposal;
  approvals integer;
begin
  if new.direction = 'first' then
    return new;
  end if;
  if not exists (select from catalogue_version v where v.number = new.number - 1 and v.sha256 = new.base_sha256) then
    raise exception 'a catalogue follows the one before it' using errcode = 'check_violation';
  end if;
  select * into proposal from catalogue_proposal p where p.id = new.proposal_id;
  if proposal.sha256 is distinct from new.sha256 or proposal.base_sha256 is distinct from new.base_sha256
    or proposal.direction is distinct from new.direction then
    raise exception 'a catalogue is published as it was proposed' using errcode = 'check_violation';
  end if;
  select count(*) into approvals from catalogue_approval a
    where a.proposal_id = proposal.id and a.verdict = 'approved' and a.staff_id <> proposal.proposed_by;
  if new.direction = 'weaker' and approvals < 2 then
    raise exception 'a weaker catalogue needs two approvals' using errcode = 'check_violation';
  end if;
  if exists (select from catalogue_approval a where a.proposal_id = proposal.id and a.verdict = 'refused') then
    raise exception 'a refused catalogue is not published' using errcode = 'check_violation';
  end if;
  return new;
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
