// One launch of the app: its key, its session at the broker and the tokens it holds, in memory only.
// Signing out throws the whole launch away, so nothing of one person can reach the next.

import type { BrokerDoor } from './broker.ts';
import { obtain, type OnStep, type Want } from './flow.ts';
import { openLine, type Line } from './line.ts';
import { createProver } from './proof.ts';
import { createShelf, scopesIn, type Held } from './shelf.ts';
import { isPassing, TayNinhIdError } from './trouble.ts';
import type { Zalo } from './zalo.ts';

const renewBeforeMs = 30_000;

export type Launch = {
  readonly line: Line;
  isSignedIn(): boolean;
  isSigningIn(): boolean;
  /** From now on calls to the service that name no scope use a token for this one. */
  useEveryDay(resource: string, scope: string): void;
  /**
   * A token of the service for this scope, else for the everyday one; renewed where it is about to end.
   * @throws TayNinhIdError, TypeError where no scope was ever named
   */
  token(resource: string, scope: string | undefined, more?: { askConsent?: boolean }): Promise<Held>;
  /** A token after a step-up. One that came after `since` serves too: two calls may be refused at once. */
  raise(want: Want, since: number): Promise<Held>;
  drop(resource: string, used: Held, sentAt: number): void;
  /**
   * The citizen signs out: from now on nothing is begun, asked or shown. Resolves to the one token that ends
   * the session at the broker. @throws TayNinhIdError also where there is no session to end
   */
  close(resource: string, scope: string): Promise<Held>;
};

export function openLaunch(options: {
  readonly issuer: string;
  readonly clientId: string;
  readonly zalo: Zalo;
  readonly onStep: OnStep;
  readonly fetch: typeof globalThis.fetch;
  readonly language: () => string;
}): Launch {
  const { issuer, clientId, language, zalo, onStep } = options;
  const prover = createProver();
  prover.catch(() => {}); // said to whoever asks first
  const line = openLine(prover, options.fetch);
  const door: BrokerDoor = { issuer, clientId, line, language };
  const shelf = createShelf();
  const everyday = new Map<string, string>();
  // Steps that were broken off leave a session at the broker, but only a token makes a citizen signed in.
  let isSignedIn = false;
  let end: (why: Error) => void = () => {};
  const closed = new Promise<never>((_, reject) => (end = reject));
  closed.catch(() => {});
  const session = {
    value: undefined as string | undefined,
    isClosed: false,
    closed,
    lost() {
      session.value = undefined;
      isSignedIn = false;
      shelf.clear();
    },
  };
  const house = { door, zalo, onStep, session };

  // Flows run one after another, because each answer of the broker ends the session value before it.
  // Whoever wants the same thing at the same time gets the same flow.
  const running = new Map<string, Promise<Held>>();
  let last: Promise<unknown> = Promise.resolve();
  const run = async (want: Want, raisedFor?: string, isLast = false): Promise<Held> => {
    if (session.isClosed && !isLast) throw signedOut();
    const key = JSON.stringify([want.resource, want.scope, want.askConsent, raisedFor, isLast]);
    const same = running.get(key);
    if (same !== undefined) return same;
    const flow = last.then(async () => {
      const { setClock } = await prover;
      const grant = await obtain(house, want);
      setClock(issuedAt(grant.accessToken));
      if (session.isClosed && !isLast) throw signedOut();
      const held: Held = { ...grant, asked: scopesIn(want.scope), at: Date.now(), raisedFor };
      shelf.put(want.resource, held);
      isSignedIn = true;
      return held;
    });
    running.set(key, flow);
    last = flow.catch(() => {}).then(() => running.delete(key));
    return flow;
  };

  return {
    line,
    isSignedIn: () => isSignedIn,
    isSigningIn: () => !isSignedIn && running.size > 0,
    useEveryDay: (resource, scope) => void everyday.set(resource, scope),
    async token(resource, named, { askConsent = false } = {}) {
      const scope = named ?? everyday.get(resource);
      if (scope === undefined)
        throw new TypeError(`nothing says which scope of ${resource} is needed: name it, { scope: '…' }`);
      if (!everyday.has(resource)) everyday.set(resource, scope);
      const held = askConsent ? undefined : shelf.find(resource, scopesIn(scope));
      if (held !== undefined && held.expiresAt - Date.now() > renewBeforeMs) return held;
      try {
        return await run({ resource, scope, askConsent });
      } catch (error) {
        // A minute without a net is no reason to refuse a call that the old token still allows.
        if (held !== undefined && isPassing(error) && held.expiresAt > Date.now()) return held;
        throw error;
      }
    },
    async raise(want, since) {
      const raisedFor = `${want.acrValues} ${want.maxAge}`;
      return shelf.findRaised(want.resource, scopesIn(want.scope), raisedFor, since) ?? run(want, raisedFor);
    },
    drop: shelf.drop,
    async close(resource, scope) {
      session.isClosed = true;
      end(signedOut());
      const held = shelf.find(resource, [scope]);
      shelf.clear();
      return held ?? run({ resource, scope }, undefined, true);
    },
  };
}

const signedOut = () => new TayNinhIdError('expired', 'the citizen has signed out');

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
