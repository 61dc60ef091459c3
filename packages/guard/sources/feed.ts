// The watermark feed (protocol §12): polled, always the full set. Floors only rise, and they are kept
// for as long as a token signed before them could live, also when an answer omits them.

import type { WatermarkEntry, WatermarkFeed } from '../options.ts';
import { isRecord } from '../json.ts';
import { largeDocumentBytes } from './outgoing.ts';
import type { BrokerClient } from './service-token.ts';
import type { TellTrouble } from './trouble.ts';

export type Watermarks = {
  /** Seconds since 1970 at which the issuer said this was everything. */
  readonly asOf: number;
  minVersionOf(consentId: string): number;
  minIssuedAt(sub: string, clientId: string): number;
};

export type FeedSource = {
  start(): Promise<void>;
  stop(): void;
  current(): Watermarks | undefined;
};

type Floor = { readonly min: number; readonly seenAt: number };
type Floors = ReadonlyMap<string, Floor>;

// The longest token life (claims.ts) and a margin for clocks.
const keepSeconds = 960;
// Far beyond the 10 seconds after which new tokens are refused for our clock.
const mostAheadSeconds = 60;
const jitter = 0.2;

export function createFeedSource(
  issuer: string,
  broker: BrokerClient,
  intervalMs: number,
  now: () => Date,
  tell: TellTrouble,
): FeedSource {
  let floors: Floors = new Map();
  let asOf = -Infinity;
  let etag: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;

  async function poll(): Promise<void> {
    try {
      const headers = etag === undefined ? {} : { 'If-None-Match': etag };
      const answer = await broker.get(`${issuer}/revocations`, headers, largeDocumentBytes);
      if (answer.status === 304) {
        // Unchanged and said so just now; without a time of its own it proves nothing about now.
        const saidAt = Math.floor(Date.parse(answer.headers.get('date') ?? '') / 1000);
        if (Number.isFinite(saidAt)) asOf = Math.max(asOf, saidAt);
        tell('feed', undefined);
        return;
      }
      const feed = answer.status === 200 ? parseFeed(JSON.parse(answer.text)) : undefined;
      if (feed === undefined)
        throw new Error(`guard: the watermark feed is not usable, status ${answer.status}`);
      floors = mergeFloors(floors, feed, Math.floor(now().getTime() / 1000));
      // An answer from a node that lags does not make us younger.
      asOf = Math.max(asOf, feed.as_of);
      etag = answer.headers.get('etag') ?? undefined;
      tell('feed', undefined);
    } catch (error) {
      tell('feed', error);
      // Silence is judged by the age of `asOf`, whatever caused it.
    }
  }

  function schedule(): void {
    if (stopped) return;
    // Jitter, or all services would ask in the same instant after a restart of the broker.
    const delayMs = intervalMs * (1 - jitter + 2 * jitter * Math.random());
    timer = setTimeout(() => void poll().then(schedule), delayMs);
    timer.unref();
  }

  return {
    async start() {
      if (!stopped) return;
      stopped = false;
      await poll();
      schedule();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    current() {
      // From the future: our clock is behind, and silence would not be noticed for as long.
      const isAhead = asOf - now().getTime() / 1000 > mostAheadSeconds;
      return asOf === -Infinity || isAhead ? undefined : watermarksOf(floors, asOf);
    },
  };
}

/** The same floors from a feed handed in by the caller. */
export function watermarksFrom(feed: WatermarkFeed): Watermarks {
  return watermarksOf(mergeFloors(new Map(), feed, feed.as_of), feed.as_of);
}

/** Undefined for anything not fully understood: an entry of a new kind may end tokens we would let pass. */
export function parseFeed(value: unknown): WatermarkFeed | undefined {
  if (!isRecord(value) || !isCount(value.as_of) || !Array.isArray(value.entries)) return undefined;
  const entries = value.entries.map(parseEntry);
  const known = entries.filter((entry) => entry !== undefined);
  return known.length === entries.length ? { as_of: value.as_of, entries: known } : undefined;
}

function parseEntry(value: unknown): WatermarkEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { k, id, client_id: clientId, min_ver: minVer, min_iat: minIat } = value;
  if (k === 'consent')
    return typeof id === 'string' && isCount(minVer) ? { k, id, min_ver: minVer } : undefined;
  if (!isCount(minIat)) return undefined;
  if (k === 'all') return { k, min_iat: minIat };
  if (typeof id !== 'string') return undefined;
  if (k === 'client') return { k, id, min_iat: minIat };
  if (k !== 'sub' || !(clientId === undefined || typeof clientId === 'string')) return undefined;
  return { k, id, client_id: clientId, min_iat: minIat };
}

function mergeFloors(before: Floors, { entries }: WatermarkFeed, nowSeconds: number): Floors {
  const after = new Map([...before].filter(([, { seenAt }]) => nowSeconds - seenAt <= keepSeconds));
  for (const entry of entries) {
    const key = keyOf(entry);
    const min = entry.k === 'consent' ? entry.min_ver : entry.min_iat;
    after.set(key, { min: Math.max(min, after.get(key)?.min ?? 0), seenAt: nowSeconds });
  }
  return after;
}

function keyOf(entry: WatermarkEntry): string {
  switch (entry.k) {
    case 'consent':
      return consentKey(entry.id);
    case 'sub':
      return subKey(entry.id, entry.client_id);
    case 'client':
      return clientKey(entry.id);
    case 'all':
      return allKey;
  }
}

function watermarksOf(floors: Floors, asOf: number): Watermarks {
  const floor = (key: string): number => floors.get(key)?.min ?? 0;
  return {
    asOf,
    minVersionOf: (consentId) => floor(consentKey(consentId)),
    minIssuedAt: (sub, clientId) =>
      floors.size === 0
        ? 0
        : Math.max(
            floor(subKey(sub, undefined)),
            floor(subKey(sub, clientId)),
            floor(clientKey(clientId)),
            floor(allKey),
          ),
  };
}

// The first character tells the kinds apart, the length where a subject ends and a client begins.
const allKey = 'a';
const consentKey = (id: string): string => `c${id}`;
const clientKey = (id: string): string => `k${id}`;
const subKey = (id: string, clientId: string | undefined): string =>
  clientId === undefined ? `s${id}` : `p${id.length}:${id}${clientId}`;

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
