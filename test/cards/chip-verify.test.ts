import test from 'ava';
import { dg1Of, machineZone } from '../../sandbox/cards/groups.ts';
import { makeAuthority, makeSigner } from '../../sandbox/cards/certificates.ts';
import { readChipFiles } from '../../cards/chip/files.ts';
import { testTrust } from '../../cards/chip/trust.ts';
import { verifyChip } from '../../cards/chip/verify.ts';
import {
  HOLDER,
  NOW,
  authority,
  cardBy,
  cardOf,
  filesOf,
  flipped,
  told,
  trust,
  verified,
} from './chip-cards.ts';

// Passive authentication, contract identity-vn.md section 8: the first failure is the reason.

test('a genuine card says who its holder is, and what was not looked at', (t) => {
  const result = verified(filesOf(cardOf()), { claimed: HOLDER.personalNumber });
  t.like(result, { status: 'valid', authority: 'not_done', holder: 'not_checked', chipAuth: 'passed_unbound', canAnswer: true }); // prettier-ignore
  t.deepEqual(result.status === 'valid' && result.card, {
    personalNumber: '999190000011',
    name: 'Nguyễn Thị Minh An',
    nameFrom: 'dg13',
    birthdate: '1990-06-15',
    sex: 'female',
    issued: '2022-06-15',
    expiry: '2035-06-15',
    expired: false,
  });
});

test('nothing but six fields of DG13 comes out', (t) => {
  const text = JSON.stringify(verified(filesOf(cardOf())));
  for (const field of ['DÂN TỘC', 'TÔN GIÁO', 'QUÊ QUÁN', 'THƯỜNG TRÚ', 'ĐẶC ĐIỂM', 'CHA', 'MẸ', 'Việt Nam'])
    t.false(text.includes(field), field);
});

test('without DG13 the name is that of the machine-readable zone, and it says so', (t) => {
  const { dg13: _, ...files } = filesOf(cardOf());
  const result = verified(files);
  t.like(result.status === 'valid' ? result.card : {}, { name: 'NGUYEN THI MINH AN', nameFrom: 'mrz', issued: undefined }); // prettier-ignore
});

test('a card without an end, a card that ran out, a holder of whom the year is known', (t) => {
  const cards = (expires: string | null, birthdate = HOLDER.birthdate) => {
    const result = verified(filesOf(cardOf({}, undefined, { ...HOLDER, birthdate, expires })));
    return result.status === 'valid' ? result.card : undefined;
  };
  t.like(cards(null), { expiry: null, expired: false });
  t.like(cards('2026-11-21'), { expiry: '2026-11-21', expired: true });
  t.like(cards('2035-06-15', '1990'), { birthdate: '1990' });
});

const old = { from: new Date('2010-01-01T00:00:00Z'), to: new Date('2020-01-01T00:00:00Z') };
const future = { from: new Date('2030-01-01T00:00:00Z') };
const refused: readonly [what: string, reason: string, made: ReturnType<typeof cardBy>][] = [
  ['another content type', 'not_lds_security_object', cardBy({ card: { contentType: '1.2.840.113549.1.7.1' } })],
  ['no signed attributes', 'no_signed_attrs', cardBy({ card: { signedAttributes: false } })],
  ['another content type in the attributes', 'content_type_attr', cardBy({ card: { contentTypeAttribute: '1.2.840.113549.1.7.1' } })],
  ['another digest in the attributes', 'message_digest', cardBy({ card: { messageDigest: Buffer.alloc(32) } })],
  ['a signer of an authority nobody pinned', 'no_trusted_csca', { card: cardOf(), trust: testTrust([makeAuthority().der]) }],
  ['a signer of an authority of the same name', 'no_trusted_csca', cardBy({}).card && { card: cardBy({}).card, trust }],
  ['a pinned certificate that is no authority', 'csca_not_ca', cardBy({ authority: { ca: false } })],
  ['a signer that has expired', 'dsc_validity', cardBy({ signer: old })],
  ['a signer not yet valid', 'dsc_validity', cardBy({ signer: future })],
  ['an authority that has expired', 'dsc_validity', cardBy({ authority: old })],
  ['a foreign authority and signer', 'country_mismatch', cardBy({ authority: { country: 'UT' }, signer: { country: 'UT' } })],
  ['a foreign signer', 'country_mismatch', cardBy({ signer: { country: 'UT' } })],
  ['a foreign card', 'country_mismatch', cardBy({ card: { issuer: 'UTO' } })],
  ['a signer of master lists', 'signer_or_certificate', cardBy({ signer: { extendedKeyUsage: '2.23.136.1.1.3' } })],
  ['the authority itself as signer', 'signer_or_certificate', cardBy({ signer: { ca: true } })],
  ['DG1 not on the list', 'dg1_hash', cardBy({ card: { unlisted: ['dg1'] } })],
  ['DG13 not on the list', 'dg13_hash', cardBy({ card: { unlisted: ['dg13'] } })],
  ['DG15 not on the list', 'dg15_hash', cardBy({ card: { unlisted: ['dg15'] } })],
  ['another number in DG13', 'data_mismatch', cardBy({ card: { dg13Number: '999190000029' } })],
  ['a number that tells another birth year', 'data_mismatch', cardBy({}, { ...HOLDER, birthdate: '19910615' })],
]; // prettier-ignore
for (const [what, reason, { card, trust: trusted }] of refused) {
  test(`${what}: ${reason}`, (t) => {
    const result = verified(filesOf(card), { trust: trusted });
    t.is(told(result), `invalid ${reason}`);
    t.false('card' in result, 'nothing is said about a holder');
  });
}

