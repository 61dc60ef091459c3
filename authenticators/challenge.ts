// Challenges of passkey ceremonies: random, five minutes, for one purpose, one owner and one place
// (an interaction, a session), and gone at the first answer, before anything in it is verified.
// Kept as hashes: a copy of the database starts no ceremony.

import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Owner } from './owner.ts';
import { insertChallenge, takeChallenge } from './passkey-store.ts';

const LIFE_MS = 300_000;

export type Ceremony = {
  readonly purpose: 'register' | 'authenticate';
  /** Without an id: whoever of this kind answers (staff sign in without naming themselves). */
  readonly owner: { readonly kind: Owner['kind']; readonly id?: string | undefined };
  /** What the ceremony belongs to; an answer brought anywhere else is refused. */
  readonly place: string;
};

export async function keepChallenge(
  db: Database,
  challenge: string,
  { purpose, owner, place }: Ceremony,
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  await insertChallenge(db, { key: sha256(challenge), purpose, ownerKind: owner.kind, ownerId: owner.id, placeKey: sha256(place), expiresAt }); // prettier-ignore
}

/** Ends a challenge; true when it was live and of this ceremony. */
export async function spendChallenge(
  db: Database,
  challenge: string,
  { purpose, owner, place }: Ceremony,
  now: Date,
): Promise<boolean> {
  // Apart: a request that fails must not bring the challenge back.
  const row = await db.apart(() => takeChallenge(db, sha256(challenge)));
  return (
    row !== undefined &&
    row.expires_at > now &&
    row.purpose === purpose &&
    row.owner_kind === owner.kind &&
    row.owner_id === (owner.id ?? null) &&
    row.place_key.equals(sha256(place))
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
