// The hand brake of a message channel. While it is stopped nothing leaves over it: no code is made,
// and what waits in the outbox goes on waiting.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { MessageChannel } from './message-gateway.ts';

export async function isStopped(db: Database, channel: MessageChannel): Promise<boolean> {
  const row = await db.row(sql`
    select channel from channel_switch where channel = ${channel} and stopped_at is not null`);
  return row !== undefined;
}

/** Stops or starts a channel. @returns false when it stood so already */
export async function switchChannel(
  { db, origin }: { readonly db: Database; readonly origin: string },
  { channel, to, reason }: { channel: MessageChannel; to: 'stopped' | 'started'; reason: string },
  now: Date,
): Promise<boolean> {
  const stoppedAt = to === 'stopped' ? now : null;
  return db.transaction(async () => {
    const changed = await db.run(sql`
      insert into channel_switch as s (channel, stopped_at, reason, changed_at)
      select ${channel}, ${stoppedAt}::timestamptz, ${reason}, ${now}
      where ${stoppedAt}::timestamptz is not null or exists (select from channel_switch where channel = ${channel})
      on conflict (channel) do update set stopped_at = excluded.stopped_at, reason = excluded.reason, changed_at = excluded.changed_at
        where (s.stopped_at is null) <> (excluded.stopped_at is null)`);
    if (changed === 0) return false;
    await recordAccess(db, origin, { kind: `channel.${to}`, outcome: 'ok', actor: 'operator', details: { channel, reason } }, now); // prettier-ignore
    await db.run(sql`select pg_notify('tnid_outbox', '')`);
    return true;
  });
}

export type ChannelState = { channel: MessageChannel; stopped_at: Date | null; reason: string };

export const listSwitches = (db: Database) =>
  db.rows<ChannelState>(sql`select channel, stopped_at, reason from channel_switch order by channel`);
