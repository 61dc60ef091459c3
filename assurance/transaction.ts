// One step-up transaction an interaction. Steps are facts, written once; each answer is a
// compare-and-swap on the transaction, so of two answers at the same time one wins.

import { createHash, randomInt } from 'node:crypto';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { IdentityStep } from '../policies/methods.ts';
import * as store from './store.ts';

// Long enough for a queue at the counter; oidc-provider's interaction lives as long (provider/configuration.ts).
const LIFE_MS = 1_800_000;

export type ProvableStep = 'zalo' | 'recovery' | IdentityStep | 'passkey' | 'otp';

export type Wanted = {
  /** Names the request: an interaction of the web, or a flow of the mini app. */
  readonly interactionUid: string;
  readonly kind?: 'web' | 'challenge';
  readonly clientId: string;
  readonly accountId: string | undefined;
  readonly level: 1 | 2;
  readonly maxAgeSeconds: number | undefined;
  readonly scopes: readonly string[];
};

/** Opens the transaction of an interaction, or finds the one that is open. */
export async function openTransaction(
  db: Database,
  wanted: Wanted,
  now: Date,
): Promise<store.TransactionRow> {
  const interactionKey = keyOf(wanted.interactionUid);
  const fresh = await store.insertTransaction(
    db,
    {
      ...wanted,
      id: uuidv7(now),
      kind: wanted.kind ?? 'web',
      interactionKey,
      wantLevel: wanted.level,
      // Shown on our page and in the code message, so that the citizen sees both are about one thing.
      displayCode: `TN-${randomInt(10, 100)}`,
      expiresAt: new Date(now.getTime() + LIFE_MS),
    },
    now,
  );
  const opened = fresh ?? (await store.findTransaction(db, interactionKey));
  if (opened === undefined) throw new Error('a transaction vanished');
  return opened;
}

export const findOpenTransaction = (db: Database, interactionUid: string) =>
  store.findTransaction(db, keyOf(interactionUid));

/**
 * Moves a transaction on. Runs in the caller's transaction, together with the fact that justifies it.
 * @throws Refusal conflict when another answer came first or the time is over
 */
export async function advance(
  db: Database,
  tx: store.TransactionRow,
  to: { state: store.TransactionState; accountId?: string | undefined; pending?: object | undefined },
  now: Date,
): Promise<void> {
  const from = { id: tx.id, stateVersion: tx.state_version };
  const moved = await store.swapTransaction(db, from, { pending: undefined, ...to }, now);
  if (moved !== 1)
    throw new Refusal('conflict', 'the step-up transaction has moved on', { reason: 'transaction' });
}

/** Writes what a step proved. @throws Refusal conflict when this step was proven before in the transaction */
export async function proveStep(
  db: Database,
  fact: {
    transactionId: string;
    step: ProvableStep;
    accountId: string;
    upstreamRef: string | undefined;
  },
  now: Date,
): Promise<void> {
  if ((await store.insertStepFact(db, fact, now)) === 1) return;
  throw new Refusal('conflict', 'this step was already proven', { reason: 'transaction' });
}

const keyOf = (interactionUid: string) => createHash('sha256').update(interactionUid).digest();
