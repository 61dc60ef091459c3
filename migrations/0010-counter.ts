import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- A session dies at sign-out, after 15 idle minutes, after 8 hours, and with its person's account.
create table staff_session (
  session_key bytea primary key check (octet_length(session_key) = 32), -- personal: no
  staff_id uuid not null references staff, -- personal: pseudonym, whose session; 30 days
  method text not null check (method in ('passkey', 'recovery', 'invitation')), -- personal: no
  began_at timestamptz not null, -- personal: no
  seen_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  ended_at timestamptz -- personal: no
);
create index staff_session_staff on staff_session (staff_id) where ended_at is null;

-- A citizen's wish to be seen at a counter. One lives per step-up; one officer takes it; a person who
-- is bound to another account needs a second one, and the table itself knows that these are two.
create table counter_request (
  id uuid primary key, -- personal: no
  transaction_id uuid not null references authn_tx, -- personal: no
  account_id uuid not null references account, -- personal: pseudonym, who came to the counter; 12 months
  client_id text not null, -- personal: no
  code_key bytea not null check (octet_length(code_key) = 32), -- personal: no
  code_sealed bytea, -- personal: no
  state text not null check (state in ('open', 'claimed', 'second', 'confirmed', 'refused', 'expired')), -- personal: no
  created_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  staff_id uuid references staff, -- personal: pseudonym, officer who took the request; 12 months
  second_staff_id uuid references staff, -- personal: pseudonym, officer who looked again; 12 months
  commune_code text check (commune_code ~ '^[0-9]{5}$'), -- personal: no
  unit text, -- personal: no
  claimed_at timestamptz, -- personal: no
  asked smallint not null default 0 check (asked between 0 and 5), -- personal: no
  facts_sealed bytea, -- personal: yes, number, name and birth date as the register has them, for the officer to compare; erased with the decision
  decided_at timestamptz, -- personal: no
  check ((state in ('confirmed', 'refused', 'expired')) = (decided_at is not null)),
  check (state not in ('confirmed', 'refused', 'expired') or (facts_sealed is null and code_sealed is null)),
  check (state not in ('claimed', 'second', 'confirmed', 'refused') or (staff_id is not null and commune_code is not null)),
  check (state <> 'second' or facts_sealed is not null),
  check (second_staff_id <> staff_id)
);
create unique index counter_request_live on counter_request (transaction_id) where state in ('open', 'claimed', 'second');
create unique index counter_request_code on counter_request (code_key) where state = 'open';
create index counter_request_second on counter_request (commune_code) where state = 'second';
create index counter_request_expiry on counter_request (expires_at) where decided_at is null;

-- What an officer does for a person who is here without a sign-in under way: a lost phone, a replaced
-- number, a child's representative. Opened by a card that the register knows.
create table counter_case (
  id uuid primary key, -- personal: no
  kind text not null check (kind in ('account', 'number', 'guardian')), -- personal: no
  account_id uuid references account, -- personal: pseudonym, whose account the card led to; 12 months
  state text not null check (state in ('open', 'second', 'done', 'refused', 'expired')), -- personal: no
  opened_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  staff_id uuid not null references staff, -- personal: pseudonym, officer who opened it; 12 months
  second_staff_id uuid references staff, -- personal: pseudonym, officer who looked again; 12 months
  commune_code text not null check (commune_code ~ '^[0-9]{5}$'), -- personal: no
  facts_sealed bytea, -- personal: yes, what the register said of the card, for the officer to compare; erased when the case ends
  ended_at timestamptz, -- personal: no
  check ((state in ('done', 'refused', 'expired')) = (ended_at is not null)),
  check (ended_at is null or facts_sealed is null),
  check (second_staff_id <> staff_id)
);
create index counter_case_second on counter_case (commune_code) where state = 'second';
create index counter_case_expiry on counter_case (expires_at) where ended_at is null;

-- What officers decided, written once.
create table counter_decision (
  id uuid primary key, -- personal: no
  request_id uuid references counter_request, -- personal: no
  case_id uuid references counter_case, -- personal: no
  kind text not null check (kind in ('confirmed', 'sent_on', 'supervised', 'refused', 'locked', 'unlocked', 'number_sent_on', 'number_replaced', 'guardian')), -- personal: no
  staff_id uuid not null references staff, -- personal: pseudonym, officer who decided; 12 months
  commune_code text not null check (commune_code ~ '^[0-9]{5}$'), -- personal: no
  reason text not null, -- personal: no
  note_sealed bytea, -- personal: yes, what the officer wrote beside the reason, may name the citizen; 12 months
  check_id text, -- personal: no
  at timestamptz not null, -- personal: no
  check (num_nonnulls(request_id, case_id) = 1)
);
create index counter_decision_staff on counter_decision (staff_id, at desc);
create trigger counter_decision_insert_only before update or delete on counter_decision for each row execute function refuse_change();
create trigger counter_decision_kept before truncate on counter_decision for each statement execute function refuse_change();
`,
  );
