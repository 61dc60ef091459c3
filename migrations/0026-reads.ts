import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// "Who looked at my data" asks by person; without this it reads the decisions of everybody. Only what was
// allowed is shown, so refusals and calls without a person cost nothing.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
create index decision_record_person on decision_record (sub_hash, at) where allow and sub_hash is not null;
`,
  );
