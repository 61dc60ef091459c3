// What most commands stand on: the database, and the keys that open what is sealed in it.

import { processEnvironment, readSettings } from '../../config.ts';
import { openDatabase } from '../../database.ts';
import type { Database } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import type { Envelope } from '../../keys/envelope.ts';

export const databaseUrl = (): string =>
  readSettings(processEnvironment(), ['TNID_DATABASE_URL']).TNID_DATABASE_URL;

/** Runs `work` with the database and closes it. */
export async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(databaseUrl(), { maxConnections: 3 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

export async function withKeys<T>(
  work: (db: Database, envelope: Envelope, origin: string) => Promise<T>,
): Promise<T> {
  const names = ['TNID_KEK', 'TNID_KEK_PREVIOUS', 'TNID_ISSUER'] as const;
  const { TNID_KEK, TNID_KEK_PREVIOUS, TNID_ISSUER } = readSettings(processEnvironment(), names);
  return withDatabase((db) => work(db, openEnvelope(TNID_KEK, TNID_KEK_PREVIOUS), new URL(TNID_ISSUER).host));
}

/** Columns under their heads, as wide as they need. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
