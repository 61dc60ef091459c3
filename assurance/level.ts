// The level that stands now, from facts and never from a flag (protocol design 8). A new Zalo
// login does not touch level 2; a step-up does not freshen level 1.

import type { Database } from '../database.ts';
import { attachLevelFacts, findLevelFacts, findLevelFactsUnderWay, revokeLevelFacts } from './store.ts';
import type { LevelFactRow } from './store.ts';

/** No proof stands longer than this, whatever the catalogue says. Seconds. */
export const LONGEST_PROOF_SECONDS = 28_800;

export type Standing = {
  readonly level: 0 | 1 | 2;
  /** Unix seconds of the event that proved the level; undefined at level 0. */
  readonly authTime: number | undefined;
  /** Methods used in this session, RFC 8176 and our private values. */
  readonly amr: readonly string[];
  readonly identitySource: string | undefined;
};

const NOTHING: Standing = { level: 0, authTime: undefined, amr: [], identitySource: undefined };

/** What a session has proven about an account, now. */
export async function standing(
  db: Database,
  { cap, ...where }: { sessionUid: string; accountId: string; cap?: 0 | 1 | 2 },
  now: Date,
): Promise<Standing> {
  return standingOf(await sessionFacts(db, where, now), cap);
}

/** The facts of a session, read once for every cap that is asked about. */
export async function sessionFacts(
  db: Database,
  { sessionUid, accountId }: { sessionUid: string; accountId: string },
  now: Date,
): Promise<readonly LevelFactRow[]> {
  return db.together(findLevelFacts, { sessionUid, accountId, since: longestSince(now), now });
}

/** The same while an interaction is under way: also what was proven in it and belongs to no session yet. */
export async function factsUnderWay(
  db: Database,
  where: {
    sessionUid: string | undefined;
    transactionId: string | undefined;
    accountId: string;
  },
  now: Date,
): Promise<readonly LevelFactRow[]> {
  return findLevelFactsUnderWay(db, { ...where, since: longestSince(now) }, now);
}

const longestSince = (now: Date) => new Date(now.getTime() - LONGEST_PROOF_SECONDS * 1000);

/** Pure: facts, highest level first and then newest first, none older than the longest proof. `cap`: the level a code or refresh token may carry at most. */
export function standingOf(facts: readonly LevelFactRow[], cap: 0 | 1 | 2 = 2): Standing {
  const usable = facts.filter((fact) => fact.level <= cap);
  const proof = usable.find((fact) => fact.level === 2) ?? usable[0];
  if (proof === undefined) return NOTHING;
  const amr = new Set(usable.toReversed().flatMap((fact) => fact.amr));
  if (proof.level === 2) amr.add('mfa'); // a factor independent of Zalo has been used
  return {
    level: proof.level,
    authTime: Math.floor(proof.at.getTime() / 1000),
    amr: [...amr],
    identitySource: proof.identity_source ?? undefined,
  };
}

/** True when the wanted level stands and its proof is not older than `maxAgeSeconds`. */
export function satisfies(
  stands: Standing,
  want: { level: number; maxAgeSeconds?: number | undefined },
  nowSeconds: number,
): boolean {
  if (stands.level < want.level) return false;
  if (want.maxAgeSeconds === undefined || stands.authTime === undefined) return stands.authTime !== undefined;
  return nowSeconds - stands.authTime <= want.maxAgeSeconds;
}

/** Facts proven in an interaction belong to the browser session that finished it, and to no other. */
export const attachToSession = attachLevelFacts;

/** Logout, unlinking, lock: what was proven no longer counts. */
export const revokeProofs = revokeLevelFacts;
