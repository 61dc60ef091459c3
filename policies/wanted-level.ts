// Which level an authorization request asks for. acr values are an ordered list of ours, never
// compared as strings; unknown values are dropped (contract identity-vn 12).

import { levelOfClaims } from './claims.ts';
import type { ActionsByScope, MethodRule } from './decide.ts';
import { requirementFor } from './decide.ts';
import { levelOf } from './level.ts';

export type WantedLevel =
  | {
      readonly outcome: 'wanted';
      readonly level: 1 | 2;
      /** Seconds the proof of that level may be old; 0 = proven in this very interaction. */
      readonly maxAgeSeconds: number | undefined;
      readonly methods: readonly MethodRule[];
    }
  | { readonly outcome: 'unmet' };

export type LevelRequest = {
  readonly acrValues: string | undefined;
  readonly maxAge: string | undefined;
  readonly scopes: readonly string[];
};

/** The higher of: lowest known acr asked for, level of the scopes. All acr values unknown: unmet. */
export function wantedLevel(request: LevelRequest, catalogue: ActionsByScope, acrBase: string): WantedLevel {
  const asked = (request.acrValues ?? '').split(' ').filter(Boolean);
  const known = asked.map((acr) => levelOf(acr, acrBase)).filter((level) => level > 0);
  if (asked.length > 0 && known.length === 0) return { outcome: 'unmet' };
  const required = requirementFor(catalogue, request.scopes);
  const carried = Math.max(required.level, levelOfClaims(request.scopes));
  const level = Math.max(1, carried, known.length > 0 ? Math.min(...known) : 0) === 2 ? 2 : 1;
  return {
    outcome: 'wanted',
    level,
    maxAgeSeconds: shortest(request.maxAge, required.maxAge),
    methods: required.methods,
  };
}

function shortest(maxAge: string | undefined, required: number | undefined): number | undefined {
  // Odd values are refused at the border; should one get here, it asks for a proof made now.
  const asked = maxAge === undefined ? Infinity : /^\d+$/.test(maxAge) ? Number(maxAge) : 0;
  const least = Math.min(asked, required ?? Infinity);
  return least === Infinity ? undefined : least;
}
