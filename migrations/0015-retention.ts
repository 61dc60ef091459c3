import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table notice_shown drop constraint notice_shown_kind_check;
alter table notice_shown add constraint notice_shown_kind_check
  check (kind in ('new_device', 'moving', 'moved', 'locked', 'unlocked', 'recovery_made', 'recovery_used', 'passkey_added', 'passkey_removed', 'binding_ending', 'phone_changed', 'guardian_asked', 'guardian_recorded'));

-- A decision is never changed, and goes when the year its labels promise is over, not before.
drop trigger counter_decision_insert_only on counter_decision;
create trigger counter_decision_insert_only before update on counter_decision for each row execute function refuse_change();
create trigger counter_decision_kept_a_year before delete on counter_decision for each row
  when (old.at > now() - interval '12 months') execute function refuse_change();
create index counter_decision_at on counter_decision using brin (at);
create index counter_decision_request on counter_decision (request_id) where request_id is not null;
create index counter_decision_case on counter_decision (case_id) where case_id is not null;
create index counter_request_created on counter_request using brin (created_at);
create index counter_case_opened on counter_case using brin (opened_at);
`,
  );
