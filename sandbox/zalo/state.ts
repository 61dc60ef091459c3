// What the twin remembers: who exists, and which codes and tokens it has given out.

import { createHash, randomBytes } from 'node:crypto';
import { openOa, type Oa, type ZaloOa, type ZnsMessage } from './oa-state.ts';

export type ZaloApp = {
  readonly appId: string;
  readonly appSecret: string;
  readonly redirectUris: readonly string[];
  /** Shown on the permission page. */
  readonly name?: string;
};

/** A mini app belongs to an app and shares its user ids. */
export type ZaloMiniApp = {
  readonly miniAppId: string;
  readonly appId: string;
  /** Signs what is told to `webhookUrl` (contract §4.5). */
  readonly apiKey: string;
  readonly webhookUrl?: string | undefined;
};

export type MiniApp = Omit<ZaloMiniApp, 'webhookUrl'> & { webhookUrl: string | undefined };

export type ZaloCitizen = {
  /** The person's id in the first app. Other apps see another id, as with Zalo. */
  readonly zaloId: string;
  readonly name: string;
  readonly picture?: string;
  readonly phone?: string;
  /** Zalo's mark for people in special care. */
  readonly isSensitive?: boolean;
  /** May enter an app that is not activated (`console.active` off). */
  readonly isAdmin?: boolean;
};

export type IssuedCode = {
  readonly app: ZaloApp;
  readonly citizen: ZaloCitizen;
  readonly codeChallenge: string | undefined;
  readonly expiresAtMs: number;
  /** Given to a mini app in its webview (`getAuthCode`). */
  readonly isNative?: boolean;
};

export type AccessToken = {
  readonly app: ZaloApp;
  readonly citizen: ZaloCitizen;
  readonly expiresAtMs: number;
  /** Mini app tokens show name and picture only after `scope.userInfo`; web tokens always. */
  readonly mayReadProfile: boolean;
};

export type RefreshToken = {
  readonly app: ZaloApp;
  readonly citizen: ZaloCitizen;
  readonly expiresAtMs: number;
  isUsed: boolean;
};

export type PhoneToken = {
  readonly app: ZaloApp;
  readonly citizen: ZaloCitizen;
  readonly expiresAtMs: number;
  isUsed: boolean;
};

export type TwinState = {
  readonly apps: readonly ZaloApp[];
  readonly citizens: ZaloCitizen[];
  readonly codes: Map<string, IssuedCode>;
  readonly accessTokens: Map<string, AccessToken>;
  readonly miniApps: readonly MiniApp[];
  readonly oas: readonly Oa[];
  /** What phones (+84…) got as template messages, newest first. */
  readonly phones: Map<string, ZnsMessage[]>;
  /** The same by Zalo's id of the message. */
  readonly sent: Map<string, ZnsMessage>;
  /** Tells the sandbox phone; absent without one. */
  readonly tellPhone: ((phone: string, text: string) => void) | undefined;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly phoneTokens: Map<string, PhoneToken>;
};

/** Lifetimes of contract §2.2 and §4.1. */
export const lifetimeMs = {
  code: 10 * 60_000,
  accessToken: 60 * 60_000,
  refreshToken: 30 * 24 * 60 * 60_000,
  phoneToken: 2 * 60_000,
};

export function createState(given: {
  readonly apps: readonly ZaloApp[];
  readonly citizens: readonly ZaloCitizen[];
  readonly miniApps: readonly ZaloMiniApp[];
  readonly oas: readonly ZaloOa[];
  readonly tellPhone: ((phone: string, text: string) => void) | undefined;
}): TwinState {
  for (const uri of given.apps.flatMap((app) => app.redirectUris)) new URL(uri);
  return {
    apps: given.apps,
    citizens: [...given.citizens],
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    phoneTokens: new Map(),
    miniApps: given.miniApps.map((one) => ({ ...one, webhookUrl: one.webhookUrl })),
    oas: given.oas.map(openOa),
    phones: new Map(),
    sent: new Map(),
    tellPhone: given.tellPhone,
  };
}

export function findApp(state: TwinState, appId: string | null): ZaloApp | undefined {
  return state.apps.find((app) => app.appId === appId);
}

export function findCitizen(state: TwinState, zaloId: string | null): ZaloCitizen | undefined {
  return state.citizens.find((citizen) => citizen.zaloId === zaloId);
}

/** The id is scoped to the app (contract §3). */
export function idInApp(state: TwinState, app: ZaloApp, citizen: ZaloCitizen): string {
  return state.apps[0]?.appId === app.appId ? citizen.zaloId : idFrom(`${app.appId} ${citizen.zaloId}`);
}

/** 19 digits, the first never 0: the size of a real id. */
export function idFrom(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  return `${(digest.readBigUInt64BE() % 9_000_000_000_000_000_000n) + 1_000_000_000_000_000_000n}`;
}

/** `length` characters of `[A-Za-z0-9_-]`. */
export function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** Keeps what was handed out last. A twin under load for days must not grow without end. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= 100_000) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
