// Whom an operator means. The answer to "is this number known?" is never given: whoever is not found is
// asked all the same, and does not answer.

import { findAccountBySub } from '../accounts/store.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { parsePhoneNumber } from '../policies/phone-number.ts';
import { findAccountsByPhone } from './assisted-store.ts';

/** A telephone number, or the id by which the desk knows a citizen from before. */
export type Hint =
  | { readonly kind: 'phone'; readonly e164: string }
  | { readonly kind: 'sub'; readonly sub: string; readonly sector: string };

/** `tel:+84…` (RFC 3966, global numbers of Vietnamese mobiles) or a pairwise id. Undefined: neither. */
export function readHint(text: string, sector: string): Hint | undefined {
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return { kind: 'sub', sub: text, sector };
  const number = /^tel:(\+84\d{9})$/.exec(text)?.[1];
  if (number === undefined) return undefined;
  const read = parsePhoneNumber(number);
  return read.accepted ? { kind: 'phone', e164: read.e164 } : undefined;
}

/** A keyed hash that stands for the hint where tries are counted. */
export const hintKey = (vault: Vault, hint: Hint): string =>
  (hint.kind === 'phone' ? vault.keyOf('phone', hint.e164) : vault.keyOf('account', hint.sub)).toString('base64url'); // prettier-ignore

/** Undefined: unknown, locked, or a number that could be two people's. */
export async function findCitizen(db: Database, vault: Vault, hint: Hint): Promise<string | undefined> {
  if (hint.kind === 'sub') {
    const found = await findAccountBySub(db, hint.sector, hint.sub);
    return found === undefined || found.locked ? undefined : found.account_id;
  }
  const [found, another] = await findAccountsByPhone(db, vault.keyOf('phone', hint.e164));
  if (found === undefined || another !== undefined || found.contested || found.locked) return undefined;
  return found.account_id;
}
