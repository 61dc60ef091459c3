// Forward only. The previous release must run on the new schema.

import knexFactory from 'knex';
import pg from 'pg';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import * as keys from './0001-keys.ts';
import * as accounts from './0002-accounts.ts';
import * as assurance from './0003-assurance.ts';
import * as consent from './0004-consent.ts';
import * as audit from './0005-audit.ts';
import * as oidc from './0006-oidc.ts';
import * as staff from './0007-staff.ts';
import * as identity from './0008-identity.ts';
import * as authenticators from './0009-authenticators.ts';
import * as counter from './0010-counter.ts';
import * as messages from './0011-messages.ts';
import * as guardians from './0012-guardians.ts';
import * as safety from './0013-safety.ts';
import * as chip from './0014-chip.ts';
import * as retention from './0015-retention.ts';
import * as staffRoles from './0016-staff-roles.ts';
import * as catalogue from './0017-catalogue.ts';
import * as signals from './0018-signals.ts';
import * as decisions from './0019-decisions.ts';
import * as claims from './0020-claims.ts';
import * as signOn from './0021-sign-on.ts';
import * as loginFamily from './0022-login-family.ts';
import * as hotline from './0023-hotline.ts';
import * as assistedRequest from './0024-assisted-request.ts';
import * as browserLeg from './0025-browser-leg.ts';
import * as reads from './0026-reads.ts';

const steps = {
  '0001-keys': keys,
  '0002-accounts': accounts,
  '0003-assurance': assurance,
  '0004-consent': consent,
  '0005-audit': audit,
  '0006-oidc': oidc,
  '0007-staff': staff,
  '0008-identity': identity,
  '0009-authenticators': authenticators,
  '0010-counter': counter,
  '0011-messages': messages,
  '0012-guardians': guardians,
  '0013-safety': safety,
  '0014-chip': chip,
  '0015-retention': retention,
  '0016-staff-roles': staffRoles,
  '0017-catalogue': catalogue,
  '0018-signals': signals,
  '0019-decisions': decisions,
  '0020-claims': claims,
  '0021-sign-on': signOn,
  '0022-login-family': loginFamily,
  '0023-hotline': hotline,
  '0024-assisted-request': assistedRequest,
  '0025-browser-leg': browserLeg,
  '0026-reads': reads,
};
type Name = keyof typeof steps;

/** Brings the database to this release's schema. Safe to run from several processes at once: the others wait. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  // Knex's own lock makes a second process fail, and stays behind when one is killed.
  const turn = new pg.Client({ connectionString: databaseUrl, application_name: 'tayninh-id migrate' });
  turn.on('error', () => {}); // the migration itself meets the same outage and says so
  await turn.connect();
  try {
    await turn.query(`select pg_advisory_lock(hashtext('tnid_migrate'))`);
    return await bringUp(databaseUrl);
  } finally {
    await turn.end().catch(() => {});
  }
}

async function bringUp(databaseUrl: string): Promise<readonly string[]> {
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
    await knex.migrate.forceFreeMigrationsLock(); // ours is the only turn: a lock found now was left by a killed process
    const [, done] = (await knex.migrate.latest()) as [number, string[]]; // batch number and names (knex documentation)
    return done;
  } finally {
    await knex.destroy();
  }
}

/** True when every migration of this release has been applied. */
export async function isMigrated(db: Database): Promise<boolean> {
  const found = await db.row(sql`select to_regclass('knex_migrations')::text as name`);
  if (found?.['name'] === null) return false;
  const rows = await db.rows<{ name: string }>(sql`select name from knex_migrations`);
  return Object.keys(steps).every((name) => rows.some((row) => row.name === name));
}

async function refuseDown(): Promise<void> {
  throw new Error('migrations only go forward');
}
