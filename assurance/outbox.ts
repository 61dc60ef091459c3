// Messages go out through a queue written in the transaction that decides on them: a code that
// was never committed is never sent, and a gateway outage delays a message without holding a page.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { SmsGateway } from './sms-gateway.ts';

const BATCH = 10;
/** Wait before try n + 1, seconds: a gateway that is slow to recover is not hammered. */
const RETRY_SECONDS = [2, 5, 15, 30, 60];

export async function enqueueMessage(
  db: Database,
  vault: Vault,
  message: { to: string; text: string; giveUpAt: Date },
  now: Date,
): Promise<void> {
  const id = uuidv7(now);
  await db.run(sql`
    insert into message_outbox (id, channel, to_sealed, text_sealed, created_at, next_try_at, give_up_at)
    values (${id}, 'sms', ${vault.seal(`message/${id}/to`, message.to)}, ${vault.seal(`message/${id}/text`, message.text)}, ${now}, ${now}, ${message.giveUpAt})`);
  await db.run(sql`select pg_notify('tnid_outbox', '')`);
}

type DueRow = { id: string; to_sealed: Buffer; text_sealed: Buffer; tries: number; give_up_at: Date };

/**
 * Sends what is due. Several workers may run: each claims its own rows, and the reference makes
 * the gateway drop a message that was accepted just before a worker died.
 * @returns how many rows were taken, so that the caller goes on while there is work
 */
export async function deliverDue(
  db: Database,
  vault: Vault,
  gateway: SmsGateway,
  now: Date,
): Promise<number> {
  const claimUntil = new Date(now.getTime() + 30_000);
  const due = await db.rows<DueRow>(sql`
    update message_outbox set tries = tries + 1, next_try_at = ${claimUntil}
    where id in (select id from message_outbox where done_at is null and next_try_at <= ${now}
      order by next_try_at limit ${BATCH} for update skip locked)
    returning id, to_sealed, text_sealed, tries, give_up_at`);
  await Promise.all(due.map((row) => deliver(db, vault, gateway, row, now)));
  return due.length;
}

async function deliver(
  db: Database,
  vault: Vault,
  gateway: SmsGateway,
  row: DueRow,
  now: Date,
): Promise<void> {
  if (row.give_up_at <= now) return finish(db, row.id, 'too_late', undefined, now);
  try {
    const sent = await gateway.send({
      to: vault.open(`message/${row.id}/to`, row.to_sealed),
      text: vault.open(`message/${row.id}/text`, row.text_sealed),
      reference: row.id,
    });
    if (sent.outcome === 'accepted') await finish(db, row.id, 'accepted', sent.messageId, now);
    else await finish(db, row.id, `rejected:${sent.reason}`, undefined, now);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const wait = RETRY_SECONDS[Math.min(row.tries, RETRY_SECONDS.length) - 1] ?? 60;
    await db.run(sql`
      update message_outbox set next_try_at = ${new Date(now.getTime() + wait * 1000)} where id = ${row.id}`);
  }
}

// The content goes with the delivery: nothing is left to read in a copy of the database.
async function finish(
  db: Database,
  id: string,
  outcome: string,
  upstreamId: string | undefined,
  now: Date,
): Promise<void> {
  await db.run(sql`
    update message_outbox set done_at = ${now}, outcome = ${outcome}, upstream_id = ${upstreamId}, to_sealed = null, text_sealed = null
    where id = ${id}`);
}
