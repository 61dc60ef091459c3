// Ten codes on paper, each good once, for the day when everything else is lost. The first half finds
// the code (by keyed hash), the second proves it (argon2id), so a guess costs one slow hash and the
// database alone gives nobody a code. A citizen's code is worth level 1, never more.

import { randomBytes } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { hashSecret, verifySecret } from './argon.ts';
import { actingAs, isSameOwner, ownerOf } from './owner.ts';
import type { Owner } from './owner.ts';
import * as store from './recovery-store.ts';
import { returnTry, takeTry } from '../tries.ts';

const CODES = 10;
const HALF = 8;
// 32 signs, five bits each: without I, O, 0 and 1, which look alike in handwriting.
const SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
// Many people share one address on a mobile network, so that limit is wide; forty bits behind
// argon2id would hold without it.
const BY_ADDRESS = { name: 'recovery-address', most: 30, seconds: 3_600 };
const BY_LOCATOR = { name: 'recovery-locator', most: 5, seconds: 86_400 };

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

/**
 * Makes a new set and ends the one before it. `tell` runs in the same transaction. @returns the codes, to be shown this once
 * @throws Refusal forbidden for a locked account, throttled when too many hashes wait
 */
export async function makeRecoveryCodes(
  { db, vault, origin }: House,
  owner: Owner,
  now: Date,
  tell: () => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const secrets: { secret: string; secretHash: string }[] = [];
  // One after the other: a set takes one place in the queue, not ten. Hashed before the transaction begins.
  for (const _ of Array(CODES)) {
    const secret = randomSigns();
    secrets.push({ secret, secretHash: await hashSecret(secret) });
  }
  return db.transaction(async () => {
    if ((await store.lockOwner(db, owner)) === undefined)
      throw new Refusal('forbidden', 'codes are made for an open account', { reason: 'owner' });
    await store.supersedeCodes(db, owner, now);
    const codes: string[] = [];
    for (const { secret, secretHash } of secrets) {
      let locator: string;
      // Locators are random: among millions of codes one is taken now and then.
      do locator = randomSigns();
      while ((await store.insertRecoveryCode(db, { locatorKey: vault.keyOf('recovery-code', locator), owner, secretHash }, now)) !== 1); // prettier-ignore
      codes.push(grouped(locator + secret));
    }
    await recordAccess(db, origin, { kind: 'recovery.made', outcome: 'ok', ...actingAs(owner, { codes: CODES }) }, now); // prettier-ignore
    await tell();
    return codes;
  });
}

/** How many codes of the set in use are left, and when it was made. */
export async function recoveryCodesLeft(
  db: Database,
  owner: Owner,
): Promise<{ left: number; madeAt: Date | undefined }> {
  const row = await store.countRecoveryCodes(db, owner);
  return { left: row?.left ?? 0, madeAt: row?.made_at ?? undefined };
}

export type RecoveryChecked =
  | { readonly outcome: 'right'; readonly owner: Owner; readonly left: number }
  | { readonly outcome: 'wrong' };

/**
 * Uses a code up. `accept` runs in the transaction that does it; of parallel right answers one gets
 * there. Unknown, used, superseded, somebody else's and a locked account are all 'wrong', after the
 * same work. @throws Refusal throttled when the tries of the address, or of this code, are used up
 */
export async function useRecoveryCode(
  { db, vault, origin }: House,
  {
    code,
    owner,
    addressKey,
  }: {
    code: string;
    owner: { readonly kind: Owner['kind']; readonly id?: string | undefined };
    addressKey: string;
  },
  accept: (owner: Owner) => Promise<void>,
  now: Date,
): Promise<RecoveryChecked> {
  const signs = code.toUpperCase().replaceAll(/[\s.–-]/g, '');
  // What no code looks like is no guess.
  if (signs.length !== 2 * HALF || Array.from(signs).some((sign) => !SIGNS.includes(sign)))
    return { outcome: 'wrong' };
  const locatorKey = vault.keyOf('recovery-code', signs.slice(0, HALF));
  const tries = [
    [BY_ADDRESS, addressKey],
    [BY_LOCATOR, locatorKey.toString('base64url')],
  ] as const;
  for (const [limit, key] of tries) {
    if (!(await takeTry(db, limit, key, now)))
      throw new Refusal('throttled', 'too many recovery codes', { reason: limit.name, retryAfterSeconds: limit.seconds }); // prettier-ignore
  }

  const row = await store.findRecoveryCode(db, locatorKey);
  const isRight = await verifySecret(row?.secret_hash, signs.slice(HALF));
  const found = row === undefined ? undefined : ownerOf(row);
  const isWanted =
    found?.kind === owner.kind &&
    (owner.id === undefined || isSameOwner(found, { kind: owner.kind, id: owner.id }));
  if (!isRight || found === undefined || !isWanted) return { outcome: 'wrong' };

  const used = await db.transaction(async () => {
    if ((await store.spendRecoveryCode(db, locatorKey, now)) !== 1) return undefined;
    await accept(found);
    const { left } = await recoveryCodesLeft(db, found);
    await recordAccess(
      db,
      origin,
      { kind: 'recovery.used', outcome: 'ok', ...actingAs(found, { left }) },
      now,
    );
    return left;
  });
  if (used === undefined) return { outcome: 'wrong' };
  for (const [limit, key] of tries) await returnTry(db, limit, key);
  return { outcome: 'right', owner: found, left: used };
}

// 32 divides 256, so no sign is likelier than another.
const randomSigns = () => Array.from(randomBytes(HALF), (byte) => SIGNS[byte % SIGNS.length]).join('');
const grouped = (signs: string) => (signs.match(/.{4}/g) ?? []).join('-');
