// Work beside the requests: messages going out, expired rows going away, and hearing of changes
// made by other processes. Notifications are hints; every worker also looks by itself.

import { removeExpired } from './adapters/oidc-storage/clean-up.ts';
import { deliverDue } from './assurance/outbox.ts';
import type { SmsGateway } from './assurance/sms-gateway.ts';
import type { Database } from './database.ts';
import type { Vault } from './keys/vault.ts';
import type { Log } from './observability.ts';

type Parts = {
  readonly db: Database;
  readonly vault: Vault;
  readonly sms: SmsGateway;
  readonly clock: () => Date;
  readonly log: Log;
  readonly onClients: () => void;
  readonly onKeys: () => Promise<void>;
};

const OUTBOX_EVERY_MS = 1_000;
const CLEAN_EVERY_MS = 60_000;

/** Starts the workers. @returns a function that stops them and waits for what is under way */
export async function startWorkers(parts: Parts): Promise<() => Promise<void>> {
  const { db, vault, sms, clock, log, onClients, onKeys } = parts;
  const outbox = repeat('outbox', OUTBOX_EVERY_MS, log, async () => {
    while ((await deliverDue(db, vault, sms, clock())) > 0);
  });
  const cleaner = repeat('clean-up', CLEAN_EVERY_MS, log, async () => {
    while ((await removeExpired(db)) >= 2_000);
  });
  let keysHeard = false;
  const silence = await Promise.all([
    db.listen('tnid_outbox', () => outbox.now()),
    db.listen('tnid_clients', onClients),
    db.listen('tnid_keys', () => {
      // The first call says only that we listen now; the keys have just been read.
      if (keysHeard)
        void onKeys().catch((error: unknown) => log('error', 'keys.reload', { message: String(error) }));
      keysHeard = true;
    }),
  ]);
  return async () => {
    await Promise.all([...silence.map((stop) => stop()), outbox.stop(), cleaner.stop()]);
  };
}

function repeat(name: string, everyMs: number, log: Log, work: () => Promise<void>) {
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
