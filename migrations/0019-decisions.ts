import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) => apply(knex, `select 1;`);
