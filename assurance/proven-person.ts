// Who the person behind an account was proven to be, by the evidence in force and by nothing else.

import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { isIdentitySource } from '../policies/methods.ts';
import type { Evidence } from '../policies/verified-claims.ts';
import { findEvidence } from './binding-store.ts';

export type ProvenPerson = {
  readonly bindingId: string;
  readonly name: string | undefined;
  /** ISO date, or the year alone. */
  readonly birthdate: string | undefined;
  readonly personalNumber: string | undefined;
  readonly evidence: Evidence;
};

/** Undefined when no binding is in force. */
export async function findProvenPerson(
  db: Database,
  vault: Vault,
  accountId: string,
  now: Date,
): Promise<ProvenPerson | undefined> {
  const row = await findEvidence(db, accountId, now);
  if (row === undefined || !isIdentitySource(row.source)) return undefined;
  const open = (field: string, sealed: Buffer | null) =>
    sealed === null ? undefined : vault.open(`identity_binding/${row.id}/${field}`, sealed);
  return {
    bindingId: row.id,
    name: open('name', row.name_sealed),
    birthdate: open('birthdate', row.birthdate_sealed),
    personalNumber: open('number', row.number_sealed),
    evidence: {
      source: row.source,
      organisation: row.organisation,
      checkId: row.check_id,
      provenAt: row.bound_at,
    },
  };
}
