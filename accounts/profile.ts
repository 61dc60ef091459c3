import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { findAccount } from './store.ts';

export type Profile = {
  readonly accountId: string;
  readonly locked: boolean;
  readonly greeting: string | undefined;
  /** The name of the Zalo account: what the person calls themself, verified by nobody. */
  readonly zaloName: string | undefined;
  readonly phone: string | undefined;
  readonly phoneFacts: { readonly lastProvenAt: Date; readonly contestedAt: Date | undefined } | undefined;
  readonly binding:
    | {
        readonly source: string;
        readonly name: string | undefined;
        readonly personalNumber: string | undefined;
        /** ISO date, or the year alone. */
        readonly birthdate: string | undefined;
        readonly boundAt: Date;
        readonly expiresAt: Date;
      }
    | undefined;
};

/** What we hold about one account, opened. For the person's own pages, and for claims they agreed to. */
export async function findProfile(
  db: Database,
  vault: Vault,
  accountId: string,
): Promise<Profile | undefined> {
  const row = await findAccount(db, accountId);
  if (row === undefined) return undefined;
  const open = (label: string, sealed: Buffer | null) =>
    sealed === null ? undefined : vault.open(label, sealed);
  const name = open(`identity_binding/${row.binding_id}/name`, row.binding_name_sealed);
  const zaloName = open(`zalo_link/${row.link_id}/name`, row.link_name_sealed);
  return {
    accountId,
    locked: row.locked_at !== null,
    greeting: name ?? zaloName,
    zaloName,
    phone: open(`phone/${row.phone_id}/number`, row.phone_sealed),
    phoneFacts:
      row.phone_verified_at === null
        ? undefined
        : {
            lastProvenAt: row.phone_last_proven_at ?? row.phone_verified_at,
            contestedAt: row.phone_contested_at ?? undefined,
          },
    binding:
      row.source === null || row.bound_at === null || row.binding_expires_at === null
        ? undefined
        : {
            source: row.source,
            name,
            personalNumber: open(`identity_binding/${row.binding_id}/number`, row.number_sealed),
            birthdate: open(`identity_binding/${row.binding_id}/birthdate`, row.birthdate_sealed),
            boundAt: row.bound_at,
            expiresAt: row.binding_expires_at,
          },
  };
}
