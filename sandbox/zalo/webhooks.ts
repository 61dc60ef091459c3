// What Zalo tells others: events with their signatures, 2 s for an answer, retries (contract §4.5, §5.4).

import { createHash, randomBytes } from 'node:crypto';
import type { Knobs } from './knobs.ts';
import type { Oa } from './oa-state.ts';
import type { MiniApp } from './state.ts';

export type Attempt = number | 'timeout' | 'unreachable';
export type Delivery = {
  readonly event: string;
  readonly outcome: 'delivered' | 'failed' | 'no_webhook' | 'switched_off';
  /** HTTP status of each try, in order. Only 200 counts. */
  readonly attempts: readonly Attempt[];
};
type Fields = Readonly<Record<string, string | number | object>>;
type Letter = {
  readonly event: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};
export type Post = (url: string, letter: Letter, knobs: Knobs) => Promise<Delivery>;

const ANSWER_WITHIN_MS = 2_000;
const MINUTE_MS = 60_000;
// The longer list is that of an older article.
const retriesMs = {
  schedule: [30_000, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS],
  '12h': [5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS, 360 * MINUTE_MS, 720 * MINUTE_MS],
  none: [],
} as const;
const KEPT = 500;

/** `deliveries`: what became of each letter, oldest first. `close` drops what still waits. */
export function createPost(): { post: Post; deliveries: Delivery[]; close(): void } {
  const deliveries: Delivery[] = [];
  const ending = new AbortController();

  async function tryOnce(url: string, letter: Letter, attempt: number): Promise<Attempt> {
    const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...letter.headers,
          ...(attempt === 0 ? {} : { num_retry: String(attempt) }),
        },
        body: letter.body,
        redirect: 'manual',
        signal: AbortSignal.any([limit, ending.signal]),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return limit.aborted ? 'timeout' : 'unreachable';
    }
  }

  async function deliver(url: string, letter: Letter, knobs: Knobs): Promise<Delivery> {
    const attempts: Attempt[] = [];
    for (const waitMs of [0, ...retriesMs[knobs['wh.retry']]]) {
      await sleep(waitMs / knobs['wh.compress'], ending.signal);
      if (ending.signal.aborted) break;
      attempts.push(await tryOnce(url, letter, attempts.length));
      if (attempts.at(-1) === 200) return { event: letter.event, outcome: 'delivered', attempts };
    }
    return { event: letter.event, outcome: 'failed', attempts };
  }

  return {
    deliveries,
    close: () => ending.abort(),
    async post(url, letter, knobs) {
      // A greeting by GET is what Facebook does; some say that Zalo does, too (U21).
      if (knobs['wh.get'] === 'on')
        await fetch(`${url}?hub.challenge=${randomBytes(4).toString('hex')}`, {
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        }).then((response) => response.body?.cancel(), () => undefined); // prettier-ignore
      const copies = knobs['wh.dup'] === 'on' ? 2 : 1;
      const all = await Promise.all(Array.from({ length: copies }, () => deliver(url, letter, knobs)));
      deliveries.push(...all);
      if (deliveries.length > KEPT) deliveries.splice(0, deliveries.length - KEPT);
      return all.find(({ outcome }) => outcome === 'delivered') ?? all[0] ?? { event: letter.event, outcome: 'failed', attempts: [] }; // prettier-ignore
    },
  };
}

/** Tells an Official Account's webhook. `fields` get the time where the knob wants it. */
export async function tellOa(
  moment: { readonly post: Post; readonly knobs: Knobs; readonly nowMs: number },
  oa: Oa,
  fields: Readonly<Record<string, unknown>> & { readonly event_name: string },
  server?: 'ZNS',
): Promise<Delivery> {
  const { knobs, nowMs } = moment;
  const event = fields.event_name;
  if (oa.webhookUrl === undefined) return { event, outcome: 'no_webhook', attempts: [] };
  if (oa.isSwitchedOff) return { event, outcome: 'switched_off', attempts: [] };
  const sentAt = String(nowMs);
  const inHeader = knobs['wh.ts'] === 'header';
  // Where the header's time is signed, the body's is that of the event, a little earlier.
  const body = JSON.stringify({ ...fields, timestamp: inHeader ? String(nowMs - 1_500) : sentAt });
  const first = knobs['wh.first'] === 'app_id' ? oa.appId : oa.oaId;
  const prefix = knobs['wh.prefix'] === 'none' ? '' : knobs['wh.prefix'];
  const headers = {
    'X-ZEvent-Signature': `${prefix}${oaSignature(first, body, sentAt, oa.secretKey)}`,
    ...(inHeader ? { 'X-ZEvent-Timestamp': sentAt } : {}),
    ...(server === undefined ? {} : { 'X-ZEvent-Server': server }),
  };
  const delivery = await moment.post(oa.webhookUrl, { event, body, headers }, knobs);
  if (delivery.outcome === 'failed' && knobs['wh.disable'] === 'on') oa.isSwitchedOff = true;
  return delivery;
}

/** Tells a mini app's webhook, by the scheme and the key of §4.5. */
export async function tellMiniApp(
  moment: { readonly post: Post; readonly knobs: Knobs },
  miniApp: MiniApp,
  fields: Fields & { readonly event: string },
): Promise<Delivery> {
  const { event } = fields;
  if (miniApp.webhookUrl === undefined) return { event, outcome: 'no_webhook', attempts: [] };
  const headers = { 'X-ZEvent-Signature': miniAppSignature(fields, miniApp.apiKey) };
  return moment.post(miniApp.webhookUrl, { event, body: JSON.stringify(fields), headers }, moment.knobs);
}

/** Plain SHA-256, not an HMAC (contract §5.4). */
export const oaSignature = (first: string, rawBody: string, timestamp: string, secretKey: string): string =>
  createHash('sha256').update(`${first}${rawBody}${timestamp}${secretKey}`).digest('hex');

export function miniAppSignature(fields: Fields, apiKey: string): string {
  const values = Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  return createHash('sha256')
    .update(`${values.join('')}${apiKey}`)
    .digest('hex');
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === 0 || signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
