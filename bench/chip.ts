// What checking one card costs, by algorithm, and what a hostile file in its place costs. The promise:
// one card at most 50 ms on one core, and 300 KB of hostile bytes no more than a card.
//   bin/bench chip

import { readChipFiles } from '../cards/chip/files.ts';
import type { ChipFiles } from '../cards/chip/files.ts';
import { testTrust } from '../cards/chip/trust.ts';
import { verifyChip } from '../cards/chip/verify.ts';
import type { Curve, Signing } from '../sandbox/cards/algorithms.ts';
import { makeCard } from '../sandbox/cards/card.ts';
import { makeAuthority, makeSigner } from '../sandbox/cards/certificates.ts';
import { hostileObjects } from '../sandbox/cards/hostile.ts';
import { median } from './rounds.ts';

const MOST_MS = 50;
const ROUNDS = 40;
const now = new Date('2026-11-22T08:00:00Z');
const holder = { personalNumber: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '19900615' };
const curves: readonly Curve[] = ['prime256v1', 'secp384r1', 'secp521r1', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1']; // prettier-ignore
const signings: readonly Signing[] = [
  { scheme: 'rsa', hash: 'sha256', bits: 2048 },
  { scheme: 'rsa', hash: 'sha512', bits: 4096 },
  { scheme: 'pss', hash: 'sha256', bits: 3072 },
  ...curves.map((curve): Signing => ({ scheme: 'ec', curve, hash: 'sha256' })),
  { scheme: 'ec', curve: 'brainpoolP512r1', hash: 'sha512', explicit: true },
];

let slowest = 0;
console.log('one card                               median ms   worst ms');
for (const signing of signings) {
  const authority = makeAuthority({ signing });
  const card = makeCard(holder, makeSigner(authority, { signing }));
  const trust = testTrust([authority.der]);
  const name = [signing.scheme, signing.hash, signing.scheme === 'ec' ? signing.curve : signing.bits, signing.scheme === 'ec' && signing.explicit === true ? 'explicit' : ''].join(' '); // prettier-ignore
  measure(name, 'valid', () => verifyChip({ files: read(card.read()), trust }, now).status);
}

const authority = makeAuthority();
const trust = testTrust([authority.der]);
const files = read(makeCard(holder, makeSigner(authority)).read());
console.log('\nhostile, 300 KB                        median ms   worst ms');
for (const [what, sod] of hostileObjects(300_000))
  measure(what, 'error', () => verifyChip({ files: { ...files, sod }, trust }, now).status);

const kept = slowest <= MOST_MS;
console.log(
  `\n${kept ? 'ok' : 'TOO SLOW'}: the slowest median is ${slowest.toFixed(1)} ms (at most ${MOST_MS})`,
);
process.exitCode = kept ? 0 : 1;

function measure(name: string, expected: string, work: () => string): void {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    const status = work();
    times.push(performance.now() - begun);
    if (status !== expected) throw new Error(`${name}: ${status}`);
  }
  slowest = Math.max(slowest, median(times));
  console.log(`${name.padEnd(36)}${median(times).toFixed(2).padStart(12)}${Math.max(...times).toFixed(2).padStart(11)}`); // prettier-ignore
}

function read(members: Record<string, string>): ChipFiles {
  const chip = readChipFiles(members);
  if (chip.outcome !== 'read') throw new Error('a card of the bench cannot be read');
  return chip.files;
}
