import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// A kind of client of its own, for web servers that only want to know who signs in (decision 0020).
export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table oidc_client drop constraint oidc_client_kind_check;
alter table oidc_client add constraint oidc_client_kind_check
  check (kind in ('portal', 'miniapp', 'service', 'sign-on'));
alter table oidc_client drop constraint oidc_client_class_check;
alter table oidc_client add constraint oidc_client_class_check
  check (class in ('first_party', 'gov_portal', 'service', 'sign_on'));
alter table oidc_client add constraint oidc_client_sign_on_check
  check ((kind = 'sign-on') = (class = 'sign_on'));
`,
  );
