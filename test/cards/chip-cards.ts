// Cards for the tests of the chip: one authority, one signer, one holder.

import { makeCard } from '../../sandbox/cards/card.ts';
import type { Card, CardWishes } from '../../sandbox/cards/card.ts';
import { makeAuthority, makeSigner } from '../../sandbox/cards/certificates.ts';
import type { CertificateWishes } from '../../sandbox/cards/certificates.ts';
import { readChipFiles } from '../../cards/chip/files.ts';
import type { ChipFiles } from '../../cards/chip/files.ts';
import { testTrust } from '../../cards/chip/trust.ts';
import { verifyChip } from '../../cards/chip/verify.ts';
import type { ChipResult } from '../../cards/chip/verify.ts';

export const NOW = new Date('2026-11-22T08:00:00.000Z');
export const HOLDER = { personalNumber: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '19900615' };

export const authority = makeAuthority();
export const signer = makeSigner(authority);
export const trust = testTrust([authority.der]);

export const cardOf = (
  wishes: CardWishes = {},
  by = signer,
  holder: Parameters<typeof makeCard>[0] = HOLDER,
) => makeCard(holder, by, wishes);

/** A card whose signer, and the authority behind it, were made otherwise. */
export function cardBy(
  wishes: { authority?: CertificateWishes; signer?: CertificateWishes; card?: CardWishes },
  holder: Parameters<typeof makeCard>[0] = HOLDER,
) {
  const root = makeAuthority(wishes.authority);
  const card = makeCard(holder, makeSigner(root, wishes.signer), wishes.card);
  return { card, trust: testTrust([root.der]) };
}

export function filesOf(card: Card): ChipFiles {
  const read = readChipFiles(card.read());
  if (read.outcome !== 'read') throw new Error('a card of ours cannot be read');
  return read.files;
}

export const verified = (
  files: ChipFiles,
  more: { trust?: typeof trust; claimed?: string; now?: Date } = {},
) => verifyChip({ files, trust: more.trust ?? trust, claimed: more.claimed }, more.now ?? NOW);

/** `valid`, or status and reason in one line. */
export const told = (result: ChipResult) =>
  result.status === 'valid' ? 'valid' : `${result.status} ${result.reason}`;

export function flipped(bytes: Buffer, at: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
