// The tokens of a launch. Each is kept for exactly the scopes it was asked for: were a level-2 scope mixed
// into the everyday token, renewing that would lead a citizen through the steps for a call that needs none.

import type { Grant } from './flow.ts';

/** A token with what was asked for, so that a scope the citizen refused is not asked for at each call. */
export type Held = Grant & {
  readonly asked: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What a service asked for that led to it; undefined: no step-up did. */
  readonly raisedFor: string | undefined;
};

export type Shelf = {
  put(resource: string, held: Held): void;
  /** The best token for these scopes: one that has them, else one for which they were asked. */
  find(resource: string, scopes: readonly string[]): Held | undefined;
  /** A token of the same step-up that came after `since`. */
  findRaised(resource: string, scopes: readonly string[], raisedFor: string, since: number): Held | undefined;
  /** A service refused `used` at the time `sentAt` or later: what ended it has ended every older one too. */
  drop(resource: string, used: Held, sentAt: number): void;
  clear(): void;
};

export function createShelf(): Shelf {
  const tokens = new Map<string, readonly Held[]>();
  const living = (resource: string) =>
    (tokens.get(resource) ?? []).filter(({ expiresAt }) => expiresAt > Date.now() + 2_000);
  return {
    put(resource, held) {
      // The newest first. One for the same scopes takes the place of the one before.
      const others = living(resource).filter(
        ({ asked }) => !(covers(held.asked, asked) && covers(asked, held.asked)),
      );
      tokens.set(resource, [held, ...others]);
    },
    find(resource, scopes) {
      const asked = living(resource).filter((one) => covers(one.asked, scopes));
      return asked.find((one) => covers(one.scopes, scopes)) ?? asked[0];
    },
    findRaised: (resource, scopes, raisedFor, since) =>
      living(resource).find(
        (one) => one.raisedFor === raisedFor && one.at >= since && covers(one.scopes, scopes),
      ),
    drop(resource, used, sentAt) {
      tokens.set(
        resource,
        living(resource).filter((one) => one !== used && one.at > sentAt),
      );
    },
    clear: () => tokens.clear(),
  };
}

export const scopesIn = (text: string | undefined): string[] => (text ?? '').split(' ').filter(Boolean);
export const covers = (has: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((one) => has.includes(one));
