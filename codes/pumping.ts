// Codes sent to numbers that never answer: somebody earns from the messages or maps our numbers
// (protocol design 9: more than 30 sends in 15 minutes of which fewer than 20 % were verified).

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

const WINDOW_MS = 15 * 60_000;
const MOST_SENDS = 30;
const LEAST_VERIFIED_SHARE = 0.2;

export const PUMPING_WINDOW_SECONDS = WINDOW_MS / 1000;

type Scope = 'prefix' | 'network' | 'channel';
type Count = { scope: Scope; sends: number; verified: number };

/**
 * The scope in which codes are pumped now. A known device is not held up by what the whole channel
 * suffers: strangers could otherwise stop every citizen's codes with a few dozen sends at night.
 */
export async function findPumping(
  db: Database,
  facts: {
    readonly prefix: string;
    readonly networkKey: string;
    readonly channel: string;
    readonly knownDevice?: boolean;
  },
  now: Date,
): Promise<Scope | undefined> {
  const since = new Date(now.getTime() - WINDOW_MS);
  const counts = await db.rows<Count>(sql`
    with recent as (select prefix_key, network_key, consumed_at is not null as verified from otp
      where created_at > ${since} and created_at <= ${now} and channel = ${facts.channel} and message_id is not null)
    select 'prefix' as scope, count(*) as sends, count(*) filter (where verified) as verified from recent where prefix_key = ${facts.prefix}
    union all select 'network', count(*), count(*) filter (where verified) from recent where network_key = ${facts.networkKey}
    union all select 'channel', count(*), count(*) filter (where verified) from recent`);
  const pumped = counts.filter(isPumped).map(({ scope }) => scope);
  return pumped.find((scope) => scope !== 'channel' || facts.knownDevice !== true);
}

const isPumped = ({ sends, verified }: Count) =>
  sends > MOST_SENDS && verified < sends * LEAST_VERIFIED_SHARE;
