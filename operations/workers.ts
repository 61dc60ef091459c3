// Work beside the requests: at intervals, and when another process says that something changed.
// A notification is a hint; every worker also looks by itself.

import type { Database } from '../database.ts';
import type { Log } from './log.ts';

export type Worker = {
  readonly name: string;
  readonly everyMs: number;
  /** The notification that makes it run at once. */
  readonly channel?: string;
  work(): Promise<void>;
};
/** Runs when notified, with the payload, and once when listening begins: something may have changed before. */
export type Listener = { readonly channel: string; heard(payload: string): void };

/** Starts them. @returns a function that stops them and waits for what is under way */
export async function startWorkers(
  { db, log }: { readonly db: Database; readonly log: Log },
  workers: readonly Worker[],
  listeners: readonly Listener[],
): Promise<() => Promise<void>> {
  const running = workers.map((worker) => ({ worker, loop: repeat(worker, log) }));
  const channels = [
    ...listeners,
    ...running.flatMap(({ worker: { channel }, loop }) =>
      channel === undefined ? [] : [{ channel, heard: loop.now }],
    ),
  ];
  const silence = await Promise.all(channels.map(({ channel, heard }) => db.listen(channel, heard)));
  return async () => {
    await Promise.all([...silence.map((stop) => stop()), ...running.map(({ loop }) => loop.stop())]);
  };
}

function repeat({ name, everyMs, work }: Worker, log: Log) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  const run = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = work()
      .catch((error: unknown) =>
        log('warn', 'worker.failed', {
          worker: name,
          message: error instanceof Error ? error.message : String(error),
        }),
      )
      .finally(() => {
        running = undefined;
        if (stopped) return;
        timer = setTimeout(run, again ? 0 : everyMs);
        again = false;
      });
  };
  timer = setTimeout(run, everyMs);
  return {
    now: run,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
