import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// `approver`: one of the two who agree before a weaker catalogue is published. `owner`: answers for
// one service and sees how it fares.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table staff
  add column service_code text,
  drop constraint staff_role_check,
  add constraint staff_role_check check (role in ('officer', 'auditor', 'operator', 'approver', 'owner')),
  add constraint staff_owner_check check ((role = 'owner') = (service_code is not null));
comment on column staff.service_code is 'personal: no';
`,
  );
