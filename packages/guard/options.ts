// What a service hands to createGuard, checked once at start: a guard with a wrong address must
// not start and then refuse everybody.

import type { JSONWebKeySet, JWK } from 'jose';
import type { CatalogueAction, Route } from '../../policies/decide.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import type { DecisionRecord } from './steps/record.ts';
import type { ReplayStore } from './sources/replay.ts';
import type { Trouble } from './sources/trouble.ts';

/** The part of the catalogue a guard reads; the broker's own Catalogue fits. */
export type GuardCatalogue = {
  readonly version: string;
  readonly actionByName: ReadonlyMap<string, CatalogueAction>;
  readonly serviceById: ReadonlyMap<
    string,
    {
      readonly tokens: 'jwt' | 'opaque';
      readonly public?: readonly Route[];
      /** Routes of actions that were not understood: denied, whatever else matches. */
      readonly closed?: readonly Route[];
    }
  >;
};

/** Protocol §12, as the feed is served. Times are seconds since 1970. */
export type WatermarkFeed = { readonly as_of: number; readonly entries: readonly WatermarkEntry[] };
export type WatermarkEntry =
  | { readonly k: 'consent'; readonly id: string; readonly min_ver: number }
  | {
      readonly k: 'sub';
      readonly id: string;
      readonly client_id?: string | undefined;
      readonly min_iat: number;
    }
  | { readonly k: 'client'; readonly id: string; readonly min_iat: number }
  | { readonly k: 'all'; readonly min_iat: number };

/** Sources of one's own, for tests and for the broker protecting its own endpoints. A throw is "cannot decide". */
export type GuardSources = {
  readonly jwks?: () => JSONWebKeySet | Promise<JSONWebKeySet>;
  readonly catalogue?: () => GuardCatalogue | Promise<GuardCatalogue>;
  readonly watermarks?: () => WatermarkFeed | Promise<WatermarkFeed>;
};

export type ServiceClient = { readonly clientId: string; readonly privateKey: JWK };

export type GuardOptions = {
  readonly issuer: string;
  /** The service's id in the catalogue; tokens for any other audience are refused. */
  readonly audience: string;
  /** Where clients reach this service; proofs are compared with it, never with the Host header. */
  readonly baseUrl: string;
  /** Where the RFC 9728 document is, if not at the root of `baseUrl`: several resources at one address. */
  readonly resourceMetadataUrl?: string;
  readonly acrBase?: string;
  /** Registered at the broker with private_key_jwt; needed for the watermark feed and for introspection. */
  readonly client?: ServiceClient;
  /** One memory for all nodes of a service; the default is for a single node. */
  readonly replay?: ReplayStore;
  /** Given: every proof must carry a nonce of ours. 32 bytes, the same on all nodes. */
  readonly nonceSecret?: Uint8Array;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => Date;
  /** Awaited; if it throws, the request is refused: a decision nobody recorded is not given. */
  readonly onDecision?: (record: DecisionRecord) => void | Promise<void>;
  /**
   * `off-for-public` is for a service without a client of its own: it works without the feed, and then
   * only actions of level 1 that are not high risk, which is what a token's life alone may carry.
   */
  readonly feed?: 'poll' | 'off-for-public';
  readonly feedIntervalMs?: number;
  /**
   * A guard with a client that polls the feed hands its decision records to the broker, where the
   * service's owner sees them. `off`: only `onDecision` gets them. Never delays or fails a check.
   */
  readonly report?: 'on' | 'off';
  readonly reportIntervalMs?: number;
  /**
   * Why the guard cannot decide, when it begins and when it is over: for the log of the service, and the
   * first thing to look at when every answer is 503. Without it: a warning of the process.
   */
  readonly onTrouble?: (trouble: Trouble) => void;
  readonly sources?: GuardSources;
};

export type Settings = {
  readonly issuer: string;
  readonly audience: string;
  readonly baseUrl: string;
  readonly acrBase: string;
  readonly resourceMetadataUrl: string;
  readonly client: ServiceClient | undefined;
};

export function readSettings(options: GuardOptions): Settings {
  const issuer = addressOf('issuer', options.issuer);
  // Compared with `iss` as a string, so nothing may be trimmed silently.
  if (issuer !== options.issuer) throw new Error('guard: issuer must not end with /');
  const baseUrl = addressOf('baseUrl', options.baseUrl);
  if (options.audience === '') throw new Error('guard: audience is empty');
  if (
    options.feed !== 'off-for-public' &&
    options.client === undefined &&
    options.sources?.watermarks === undefined
  ) {
    throw new Error('guard: the watermark feed needs a client; without one choose feed: off-for-public');
  }
  return {
    issuer,
    audience: options.audience,
    baseUrl,
    acrBase: options.acrBase ?? defaultAcrBase,
    resourceMetadataUrl:
      options.resourceMetadataUrl === undefined
        ? `${baseUrl}/.well-known/oauth-protected-resource`
        : addressOf('resourceMetadataUrl', options.resourceMetadataUrl),
    client: options.client,
  };
}

// http only where nobody else can listen: a developer's own machine.
const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

function addressOf(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const plainLocal = url?.protocol === 'http:' && loopbackHosts.includes(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !plainLocal)) {
    throw new Error(`guard: ${name} must be an https address (http only on this machine)`);
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Error(`guard: ${name} must be a bare address`);
  return value.replace(/\/$/, '');
}
