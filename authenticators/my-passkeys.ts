// What the owner of passkeys sees and does: list them, name them, remove one.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { actingAs } from './owner.ts';
import type { Owner } from './owner.ts';
import { deletePasskey, findPasskeys, updatePasskeyName } from './passkey-store.ts';

export const LONGEST_NAME = 40;

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

export type Passkey = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
  /** Its count fell once: there may be a copy, so it opens nothing any more. */
  readonly suspect: boolean;
  readonly attachment: Attachment;
};

/** Built into a machine (or a phone beside it), or a key of its own. */
export type Attachment = 'platform' | 'roaming';

export async function listPasskeys(
  { db, vault }: Omit<House, 'origin'>,
  owner: Owner,
): Promise<readonly Passkey[]> {
  const rows = await findPasskeys(db, owner);
  return rows.map((row) => ({
    id: row.id,
    name: vault.open(nameLabel(row.id), row.name_sealed),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    suspect: row.suspect_at !== null,
    attachment: attachmentOf(row.transports),
  }));
}

/** True when a passkey that can be used exists. */
export const hasPasskey = async (db: Database, owner: Owner): Promise<boolean> =>
  (await findPasskeys(db, owner)).some(({ suspect_at: suspectAt }) => suspectAt === null);

/** @throws Refusal missing for a passkey that is not theirs, invalid for a name that is none */
export async function renamePasskey(
  { db, vault, origin }: House,
  { owner, passkeyId, name }: { owner: Owner; passkeyId: string; name: string },
  now: Date,
): Promise<void> {
  const nameSealed = vault.seal(nameLabel(passkeyId), cleanName(name));
  await db.transaction(async () => {
    if ((await updatePasskeyName(db, owner, { id: passkeyId, nameSealed })) !== 1) throw notTheirs();
    await recordAccess(db, origin, { kind: 'passkey.renamed', outcome: 'ok', ...actingAs(owner, { passkey: passkeyId }) }, now); // prettier-ignore
  });
}

/** @throws Refusal missing for a passkey that is not theirs, or is gone */
export async function removePasskey(
  { db, origin }: House,
  { owner, passkeyId }: { owner: Owner; passkeyId: string },
  now: Date,
): Promise<void> {
  await db.transaction(async () => {
    if ((await deletePasskey(db, owner, passkeyId)) !== 1) throw notTheirs();
    await recordAccess(db, origin, { kind: 'passkey.removed', outcome: 'ok', ...actingAs(owner, { passkey: passkeyId }) }, now); // prettier-ignore
  });
}

/** @throws Refusal invalid for a name that is none */
export function cleanName(name: string): string {
  const clean = name.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  const length = Array.from(clean).length;
  if (length < 1 || length > LONGEST_NAME || /[\p{Cc}\p{Cf}]/u.test(clean))
    throw new Refusal('invalid', 'a passkey needs a short name', { reason: 'name' });
  return clean;
}

export const attachmentOf = (transports: readonly string[]): Attachment =>
  transports.some((way) => way === 'internal' || way === 'hybrid') ? 'platform' : 'roaming';

export const nameLabel = (id: string) => `passkey/${id}/name`;
const notTheirs = () => new Refusal('missing', 'no such passkey', { reason: 'passkey' });
