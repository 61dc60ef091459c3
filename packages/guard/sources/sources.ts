// Puts the guard's sources together: fetched from the issuer, or handed in.

import type { GuardCatalogue, GuardOptions, ServiceClient, Settings, WatermarkFeed } from '../options.ts';
import { createCatalogueSource } from './catalogue.ts';
import { createDiscovery } from './discovery.ts';
import { createFeedSource, watermarksFrom, type Watermarks } from './feed.ts';
import { createIntrospection, type Introspection } from './introspection.ts';
import { createGivenKeySource, createKeySource, type KeySource } from './keys.ts';
import { createOutgoing } from './outgoing.ts';
import { createReporter, type Reporter } from './report.ts';
import { createBrokerClient } from './service-token.ts';
import { createTroubleTeller, watchClock, type TellTrouble } from './trouble.ts';

export type Sources = {
  readonly keys: KeySource;
  /** Undefined: this guard has no client and cannot ask. */
  readonly introspect: Introspection | undefined;
  catalogue(): Promise<GuardCatalogue | undefined>;
  /** The catalogue read last, without asking for a newer one. */
  lastCatalogue(): GuardCatalogue | undefined;
  watermarks(): Promise<Watermarks | 'off' | undefined>;
  /** Undefined: nobody is told what was decided but the service itself. */
  readonly reporter: Reporter | undefined;
  readonly tell: TellTrouble;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const defaultFeedIntervalMs = 5000;
const defaultReportIntervalMs = 5000;

export function createSources(settings: Settings, options: GuardOptions): Sources {
  const now = options.now ?? (() => new Date());
  const given = options.sources ?? {};
  const tell = createTroubleTeller(options.onTrouble);
  const outgoing = watchClock(createOutgoing(settings.issuer, options.fetch ?? globalThis.fetch), now, tell);
  const discovery = createDiscovery(settings.issuer, outgoing, now, tell);
  const keys =
    given.jwks === undefined
      ? createKeySource(discovery, outgoing, now, tell)
      : createGivenKeySource(given.jwks);
  const fetched = createCatalogueSource(settings, keys, outgoing, now, tell);
  const broker =
    settings.client === undefined
      ? undefined
      : createBrokerClient(withClient(settings, settings.client), discovery, outgoing, now);
  const polls = options.feed !== 'off-for-public' && given.watermarks === undefined && broker !== undefined;
  const feed = polls
    ? createFeedSource(settings.issuer, broker, options.feedIntervalMs ?? defaultFeedIntervalMs, now, tell)
    : undefined;
  const reporter =
    polls && options.report !== 'off'
      ? createReporter(settings.issuer, broker, {
          intervalMs: options.reportIntervalMs ?? defaultReportIntervalMs,
        })
      : undefined;
  let lastGiven: GuardCatalogue | undefined;
  let lastFeed: { readonly feed: WatermarkFeed; readonly watermarks: Watermarks } | undefined;

  return {
    keys,
    reporter,
    tell,
    introspect: broker === undefined ? undefined : createIntrospection(discovery, broker, outgoing, now),
    async catalogue() {
      if (given.catalogue === undefined) return (await fetched.get())?.catalogue;
      lastGiven = await orUndefined(given.catalogue);
      return lastGiven;
    },
    lastCatalogue: () => lastGiven ?? fetched.peek()?.catalogue,
    async watermarks() {
      if (given.watermarks === undefined) return feed === undefined ? 'off' : feed.current();
      const current = await orUndefined(given.watermarks);
      if (current === undefined) return undefined;
      if (lastFeed?.feed !== current) lastFeed = { feed: current, watermarks: watermarksFrom(current) };
      return lastFeed.watermarks;
    },
    // Waits for a first answer of everything, so that a service that starts after the broker serves at
    // once; a broker that is down does not keep the service from starting, it answers 503 meanwhile.
    async start() {
      await Promise.all([given.catalogue === undefined ? fetched.get() : undefined, feed?.start()]);
      reporter?.start();
    },
    async stop() {
      feed?.stop();
      await reporter?.stop();
    },
  };
}

function withClient(
  settings: Settings,
  client: ServiceClient,
): Settings & { readonly client: ServiceClient } {
  return { ...settings, client };
}

async function orUndefined<T>(source: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await source();
  } catch {
    return undefined;
  }
}
