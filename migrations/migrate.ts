// Forward only. The previous release must run on the new schema.

import knexFactory from 'knex';
import * as keys from './0001-keys.ts';
import * as accounts from './0002-accounts.ts';
import * as assurance from './0003-assurance.ts';
import * as consent from './0004-consent.ts';
import * as audit from './0005-audit.ts';
import * as oidc from './0006-oidc.ts';

const steps = {
  '0001-keys': keys,
  '0002-accounts': accounts,
  '0003-assurance': assurance,
  '0004-consent': consent,
  '0005-audit': audit,
  '0006-oidc': oidc,
};
type Name = keyof typeof steps;

/** Brings the database to this release's schema. Safe to run from several processes at once. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const knex = knexFactory({
    client: 'pg',
    connection: databaseUrl,
    pool: { min: 0, max: 2 },
    migrations: {
      migrationSource: {
        getMigrations: async () => Object.keys(steps) as Name[], // the keys of `steps`
        getMigrationName: (name: Name) => name,
        getMigration: async (name: Name) => ({ up: steps[name].up, down: refuseDown }),
      },
    },
  });
  try {
    const [, done]: [number, string[]] = await knex.migrate.latest();
    return done;
  } finally {
    await knex.destroy();
  }
}

async function refuseDown(): Promise<void> {
  throw new Error('migrations only go forward');
}
