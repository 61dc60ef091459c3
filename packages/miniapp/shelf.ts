// The tokens of a launch. Each is kept for exactly the scopes it was asked for: were a level-2 scope mixed
// into the everyday token, renewing that would lead a citizen through the steps for a call that needs none.

import type { Grant } from './flow.ts';

/** A token with what was asked for, so that a scope the citizen refused is not asked for at each call. */
export type Held = Grant & {
  readonly asked: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** It came out of a step-up that a service asked for. */
  readonly isRaised: boolean;
};

export type Shelf = {
  put(resource: string, held: Held): void;
  /** The best token for these scopes: one that has them, else one for which they were asked. */
  find(resource: string, scopes: readonly string[]): Held | undefined;
  /** A token of a step-up that came after `since`. */
  findRaised(resource: string, scopes: readonly string[], since: number): Held | undefined;
  drop(resource: string, held: Held): void;
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
    findRaised: (resource, scopes, since) =>
      living(resource).find((one) => one.isRaised && one.at >= since && covers(one.scopes, scopes)),
    drop(resource, held) {
      tokens.set(
        resource,
        living(resource).filter((one) => one !== held),
      );
    },
    clear: () => tokens.clear(),
  };
}

export const scopesIn = (text: string | undefined): string[] => (text ?? '').split(' ').filter(Boolean);
export const covers = (has: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((one) => has.includes(one));
