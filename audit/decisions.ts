// What services' guards decided, handed in by the services. A record counts once however often it is
// sent, and a service writes about itself only: whose records they are comes from its token.

import type { Database } from '../database.ts';
import { insertDecisions } from './decisions-store.ts';
import { bucketOf } from './service-figures-latency.ts';

/** One decision, its shape checked at the border. */
export type Decided = {
  readonly decisionId: string;
  readonly at: Date;
  readonly action: string;
  readonly allow: boolean;
  /** What failed, first row of protocol §4 first; empty exactly when allowed. */
  readonly failed: readonly string[];
  /** 16 bytes. */
  readonly subHash: Buffer | undefined;
  readonly clientId: string | undefined;
  readonly acr: string | undefined;
  readonly ageSeconds: number | undefined;
  readonly catalogueVersion: string | undefined;
  readonly jtiHash: Buffer | undefined;
  readonly tookMs: number | undefined;
};

export type Handed = {
  readonly serviceId: string;
  /** The actions of this service; any other name is counted as one. */
  readonly ownActions: ReadonlySet<string>;
  readonly records: readonly Decided[];
  /** Records the service could not keep until now. */
  readonly dropped: number;
};

/** Rows 1–5 and reasons of rows 6–10 a guard of today knows; what a later one says is counted as `other`. */
export const CAUSES = [
  'invalid-request',
  'no-token',
  'invalid-token',
  'dpop',
  'dpop-nonce',
  'consent-withdrawn',
  'ended',
  'action',
  'level',
  'age',
  'method',
  'scope',
  'consent',
  'client',
  'handover',
  'unavailable',
  'other',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Stands for every action name that is not the service's own. */
export const OTHER_ACTIONS = '*';

/** Keeps the records that are new and counts them, in one statement. @returns how many were new */
export async function takeDecisions(db: Database, handed: Handed, now: Date): Promise<number> {
  const { serviceId, ownActions, records, dropped } = handed;
  const rows = records.map((record) => ({
    ...record,
    // The row that answered. The others are kept in the record, and not counted: causes add up to refusals.
    cause: record.allow ? undefined : causeOf(record.failed[0]),
    countedAction: ownActions.has(record.action) ? record.action : OTHER_ACTIONS,
    bucket: record.tookMs === undefined ? undefined : bucketOf(record.tookMs),
  }));
  return insertDecisions(db, { serviceId, rows, dropped }, now);
}

const causeOf = (first: string | undefined): Cause => CAUSES.find((cause) => cause === first) ?? 'other';
