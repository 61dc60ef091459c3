import test from 'ava';
import { ageBand, isChild, sixteenthBirthday } from '../../policies/age.ts';
import type { AgeBand } from '../../policies/age.ts';

// Midnight in Việt Nam is 17:00 UTC of the day before.
const table: readonly (readonly [birthdate: string, now: string, band: AgeBand])[] = [
  ['2012-07-20', '2026-11-22T08:00:00Z', '7-15'],
  ['2019-11-23', '2026-11-22T16:59:59.999Z', '0-6'],
  ['2019-11-23', '2026-11-22T17:00:00Z', '7-15'],
  ['2010-11-23', '2026-11-22T16:59:59.999Z', '7-15'],
  ['2010-11-23', '2026-11-22T17:00:00Z', '16-17'],
  ['2008-11-23', '2026-11-22T16:59:59.999Z', '16-17'],
  ['2008-11-23', '2026-11-22T17:00:00Z', 'adult'],
  // The calendar of Greenwich says the day before, or the day after: neither counts.
  ['2010-11-22', '2026-11-21T17:00:00Z', '16-17'],
  ['2010-11-24', '2026-11-23T00:00:00Z', '7-15'],
  // 29 February in a year without one: the year is full when 28 February is over.
  ['2012-02-29', '2019-02-28T16:59:59.999Z', '0-6'],
  ['2012-02-29', '2019-02-28T17:00:00Z', '7-15'],
  ['2012-02-29', '2028-02-28T16:59:59.999Z', '7-15'],
  ['2012-02-29', '2028-02-28T17:00:00Z', '16-17'],
  ['2012-02-29', '2030-02-28T16:59:59.999Z', '16-17'],
  ['2012-02-29', '2030-02-28T17:00:00Z', 'adult'],
  // A year alone: as young as it can be.
  ['2010', '2026-12-30T16:59:59.999Z', '7-15'],
  ['2010', '2026-12-30T17:00:00Z', '16-17'],
  ['2019', '2026-11-22T08:00:00Z', '0-6'],
  ['1954', '2026-11-22T08:00:00Z', 'adult'],
  // Not born yet by our clock: certainly no adult.
  ['2027-01-01', '2026-11-22T08:00:00Z', '0-6'],
];

for (const [birthdate, now, band] of table) {
  test(`born ${birthdate}, at ${now}: ${band}`, (t) => {
    t.is(ageBand(birthdate, new Date(now)), band);
    t.is(isChild(birthdate, new Date(now)), band === '0-6' || band === '7-15');
  });
}

test('somebody turns 16 at midnight in Việt Nam', (t) => {
  t.is(sixteenthBirthday('2012-07-20').toISOString(), '2028-07-19T17:00:00.000Z');
  t.is(sixteenthBirthday('2012-02-29').toISOString(), '2028-02-28T17:00:00.000Z');
  t.is(sixteenthBirthday('2084-02-29').toISOString(), '2100-02-28T17:00:00.000Z', '2100 has no 29 February');
  t.is(sixteenthBirthday('2010').toISOString(), '2026-12-30T17:00:00.000Z');
});

test('the moment of the 16th birthday is the moment childhood ends', (t) => {
  for (const [birthdate] of table) {
    const moment = sixteenthBirthday(birthdate);
    t.false(isChild(birthdate, moment), birthdate);
    t.true(isChild(birthdate, new Date(moment.getTime() - 1)), birthdate);
  }
});

test('what is not a birth date is a bug, not an adult', (t) => {
  for (const odd of ['', '20120720', '2012-07', '20/07/2012', '2012-7-2', '12-07-20'])
    t.throws(() => ageBand(odd, new Date('2026-11-22T08:00:00Z')), { message: /birth date/ }, odd);
});
