// `state` of a sign-on at Zalo or VNeID. Random, single use, tied to one provider and one
// interaction; nonce and code verifier are derived from it, so nothing secret is stored and
// none of them can be swapped alone (mix-up, code injection).

import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { consumeUpstreamState, findUpstreamState, insertUpstreamState } from './upstream-store.ts';

const LIFE_MS = 300_000;

export type UpstreamProvider = 'zalo' | 'vneid';
export type UpstreamAttempt = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
};

/** Begins an attempt: what to send upstream. Lives five minutes. */
export async function beginUpstream(
  db: Database,
  vault: Vault,
  { provider, interactionUid }: { provider: UpstreamProvider; interactionUid: string },
  now: Date,
): Promise<UpstreamAttempt> {
  const state = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  await insertUpstreamState(db, { key: keyOf(state), provider, interactionUid, expiresAt });
  return attemptOf(vault, provider, state);
}

/** Which interaction a callback belongs to. The browser is sent there, where its cookie is checked. */
export async function findUpstream(
  db: Database,
  { provider, state }: { provider: UpstreamProvider; state: string },
  now: Date,
): Promise<string | undefined> {
  const row = await findUpstreamState(db, { key: keyOf(state), now });
  return row?.provider === provider ? row.interaction_uid : undefined;
}

/** Ends an attempt. Of any number of callbacks at once exactly one gets the attempt back. */
export async function consumeUpstream(
  db: Database,
  vault: Vault,
  answer: { provider: UpstreamProvider; interactionUid: string; state: string },
  now: Date,
): Promise<UpstreamAttempt | undefined> {
  const isFirst = await consumeUpstreamState(db, { ...answer, key: keyOf(answer.state), now });
  return isFirst ? attemptOf(vault, answer.provider, answer.state) : undefined;
}

const keyOf = (state: string) => createHash('sha256').update(state).digest();

function attemptOf(vault: Vault, provider: UpstreamProvider, state: string): UpstreamAttempt {
  const part = (use: string) =>
    createHmac('sha256', vault.keyOf('upstream-sub', `${provider}/${use}`))
      .update(state)
      .digest('base64url');
  const codeVerifier = part('verifier'); // 43 characters, as Zalo wants
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  return { state, nonce: part('nonce'), codeVerifier, codeChallenge };
}
