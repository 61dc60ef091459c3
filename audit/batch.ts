// Token issues are many and each stands on a consent event that was written with its change, so
// they may reach the log a moment later: gathered for a tenth of a second, written in one go.

import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { recordAccess, recordAll } from './record.ts';
import type { AccessEvent } from './record.ts';
import { countTokens } from './service-figures.ts';

const GATHER_MS = 100;
/** Events in one statement. */
const MOST_IN_ONE = 500;
/** Beyond this the database has been away too long: the oldest go, and the log says how many. */
const MOST_WAITING = 20_000;

export type Batch = {
  add(event: AccessEvent, now: Date): void;
  flush(): Promise<void>;
  stop(): Promise<void>;
};

export function createBatch(db: Database, origin: string, onLoss: (count: number) => void): Batch {
  let waiting: { event: AccessEvent; now: Date }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async (): Promise<void> => {
    timer = undefined;
    const taken = waiting;
    waiting = [];
    if (taken.length === 0) return;
    try {
      // In order of stream, so that two writers lock streams in the same order.
      const ordered = taken.toSorted(byAccount);
      await db.apart(() =>
        db.transaction(async () => {
          for (let at = 0; at < ordered.length; at += MOST_IN_ONE)
            await recordAll(db, origin, ordered.slice(at, at + MOST_IN_ONE));
          // Last: the row of the hour is every process's, and stays locked until the commit.
          await countTokens(db, taken);
        }),
      );
    } catch (error) {
      // Only an outage passes by waiting. One event that cannot be written must not hold up the rest.
      if (!isOutage(error)) return oneByOne(taken);
      waiting = [...taken, ...waiting];
      const lost = waiting.length - MOST_WAITING;
      if (lost > 0) {
        waiting = waiting.slice(lost);
        onLoss(lost);
      }
      schedule();
    }
  };
  const oneByOne = async (events: readonly { event: AccessEvent; now: Date }[]): Promise<void> => {
    for (const { event, now } of events) {
      try {
        await db.apart(() =>
          db.transaction(async () => {
            await recordAccess(db, origin, event, now);
            await countTokens(db, [{ event, now }]);
          }),
        );
      } catch (error) {
        if (isOutage(error)) {
          waiting.push({ event, now });
          schedule();
        } else onLoss(1);
      }
    }
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      writing = writing.then(write);
    }, GATHER_MS);
  };
  const flush = () => (writing = writing.then(write));

  return {
    add(event, now) {
      waiting.push({ event, now });
      schedule();
    },
    flush,
    async stop() {
      clearTimeout(timer);
      await flush();
      clearTimeout(timer);
      if (waiting.length > 0) onLoss(waiting.length);
    },
  };
}

const isOutage = (error: unknown) => error instanceof Refusal && error.kind === 'unavailable';

// 0 for events of one account: they keep the order in which they happened.
const byAccount = (a: { event: AccessEvent }, b: { event: AccessEvent }) => {
  const [one, other] = [a.event.accountId ?? '', b.event.accountId ?? ''];
  return one === other ? 0 : one < other ? -1 : 1;
};
