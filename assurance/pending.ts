// What a transaction holds between two steps, sealed: the identity VNeID vouched for, and the
// phone number waiting for its code. Cleared when the transaction ends.

import { z } from 'zod';
import type { Vault } from '../keys/vault.ts';

const identity = z.object({
  source: z.enum(['vneid']),
  issuer: z.string(),
  upstreamSub: z.string(),
  personalNumber: z.string(),
  name: z.string(),
  birthdate: z.string(),
  checkId: z.string(),
  organisation: z.string(),
});
const pending = z.object({
  identity: identity.optional(),
  phone: z.string().optional(),
  /** The person chose the code as their proof. */
  code: z.boolean().optional(),
});
const sealedPending = z.object({ sealed: z.string() });

export type PendingIdentity = z.infer<typeof identity>;
export type Pending = z.infer<typeof pending>;

export const sealPending = (vault: Vault, transactionId: string, value: Pending) => ({
  sealed: vault.seal(`authn_tx/${transactionId}`, JSON.stringify(value)).toString('base64'),
});

export function openPending(vault: Vault, tx: { id: string; pending: unknown }): Pending {
  if (tx.pending === null || tx.pending === undefined) return {};
  const { sealed } = sealedPending.parse(tx.pending);
  return pending.parse(JSON.parse(vault.open(`authn_tx/${tx.id}`, Buffer.from(sealed, 'base64'))));
}
