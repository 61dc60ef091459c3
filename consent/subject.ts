// The person in the consent ledger: a random id, and a data key of their own under which every
// personal field of their events is sealed. Destroying that key erases the content; proofs stay.

import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';

export type Subject = {
  readonly subjectId: string;
  seal(label: string, plain: Buffer | string): Buffer;
  open(label: string, sealed: Buffer): Buffer;
};

type SubjectRow = { subject_id: string; wrapped_key: Buffer | null };

const findRow = (db: Database, accountId: string) =>
  db.row<SubjectRow>(sql`
    select s.subject_id, k.wrapped_key from subject s left join subject_key k using (subject_id)
    where s.account_id = ${accountId}`);

/** The subject of an account, made at the first consent. */
export async function openSubject(db: Database, vault: Vault, accountId: string): Promise<Subject> {
  const known = await findSubject(db, vault, accountId);
  if (known !== undefined) return known;
  const subjectId = randomUUID();
  const key = randomBytes(32);
  const wrapped = vault.seal(`subject_key/${subjectId}`, key);
  const inserted = await db.run(sql`
    with fresh as (
      insert into subject (subject_id, account_id) values (${subjectId}, ${accountId})
      on conflict (account_id) do nothing returning subject_id)
    insert into subject_key (subject_id, wrapped_key) select subject_id, ${wrapped} from fresh`);
  if (inserted === 1) return subjectWith(subjectId, key);
  const made = await findSubject(db, vault, accountId);
  if (made === undefined) throw new Error('a ledger subject vanished');
  return made;
}

/** @throws Refusal missing when the person's key has been destroyed */
export async function findSubject(
  db: Database,
  vault: Vault,
  accountId: string,
): Promise<Subject | undefined> {
  const row = await findRow(db, accountId);
  if (row === undefined) return undefined;
  const { subject_id: subjectId, wrapped_key: wrapped } = row;
  if (wrapped === null) throw new Refusal('missing', 'the ledger of this person has been erased');
  return subjectWith(subjectId, vault.openBytes(`subject_key/${subjectId}`, wrapped));
}

function subjectWith(subjectId: string, key: Buffer): Subject {
  return {
    subjectId,
    seal(label, plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(label, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), {
        authTagLength: 16,
      });
      decipher.setAAD(Buffer.from(label));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    },
  };
}
