// What became of a message that a gateway took: told by its webhook, kept without number or content.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type Delivery = {
  /** The id of the message in the outbox, which was the gateway's reference. */
  readonly messageId: string;
  readonly state: 'delivered' | 'failed';
  readonly reason: string | undefined;
  readonly at: Date;
};

/**
 * Keeps a report. The same one again changes nothing; a failure told first may still turn into a
 * delivery, never the reverse. @returns whether it was news
 */
export async function recordDelivery(
  db: Database,
  { messageId, state, reason, at }: Delivery,
): Promise<boolean> {
  const written = await db.run(sql`
    update message_outbox set delivery_state = ${state}, delivery_reason = ${reason}, delivered_at = ${state === 'delivered' ? at : null}
    where id = ${messageId} and (delivery_state is null or (delivery_state = 'failed' and ${state}::text = 'delivered'))`);
  return written === 1;
}
