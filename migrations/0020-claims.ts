import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// A portal may stand for a service of the catalogue: its purposes and its agreement then say which
// personal claims it may have (decision 0018). The mini app is public and stands for none.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table oidc_client drop constraint oidc_client_check;
alter table oidc_client add constraint oidc_client_service_check
  check (case kind when 'service' then service_id is not null when 'portal' then true else service_id is null end);
`,
  );
