// One line of the log (ledger design 3.3). Written once and kept as bytes: the log commits to
// these bytes, so nothing ever serialises them again. No personal data: only commitments.

import { createHash, createHmac } from 'node:crypto';

export type EntryFacts = {
  readonly eventId: string;
  readonly kind: string;
  readonly at: Date;
  readonly streamId: string;
  readonly n: number;
  readonly previous: Buffer;
  readonly body: Buffer;
  readonly openBody: Buffer;
  readonly subjectId: string;
  readonly openSubject: Buffer;
};

/** The entry's bytes. `b` and `u` are HMAC-SHA-256 under random keys: hiding while these are secret. */
export function entryBytes(facts: EntryFacts): Buffer {
  const commit = (key: Buffer, value: Buffer | string) =>
    createHmac('sha256', key).update(value).digest('base64url');
  return Buffer.from(
    JSON.stringify({
      v: 1,
      eid: facts.eventId,
      k: facts.kind,
      t: facts.at.toISOString(),
      s: facts.streamId,
      n: facts.n,
      p: facts.previous.toString('base64url'),
      b: commit(facts.openBody, facts.body),
      u: commit(facts.openSubject, facts.subjectId),
    }),
  );
}

export const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
export const NO_PREVIOUS = Buffer.alloc(32);