for (const group of [1, 2, 13, 14, 15] as const) {
  test(`DG${group} changed by one bit: dg${group}_hash`, (t) => {
    const files = filesOf(cardOf());
    const file = files[`dg${group}`] ?? Buffer.alloc(0);
    const changed = { ...files, [`dg${group}`]: flipped(file, file.length - 1) };
    t.is(told(verified(changed)), `invalid dg${group}_hash`);
  });
}

test('the files of one card under the list of another', (t) => {
  const [one, other] = [
    filesOf(cardOf()),
    cardOf({}, undefined, { ...HOLDER, personalNumber: '999190000029' }),
  ];
  t.is(told(verified({ ...one, sod: other.sod })), 'invalid dg1_hash');
  t.is(told(verified({ ...one, dg1: dg1Of(machineZone({ ...HOLDER, personalNumber: '999190000029' })) })), 'invalid dg1_hash'); // prettier-ignore
});

test('a number other than the one claimed, no DG1, no list, no anchor', (t) => {
  const files = filesOf(cardOf());
  const { dg1: _, ...withoutDg1 } = files;
  const { sod: __, ...withoutSod } = files;
  t.is(told(verified(files, { claimed: '999190000029' })), 'invalid data_mismatch');
  t.is(told(verified(withoutDg1)), 'invalid no_data_groups');
  t.is(told(verified(withoutSod)), 'not_verified no_sod');
  t.is(told(verifyChip({ files, trust: { anchors: [] } }, NOW)), 'not_verified no_trust_anchor');
});

test('a signer is found among several authorities', (t) => {
  const card = cardOf({}, makeSigner(authority));
  t.is(told(verified(filesOf(card), { trust: testTrust([makeAuthority().der, authority.der]) })), 'valid');
});

test('base64 and hexadecimal are read alike; anything else is refused', (t) => {
  const card = cardOf();
  const hex = readChipFiles(card.read('hex'));
  const base64 = readChipFiles(card.read('base64'));
  t.deepEqual(hex.outcome === 'read' && hex.files.sod, base64.outcome === 'read' && base64.files.sod);
  const encoding = { outcome: 'refused', reason: 'encoding' } as const;
  for (const dg1 of ['not base64!', 'MTIz', '6', 12, {}, [], true, '📇', 'AAAA'.repeat(4)])
    t.deepEqual(readChipFiles({ ...card.read(), dg1 }), encoding, typeof dg1);
  for (const challenge of ['00', '0011223344556677889900', 'AAAA'])
    t.deepEqual(readChipFiles({ ...card.read(), challenge }), encoding, challenge);
});

test('members that are absent, empty or unknown are left out; what is too large is refused', (t) => {
  const read = readChipFiles({ sod: '', dg1: null, dg3: 'x'.repeat(10), eACCAResult: 'x', com: undefined });
  t.deepEqual(read, { outcome: 'read', files: {} });
  const large = Buffer.concat([Buffer.from([0x75]), Buffer.alloc(64 * 1024)]).toString('base64');
  t.deepEqual(readChipFiles({ dg2: large }), { outcome: 'refused', reason: 'size' });
  t.deepEqual(readChipFiles({ dg2: 'A'.repeat(500_000) }), { outcome: 'refused', reason: 'size' });
  const full = (tag: number) =>
    Buffer.concat([Buffer.from([tag]), Buffer.alloc(63 * 1024)]).toString('base64');
  t.deepEqual(readChipFiles({ sod: full(0x77), com: full(0x60), dg1: full(0x61), dg2: full(0x75), dg13: full(0x6d) }), { outcome: 'refused', reason: 'size' }); // prettier-ignore
  for (const members of [null, [], 'text', 7, undefined]) t.is(readChipFiles(members).outcome, 'refused');
});
