// The catalogue as it was published, read from the database. What the broker enforces and signs is
// this one; the files in policies/services are what the next one is proposed from.

import { z } from 'zod';
import type { Database } from '../database.ts';
import { indexCatalogue, type Catalogue, type CatalogueContent } from './catalogue.ts';
import type { Change } from './change.ts';
import { loadCatalogue } from './load.ts';
import * as store from './publish-store.ts';
import type { HistoryRow } from './publish-store.ts';

export type Published = {
  /** 1 for the first, then one more each time, also when an earlier content comes back. */
  readonly number: number;
  readonly publishedAt: Date;
  readonly catalogue: Catalogue;
};

/** What is published now; undefined in a database whose broker has never started. */
export async function findPublished(db: Database): Promise<Published | undefined> {
  const row = await store.findNewest(db);
  return row === undefined ? undefined : publishedOf(row);
}

/** Cheaper than reading it: for asking whether anything has changed. */
export const publishedNumber = (db: Database): Promise<number> => store.findNewestNumber(db);

/** A version, also an earlier one. @param sha256 64 hex digits */
export async function findPublishedVersion(db: Database, sha256: string): Promise<Published | undefined> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const row = await store.findVersion(db, Buffer.from(sha256, 'hex'));
  return row === undefined ? undefined : publishedOf(row);
}

/** For commands: what is published, or the files while nothing is. */
export async function publishedCatalogue(db: Database, folder: string): Promise<Catalogue> {
  return (await findPublished(db))?.catalogue ?? loadCatalogue(folder);
}

export type Compared =
  | { readonly outcome: 'same' }
  | { readonly outcome: 'differs'; readonly files: string }
  | { readonly outcome: 'broken'; readonly message: string };

/** Files that say something else than what is published change nothing until they are published. */
export async function compareWithFiles(folder: string, { sha256 }: Catalogue): Promise<Compared> {
  try {
    const files = await loadCatalogue(folder);
    return files.sha256 === sha256 ? { outcome: 'same' } : { outcome: 'differs', files: files.version };
  } catch (error) {
    return { outcome: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
}

export type HistoryEntry = {
  readonly number: number;
  readonly version: string;
  readonly sha256: string;
  readonly base: string | undefined;
  readonly direction: HistoryRow['direction'];
  readonly changes: readonly Change[];
  readonly publishedAt: Date;
  /** Offices of the people who approved it. */
  readonly approvedBy: readonly string[];
};

/** Newest first. */
export async function listHistory(db: Database, most = 200): Promise<HistoryEntry[]> {
  return (await store.listVersions(db, most)).map((row) => ({
    number: row.number,
    version: row.version,
    sha256: row.sha256.toString('hex'),
    base: row.base_sha256?.toString('hex'),
    direction: row.direction,
    changes: changesOf(row.changes),
    publishedAt: row.published_at,
    approvedBy: row.units,
  }));
}

const publishedOf = (row: store.VersionRow): Published => ({
  number: row.number,
  publishedAt: row.published_at,
  catalogue: readCatalogue(row),
});

/** A catalogue from its canonical bytes. They passed lint when they were proposed and their hash is checked by the table. */
export function readCatalogue({
  content,
  version,
  sha256,
}: Pick<store.VersionRow, 'content' | 'version' | 'sha256'>): Catalogue {
  const read = JSON.parse(content.toString()) as CatalogueContent; // bytes that compileCatalogue made; the table keeps them whole
  const catalogue = indexCatalogue(read, /^cat-(.+)#/.exec(version)?.[1] ?? '');
  if (catalogue.sha256 !== sha256.toString('hex') || catalogue.version !== version)
    throw new Error('a kept catalogue reads as another one');
  return catalogue;
}

const changesSchema = z.array(
  z.object({ direction: z.enum(['weaker', 'stronger', 'neutral']), where: z.string(), what: z.string() }),
);
export const changesOf = (bytes: Buffer): readonly Change[] =>
  changesSchema.parse(JSON.parse(bytes.toString()));
