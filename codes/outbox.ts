// Messages go out through a queue written in the transaction that decides on them: a code that
// was never committed is never sent, and a gateway outage delays a message without holding a page.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { MessageChannel, MessageGateway, MessageGateways, MessageKind } from './message-gateway.ts';

const BATCH = 10;
/** Wait before try n + 1, seconds: a gateway that is slow to recover is not hammered. */
const RETRY_SECONDS = [2, 5, 15, 30, 60];

export type OutgoingMessage = {
  /** +84 and nine digits. */
  readonly to: string;
  /** SMS: the whole message. ZNS: the one parameter of the template of its kind. */
  readonly text: string;
  readonly giveUpAt: Date;
  readonly kind?: MessageKind;
  /** Whom the message concerns. */
  readonly accountId?: string | undefined;
  readonly channel?: MessageChannel;
};

/** Queues a message on the running transaction. @returns its id, which is also the gateway's reference */
export async function enqueueMessage(
  db: Database,
  vault: Vault,
  { to, text, giveUpAt, kind = 'code', accountId, channel = 'sms' }: OutgoingMessage,
  now: Date,
): Promise<string> {
  const id = uuidv7(now);
  await db.run(sql`
    insert into message_outbox (id, channel, kind, account_id, to_sealed, text_sealed, created_at, next_try_at, give_up_at)
    values (${id}, ${channel}, ${kind}, ${accountId}, ${vault.seal(`message/${id}/to`, to)}, ${vault.seal(`message/${id}/text`, text)}, ${now}, ${now}, ${giveUpAt})`);
  await db.run(sql`select pg_notify('tnid_outbox', '')`);
  return id;
}

type DueRow = {
  id: string;
  channel: MessageChannel;
  kind: MessageKind;
  to_sealed: Buffer;
  text_sealed: Buffer;
  tries: number;
  give_up_at: Date;
};

/**
 * Sends what is due. Several workers may run: each claims its own rows, and the reference makes
 * the gateway drop a message that was accepted just before a worker died. What waits for a channel
 * that was stopped by hand goes on waiting, and is given up in its time.
 * @returns how many rows were taken, so that the caller goes on while there is work
 */
export async function deliverDue(
  db: Database,
  vault: Vault,
  gateways: MessageGateways,
  now: Date,
): Promise<number> {
  const claimUntil = new Date(now.getTime() + 30_000);
  const due = await db.rows<DueRow>(sql`
    update message_outbox set tries = tries + 1, next_try_at = ${claimUntil}
    where id in (select id from message_outbox m where done_at is null and next_try_at <= ${now}
      and (give_up_at <= ${now} or not exists (select from channel_switch s where s.channel = m.channel and s.stopped_at is not null))
      order by next_try_at limit ${BATCH} for update skip locked)
    returning id, channel, kind, to_sealed, text_sealed, tries, give_up_at`);
  await Promise.all(due.map((row) => deliver(db, vault, gateways[row.channel], row, now)));
  return due.length;
}

async function deliver(
  db: Database,
  vault: Vault,
  gateway: MessageGateway | undefined,
  row: DueRow,
  now: Date,
): Promise<void> {
  if (row.give_up_at <= now) return finish(db, row.id, 'too_late', undefined, now);
  if (gateway === undefined) return finish(db, row.id, 'rejected:configuration', undefined, now);
  try {
    const sent = await gateway.send({
      to: vault.open(`message/${row.id}/to`, row.to_sealed),
      text: vault.open(`message/${row.id}/text`, row.text_sealed),
      reference: row.id,
      kind: row.kind,
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
