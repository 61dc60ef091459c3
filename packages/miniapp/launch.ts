// One launch of the app: its key, its session at the broker and the tokens it holds, in memory only.
// Signing out throws the whole launch away, so nothing of one person can reach the next.

import type { BrokerDoor } from './broker.ts';
import { obtain, type Grant, type OnStep, type Want } from './flow.ts';
import { openLine, type Line } from './line.ts';
import { createProver } from './proof.ts';
import { isPassing } from './trouble.ts';
import type { Zalo } from './zalo.ts';

const renewBeforeMs = 30_000;

/** A token on the shelf. `asked`: what was asked for, so that a refused scope is not asked for at each call. */
export type Held = Grant & {
  readonly asked: readonly string[];
  readonly at: number;
};

export type Launch = {
  readonly line: Line;
  isSignedIn(): boolean;
  isSigningIn(): boolean;
  /** A token of the service for at least these scopes, renewed where it is about to end. No step where none is needed. */
  token(resource: string, scope: string | undefined, more?: { askConsent?: boolean }): Promise<Held>;
  /** The token to call with: the raised one where it lives and has the scopes, else the everyday one. */
  tokenFor(resource: string, scope: string | undefined): Promise<Held>;
  /** A token after a step-up. One that came after `since` serves too: two calls may be refused at once. */
  raise(want: Want, since: number): Promise<Held>;
  drop(resource: string, held: Held): void;
};

export function openLaunch(options: {
  readonly issuer: string;
  readonly clientId: string;
  readonly zalo: Zalo;
  readonly onStep: OnStep;
  readonly fetch: typeof globalThis.fetch;
  readonly language: () => string;
}): Launch {
  const prover = createProver();
  prover.catch(() => {}); // said to whoever asks first
  const line = openLine(prover, options.fetch);
  const { issuer, clientId, language } = options;
  const door: BrokerDoor = { issuer, clientId, line, language };
  const everyday = new Map<string, Held>();
  // What the app has asked for outlives the tokens, so that a new session brings the same ones back.
  const asks = new Map<string, readonly string[]>();
  const raised = new Map<string, Held>();
  // Steps that were broken off leave a session at the broker, but only a token makes a citizen signed in.
  let isSignedIn = false;
  const session = {
    value: undefined as string | undefined,
    lost() {
      session.value = undefined;
      isSignedIn = false;
      everyday.clear();
      raised.clear();
    },
  };
  const house = { door, zalo: options.zalo, onStep: options.onStep, session };

  // Flows run one after another, because each answer of the broker ends the session value before it.
  // Whoever wants the same thing at the same time gets the same flow.
  const running = new Map<string, Promise<Held>>();
  let last: Promise<unknown> = Promise.resolve();
  const run = (shelf: Map<string, Held>, want: Want): Promise<Held> => {
    const key = JSON.stringify([
      shelf === raised,
      want.resource,
      want.scope,
      want.acrValues,
      want.maxAge,
      want.askConsent,
    ]);
    const same = running.get(key);
    if (same !== undefined) return same;
    const flow = last.then(async () => {
      const grant = await obtain(house, want);
      (await prover).setClock(issuedAt(grant.accessToken));
      const held: Held = { ...grant, asked: words(want.scope), at: Date.now() };
      shelf.set(want.resource, held);
      isSignedIn = true;
      return held;
    });
    running.set(key, flow);
    last = flow.catch(() => {}).then(() => running.delete(key));
    return flow;
  };

  const launch: Launch = {
    line,
    isSignedIn: () => isSignedIn,
    isSigningIn: () => !isSignedIn && running.size > 0,
    async token(resource, scope, { askConsent = false } = {}) {
      const held = everyday.get(resource);
      const wanted = [...new Set([...(asks.get(resource) ?? []), ...words(scope)])];
      if (wanted.length === 0)
        throw new TypeError(`nothing says which scope of ${resource} is needed: name it, { scope: '…' }`);
      const isEnough = held !== undefined && covers(held.asked, wanted) && !askConsent;
      if (isEnough && held.expiresAt - Date.now() > renewBeforeMs) return held;
      try {
        const fresh = await run(everyday, { resource, scope: wanted.join(' '), askConsent });
        asks.set(resource, wanted);
        return fresh;
      } catch (error) {
        // A minute without a net is no reason to refuse a call that the old token still allows.
        if (isEnough && isPassing(error) && held.expiresAt > Date.now()) return held;
        throw error;
      }
    },
    async tokenFor(resource, scope) {
      const high = raised.get(resource);
      if (scope !== undefined && high !== undefined && lives(high) && covers(high.scopes, words(scope)))
        return high;
      return launch.token(resource, scope);
    },
    async raise(want, since) {
      const high = raised.get(want.resource);
      // How old its proof is only the broker knows: a token from before this call is not good enough.
      const isEnough = high !== undefined && high.at >= since && covers(high.scopes, words(want.scope));
      return isEnough ? high : run(raised, want);
    },
    drop(resource, held) {
      for (const shelf of [everyday, raised]) if (shelf.get(resource) === held) shelf.delete(resource);
    },
  };
  return launch;
}

const words = (text: string | undefined): string[] => (text ?? '').split(' ').filter(Boolean);
const covers = (has: readonly string[], wanted: readonly string[]) =>
  wanted.every((one) => has.includes(one));
const lives = (held: Held) => held.expiresAt - Date.now() > 2_000;

// Read for its time alone, to learn how wrong the phone's clock is. The rest of a token is not our
// business, and an opaque one tells nothing.
function issuedAt(accessToken: string): number | undefined {
  try {
    const payload = accessToken.split('.')[1] ?? '';
    const { iat } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { iat?: unknown };
    return typeof iat === 'number' ? iat : undefined;
  } catch {
    return undefined;
  }
}
