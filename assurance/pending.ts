// What a transaction holds between two steps, sealed: the identity somebody vouched for, and the
// phone number waiting for its code. Cleared when the transaction ends.

import { z } from 'zod';
import type { Vault } from '../keys/vault.ts';

export const identitySchema = z.object({
  source: z.enum(['vneid', 'chip_c06', 'counter', 'register_match']),
  /** Of the upstream account, where there is one (VNeID). */
  issuer: z.string().optional(),
  upstreamSub: z.string().optional(),
  personalNumber: z.string(),
  name: z.string(),
  /** ISO date, or the year alone. */
  birthdate: z.string(),
  checkId: z.string(),
  organisation: z.string(),
  /** ISO date after which the evidence itself is void: a card's expiry. */
  evidenceEnds: z.string().optional(),
  /** Two officers decided that this person moves here from another account. */
  supervised: z.boolean().optional(),
});
const pending = z.object({
  identity: identitySchema.optional(),
  phone: z.string().optional(),
  method: z.enum(['vneid', 'chip', 'card', 'counter', 'passkey', 'otp']).optional(),
  brakeAnswered: z.boolean().optional(),
  /** The person proven here has another account and wants to move to this one. */
  moveAgreed: z.boolean().optional(),
});
const sealedPending = z.object({ sealed: z.string() });

export type PendingIdentity = z.infer<typeof identitySchema>;
export type Pending = z.infer<typeof pending>;

export const sealPending = (vault: Vault, transactionId: string, value: Pending) => ({
  sealed: vault.seal(`authn_tx/${transactionId}`, JSON.stringify(value)).toString('base64'),
});

export function openPending(vault: Vault, tx: { id: string; pending: unknown }): Pending {
  if (tx.pending === null || tx.pending === undefined) return {};
  const { sealed } = sealedPending.parse(tx.pending);
  return pending.parse(JSON.parse(vault.open(`authn_tx/${tx.id}`, Buffer.from(sealed, 'base64'))));
}
