// A signed event of Zalo counts once for each who may use it: the broker's webhook, a hotline that trades
// it for a token. The row stays longer than Zalo goes on repeating an event (operations/clean-up.ts).

import type { Database } from '../database.ts';
import { insertEvent } from './store.ts';

/** What the broker's own webhook is called beside the clients. */
export const OUR_WEBHOOK = 'webhook';

/** @returns false when it was used before; of several at once one is the first */
export const takeEvent = async (
  db: Database,
  { eventKey, usedBy }: { eventKey: string; usedBy: string },
  now: Date,
): Promise<boolean> => (await insertEvent(db, { key: Buffer.from(eventKey, 'hex'), usedBy }, now)) === 1;
