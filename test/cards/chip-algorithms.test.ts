import test from 'ava';
import type { Curve, Signing } from '../../sandbox/cards/algorithms.ts';
import type { ChipKey } from '../../sandbox/cards/card.ts';
import { publicKeyOf } from '../../cards/chip/algorithms.ts';
import { makeKeys } from '../../sandbox/cards/algorithms.ts';
import { cardBy, cardOf, filesOf, flipped, told, verified } from './chip-cards.ts';

// Contract identity-vn.md section 8: what Vietnam uses is not known, so all of these must work.

const curves = ['prime256v1', 'secp384r1', 'secp521r1', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'] as const satisfies readonly Curve[]; // prettier-ignore
const hashes = ['sha224', 'sha256', 'sha384', 'sha512'] as const;
const signings: readonly Signing[] = [
  ...hashes.map((hash): Signing => ({ scheme: 'rsa', hash })),
  ...hashes.map((hash): Signing => ({ scheme: 'pss', hash })),
  ...(['sha224', 'sha384'] as const).map((hash): Signing => ({ scheme: 'ec', curve: 'prime256v1', hash })),
  ...curves.map((curve): Signing => ({ scheme: 'ec', curve, hash: 'sha256' })),
  ...curves.map((curve): Signing => ({ scheme: 'ec', curve, hash: 'sha512', explicit: true })),
];
const nameOf = (signing: Signing) => [signing.scheme, signing.hash, ...(signing.scheme === 'ec' ? [signing.curve, ...(signing.explicit === true ? ['explicit parameters'] : [])] : [])].join(' '); // prettier-ignore

for (const signing of signings) {
  test(`a card signed with ${nameOf(signing)} is valid, and no bit of its signature may change`, (t) => {
    const { card, trust } = cardBy({ authority: { signing }, signer: { signing } });
    const files = filesOf(card);
    t.is(told(verified(files, { trust })), 'valid');
    // The signature ends the list.
    const sod = flipped(card.sod, card.sod.length - 3);
    t.is(told(verified({ ...files, sod }, { trust })), 'invalid sod_signature');
  });
}

for (const hash of hashes) {
  test(`files hashed with ${hash} are compared`, (t) => {
    const { card, trust } = cardBy({ card: { hash } });
    t.is(told(verified(filesOf(card), { trust })), 'valid');
  });
}

const weak: readonly [what: string, made: ReturnType<typeof cardBy>][] = [
  ['RSA with SHA-1', cardBy({ signer: { signing: { scheme: 'rsa', hash: 'sha1' } } })],
  ['RSA-PSS with SHA-1', cardBy({ signer: { signing: { scheme: 'pss', hash: 'sha1' } } })],
  ['ECDSA with SHA-1', cardBy({ signer: { signing: { scheme: 'ec', curve: 'prime256v1', hash: 'sha1' } } })],
  ['files hashed with SHA-1', cardBy({ card: { hash: 'sha1' } })],
];
for (const [what, { card, trust }] of weak) {
  test(`${what} is too weak`, (t) => {
    t.is(told(verified(filesOf(card), { trust })), 'invalid weak_hash');
  });
}

test('a signer vouched for with SHA-1 is not vouched for', (t) => {
  const { card, trust } = cardBy({ authority: { signing: { scheme: 'rsa', hash: 'sha1' } } });
  t.is(told(verified(filesOf(card), { trust })), 'invalid no_trusted_csca');
});

test('explicit parameters that differ from a known curve in one number are no key', (t) => {
  const { publicKey } = makeKeys({ scheme: 'ec', curve: 'brainpoolP256r1', hash: 'sha256', explicit: true });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  t.truthy(publicKeyOf(spki));
  // Every byte of the parameters once, the generator among them (CVE-2020-0601); before them stands a version.
  // A brainpool curve: those of NIST also carry the seed they were chosen by, which decides nothing;
  // the last number is the cofactor, which OpenSSL computes itself.
  for (let at = 23; at < spki.length - 69; at += 1)
    t.is(publicKeyOf(flipped(spki, at)), undefined, String(at));
});

test('keys that are too small, too large or of another kind are not taken', (t) => {
  const spkiOf = (signing: Signing) => makeKeys(signing).publicKey.export({ type: 'spki', format: 'der' });
  t.is(publicKeyOf(spkiOf({ scheme: 'rsa', hash: 'sha256', bits: 1024 })), undefined);
  t.truthy(publicKeyOf(spkiOf({ scheme: 'rsa', hash: 'sha256', bits: 1024 }), 1024));
  t.is(publicKeyOf(Buffer.alloc(5_000, 0x30)), undefined);
  t.is(publicKeyOf(Buffer.from('302a300506032b6570032100' + '11'.repeat(32), 'hex')), undefined, 'Ed25519');
});

const chips: readonly (ChipKey & { bits?: number })[] = [
  ...(['sha1', ...hashes] as const).map((hash) => ({ kind: 'rsa', hash }) as const),
  { kind: 'rsa', hash: 'sha1', bits: 1024 },
  ...curves.map((curve) => ({ kind: 'ec', curve, hash: 'sha256' }) as const),
  { kind: 'ec', curve: 'prime256v1', hash: 'sha224' },
  { kind: 'ec', curve: 'secp384r1', hash: 'sha384', encoding: 'der' },
];
for (const chip of chips) {
  test(`a chip answers with ${Object.values(chip).join(' ')}: passed, and bound to nothing`, (t) => {
    const files = filesOf(cardOf({ chip }));
    t.is(verified(files).chipAuth, 'passed_unbound');
    const { aAResult = Buffer.alloc(0), challenge = Buffer.alloc(0) } = files;
    t.is(verified({ ...files, aAResult: flipped(aAResult, 9) }).chipAuth, 'failed');
    t.is(verified({ ...files, challenge: flipped(challenge, 0) }).chipAuth, 'failed');
  });
}

test('an answer without DG14 is checked with the hash of the curve', (t) => {
  const { dg14: _, ...files } = filesOf(cardOf({ chip: { kind: 'ec', curve: 'secp384r1', hash: 'sha384' } }));
  t.is(verified(files).chipAuth, 'passed_unbound');
});

test('a chip that was not asked has not answered', (t) => {
  const { challenge: _, ...files } = filesOf(cardOf());
  const result = verified(files);
  t.is(result.status, 'valid');
  t.is(result.chipAuth, 'not_done');
  t.is(verified(filesOf(cardOf({ chip: 'none' }))).chipAuth, 'not_done');
});
