import test from 'ava';
import { readClaim } from '../../cards/claim.ts';
import type { CardFields, ClaimError } from '../../cards/claim.ts';

const NOW = new Date('2026-11-22T08:00:00Z');
const nothing: CardFields = { qr: '', mrz: '', number: '', name: '', day: '', month: '', year: '' };
const typed: CardFields = { ...nothing, number: '999190000011', name: 'Nguyễn Thị Minh An', day: '15', month: '6', year: '1990' }; // prettier-ignore
const AN = { personalNumber: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '1990-06-15' };
const qr = '999190000011||Nguyễn Thị Minh An|15061990|Nữ|Phường Tân Ninh, Tây Ninh|01072021';
// Number 999190000011: the same card as the vectors' female-1990 with place code 999.
const mrz = 'IDVNM1900000118999190000011<<7\n9006153F3006151VNM<<<<<<<<<<<4\nNGUYEN<<THI<MINH<AN<<<<<<<<<<<';
const read = (fields: Partial<CardFields>) => readClaim({ ...nothing, ...fields }, NOW);

test('QR, the lines behind the card with the name, and typing say the same', (t) => {
  for (const fields of [{ qr }, { mrz, name: ' nguyễn  thị minh an ' }, typed]) {
    const reading = read(fields);
    if (!reading.ok) return t.fail(reading.errors.join());
    t.deepEqual({ ...reading.claim, name: reading.claim.name.toLowerCase() }, { ...AN, name: AN.name.toLowerCase() }); // prettier-ignore
  }
  return t.pass();
});

test('what is filled counts in the order QR, lines, typed', (t) => {
  const other = { ...typed, number: '999090000017' };
  t.deepEqual(read({ ...other, qr, mrz: 'x' }), { ok: true, claim: AN });
  t.deepEqual(read({ ...other, mrz }), { ok: true, claim: AN });
  t.deepEqual(read({ ...other, qr: ' \n', mrz: ' ' }), { ok: true, claim: { ...AN, personalNumber: other.number } }); // prettier-ignore
});

test('a number may be typed in groups, and a date with one digit', (t) => {
  t.deepEqual(read({ ...typed, number: ' 999 190.000-011 ', month: '06', year: ' 1990' }), { ok: true, claim: AN }); // prettier-ignore
});

test('day and month stay empty when the card shows only the year', (t) => {
  t.deepEqual(read({ ...typed, day: '', month: ' ' }), { ok: true, claim: { ...AN, birthdate: '1990' } });
});

test('a phone that writes small letters and « for << has typed the lines all the same', (t) => {
  t.true(read({ mrz: mrz.toLowerCase().replace('<<', '«'), name: AN.name }).ok);
});

const refused: readonly [what: string, fields: Partial<CardFields>, errors: readonly ClaimError[]][] = [
  ['nothing at all', {}, ['number_empty', 'name_empty', 'birthdate_empty']],
  ['eleven digits', { ...typed, number: '99919000001' }, ['number_format']],
  ['letters in the number', { ...typed, number: '99919000001O' }, ['number_format']],
  ['a number of 2090', { ...typed, number: '999490000011', year: '2090' }, ['number_future']],
  ['digits in the name', { ...typed, name: 'Nguyễn 5' }, ['name_letters']],
  ['markup in the name', { ...typed, name: '<b>An</b>' }, ['name_letters']],
  ['a name of a thousand letters', { ...typed, name: 'a'.repeat(1_000) }, ['name_letters']],
  ['the 31st of June', { ...typed, day: '31' }, ['birthdate_impossible']],
  ['a day without a month', { ...typed, month: '' }, ['birthdate_impossible']],
  ['a year of two digits', { ...typed, year: '90' }, ['birthdate_impossible']],
  ['another year than the number says', { ...typed, year: '1991' }, ['birthdate_against_number']],
  ['a birth tomorrow', { ...typed, number: '999326000011', day: '23', month: '11', year: '2026' }, ['birthdate_impossible']],
  ['the QR of a café', { ...typed, qr: 'https://example.invalid' }, ['qr_unreadable']],
  ['a QR with a slip in the number', { qr: qr.replace('999190000011', '99919000001') }, ['qr_number']],
  ['a QR against itself', { qr: qr.replace('Nữ', 'Nam') }, ['qr_number']],
  ['a QR with the year alone', { qr: qr.replace('15061990', '1990') }, ['qr_birthdate']],
  ['a QR whose name is markup', { qr: qr.replace('An|', '<An>|') }, ['qr_unreadable']],
  ['a QR of 100 000 characters', { qr: `${qr}|${'x'.repeat(100_000)}` }, ['qr_unreadable']],
  ['lines without a name', { mrz }, ['name_empty']],
  ['two lines of three', { mrz: mrz.slice(0, 61), name: AN.name }, ['mrz_length']],
  ['a slip in the lines', { mrz: mrz.replace('9006153', '9006163'), name: AN.name }, ['mrz_mistyped']],
  ['a foreign card', { mrz: mrz.replace('IDVNM', 'IDUTO'), name: AN.name }, ['mrz_foreign']],
  ['wrong lines and no name: both are said', { mrz: 'x' }, ['mrz_length', 'name_empty']],
]; // prettier-ignore
for (const [what, fields, errors] of refused) {
  test(`${what}: ${errors.join(', ')}`, (t) => {
    t.deepEqual(read(fields), { ok: false, errors });
  });
}
