// Who used or looked at a person's data, as far as anything is on record: what we let out ourselves, what
// officers looked at, and what services' guards allowed and handed in.

import type { Database } from '../database.ts';
import type { AccessKind } from './record.ts';
import { findDecisionReads, findEventReads } from './reads-store.ts';
import type { ReadRow } from './reads-store.ts';

export const READ_DAYS = 90;
const MOST_READS = 500;
const DAY_MS = 86_400_000;

/** Events that say somebody learnt something about the person. */
const READ_KINDS = [
  'token.issued',
  'claims.released',
  'stepup.vneid',
  'stepup.card',
  'stepup.chip',
  'counter.claimed',
  'counter.checked',
  'counter.opened',
] as const satisfies readonly AccessKind[];

export type Read = {
  /** Day in Việt Nam, YYYY-MM-DD. */
  readonly date: string;
  readonly serviceId: string | undefined;
  readonly clientId: string | undefined;
  readonly count: number;
} & (
  | { readonly what: 'event'; readonly kind: (typeof READ_KINDS)[number]; readonly claims: readonly string[]; readonly commune: string | undefined } // prettier-ignore
  | { readonly what: 'action'; readonly action: string }
);

export type Reads = {
  readonly since: Date;
  /** Newest day first. */
  readonly reads: readonly Read[];
  /** There are more than are listed. */
  readonly more: boolean;
};

export async function findReads(db: Database, accountId: string, now: Date): Promise<Reads> {
  const since = new Date(now.getTime() - READ_DAYS * DAY_MS);
  const most = MOST_READS + 1;
  const [events, decisions] = await Promise.all([
    findEventReads(db, { accountId, kinds: READ_KINDS, since, most }),
    findDecisionReads(db, { accountId, since, most }),
  ]);
  const reads = [...events.map(eventRead), ...decisions.map(actionRead)].toSorted((a, b) =>
    b.date < a.date ? -1 : Number(b.date > a.date),
  );
  return { since, reads: reads.slice(0, MOST_READS), more: reads.length > MOST_READS };
}

const about = (row: ReadRow) => ({
  date: row.day,
  serviceId: row.service_id ?? undefined,
  clientId: row.client_id ?? undefined,
  count: row.n,
});

const eventRead = (row: ReadRow): Read => ({
  ...about(row),
  what: 'event',
  kind: kindOf(row.what),
  claims: row.claims ?? [],
  commune: row.commune ?? undefined,
});

const actionRead = (row: ReadRow): Read => ({ ...about(row), what: 'action', action: row.what });

function kindOf(text: string): (typeof READ_KINDS)[number] {
  const kind = READ_KINDS.find((one) => one === text);
  if (kind === undefined) throw new Error('an event nobody asked for');
  return kind;
}
