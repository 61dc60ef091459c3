// Hands decision records to the broker, where the service's owner reads them. It never delays or
// fails a check: what cannot be sent is kept up to a bound, then dropped, oldest first, and counted.

import type { DecisionRecord } from '../steps/record.ts';
import { smallDocumentBytes } from './outgoing.ts';
import type { BrokerClient } from './service-token.ts';

export type Reporter = {
  add(record: DecisionRecord): void;
  start(): void;
  /** Sends what is left, once. */
  stop(): Promise<void>;
};

export type ReportRules = { readonly intervalMs: number; readonly maxHeld?: number };

const maxRecords = 500;
const maxBytes = 256 * 1024;
// Room for the braces, the count of what was dropped and the commas.
const frameBytes = 1024;
const defaultMaxHeld = 10_000;
const jitter = 0.2;
const longestPauseMs = 5 * 60_000;

export function createReporter(
  issuer: string,
  broker: BrokerClient,
  { intervalMs, maxHeld = defaultMaxHeld }: ReportRules,
): Reporter {
  let held: DecisionRecord[] = [];
  let dropped = 0;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let stopped = true;

  function keepBound(): void {
    const excess = held.length - maxHeld;
    if (excess <= 0) return;
    held.splice(0, excess);
    dropped += excess;
  }

  /** True: the broker has the batch, or will never take it. */
  async function sendBatch(): Promise<boolean> {
    const texts = nextBatch(held);
    const told = dropped;
    const body = `{"records":[${texts.join(',')}]${told === 0 ? '' : `,"dropped":${told}`}}`;
    // Taken out while it is under way, so that the bound cannot drop a part of it unseen.
    const taken = held.splice(0, texts.length);
    const status = await broker.post(`${issuer}/decisions`, body, smallDocumentBytes).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 202) {
      dropped -= told;
      return true;
    }
    if (status === 400 || status === 413 || status === 422) {
      // It would be refused again for ever, and everything behind it would wait.
      dropped += taken.length;
      return true;
    }
    // Sent again with the same decision ids: the broker counts each once.
    held = [...taken, ...held];
    keepBound();
    return false;
  }

  async function sendAll(): Promise<void> {
    while (held.length > 0) {
      if (!(await sendBatch())) {
        failures += 1;
        return;
      }
    }
    failures = 0;
  }

  function send(): Promise<void> {
    sending = sending.then(sendAll);
    return sending;
  }

  function schedule(): void {
    if (stopped) return;
    const pauseMs = Math.min(intervalMs * 2 ** Math.min(failures, 10), Math.max(longestPauseMs, intervalMs));
    timer = setTimeout(
      () => void send().then(schedule),
      // Jitter, or all services would report in the same instant.
      pauseMs * (1 - jitter + 2 * jitter * Math.random()),
    );
    timer.unref();
  }

  return {
    add(record) {
      held.push(record);
      keepBound();
    },
    start() {
      if (!stopped) return;
      stopped = false;
      schedule();
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      await send();
    },
  };
}

function nextBatch(held: readonly DecisionRecord[]): readonly string[] {
  const texts: string[] = [];
  let bytes = frameBytes;
  for (const record of held) {
    const text = JSON.stringify(record);
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length === maxRecords || (bytes > maxBytes && texts.length > 0)) break;
    texts.push(text);
  }
  return texts;
}
