import { parse } from 'mrz';
import test from 'ava';
import { checkDigit, readMrz } from '../../cards/mrz.ts';
import vectors from '../vectors/mrz.json' with { type: 'json' };

const clock = new Date(vectors.clock);
const AN = 'IDVNM1900000118072190000011<<19006153F3006151VNM<<<<<<<<<<<4NGUYEN<<THI<MINH<AN<<<<<<<<<<<';

for (const { input, expect, note } of vectors.checkDigit) {
  test(`check digit of ${input}: ${note}`, (t) => {
    t.is(checkDigit(input), expect);
  });
}

test('the composite digit of the ICAO specimen', (t) => {
  const [first = '', second = ''] = vectors.compositeSpecimen.lines;
  const covered = first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18, 29);
  t.is(checkDigit(covered), vectors.compositeSpecimen.expect);
});

for (const { id, lines, expect } of [...vectors.valid, ...vectors.invalid]) {
  test(`MRZ vector ${id}`, (t) => {
    t.deepEqual<unknown, unknown>(readMrz(lines.join('\n'), clock), expect);
  });
}

test('every error code of the contract is met by a vector', (t) => {
  const met = new Set(vectors.invalid.flatMap(({ expect }) => expect.errors));
  t.deepEqual([...met].sort(), Object.keys(vectors.errorCodes).sort());
});

test('lines pasted with spaces, tabs and Windows line ends are the same zone', (t) => {
  const messy = ` ${AN.slice(0, 30)}\r\n\t${AN.slice(30, 45)}   ${AN.slice(45, 60)}\r\n${AN.slice(60)} \n`;
  t.deepEqual(readMrz(messy, clock), readMrz(AN, clock));
});

test('a card is good to the end of its last day in Việt Nam', (t) => {
  const expired = (at: string) => {
    const reading = readMrz(AN, new Date(at));
    return reading.ok && reading.expired;
  };
  t.false(expired('2030-06-15T16:59:59Z'));
  t.true(expired('2030-06-15T17:00:00Z'));
});

test('any single digit or letter changed in a field under a check digit is noticed', (t) => {
  // Line 1 from 6, line 2 birth date and expiry with their digits. `<` and 0 count the same, by design of ICAO.
  const covered = [...Array(25).keys()].map((at) => at + 5).concat([...Array(7).keys()].map((at) => at + 30), [...Array(7).keys()].map((at) => at + 38)); // prettier-ignore
  for (const at of covered) {
    for (const other of '0123456789') {
      if (AN[at] === other) continue;
      const changed = AN.slice(0, at) + other + AN.slice(at + 1);
      t.false(readMrz(changed, clock).ok, `${at}: ${other}`);
    }
  }
});

test('package mrz alone takes what the contract refuses: why its answer is not enough', (t) => {
  for (const id of ['document-not-tail-of-number', 'year-differs-from-number', 'sex-flipped']) {
    const vector = vectors.invalid.find((one) => one.id === id);
    t.true(parse(vector?.lines ?? []).valid, id);
  }
});
