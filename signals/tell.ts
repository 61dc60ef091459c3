// Telling services of a change, in the transaction of the change: what rolls back is never sent, and
// what commits is never lost. One statement, which finds nothing where no service listens.

import { randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Change } from './change.ts';
import { insertChanges } from './store.ts';

/**
 * Queues the changes, in their order, for every service that has a stream, asks for the kind and knows
 * the person. `serviceId`: only that one.
 */
export async function tellServices(
  db: Database,
  { accountId, serviceId, changes }: { accountId: string; serviceId?: string; changes: readonly Change[] },
  now: Date,
): Promise<void> {
  // `txn` ties together what one service hears of one change. It is another value at each service:
  // a shared one would join their records about a person (OpenID Connect Core 8.1).
  const secret = randomBytes(16).toString('hex');
  await insertChanges(db, { accountId, serviceId, secret, changes }, now);
}
