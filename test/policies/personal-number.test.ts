import test from 'ava';
import {
  crossCheckPersonalNumber,
  isDemoPersonalNumber,
  parsePersonalNumber,
  type Sex,
} from '../../policies/personal-number.ts';
import placeCodes from '../vectors/place-codes.json' with { type: 'json' };
import vectors from '../vectors/personal-number.json' with { type: 'json' };

const clock = new Date(vectors.clock);

for (const vector of vectors.parse) {
  test(`personal number vector ${vector.id}`, (t) => {
    const { personalNumber, ...reading } = {
      personalNumber: undefined,
      ...parsePersonalNumber(vector.input, clock),
    };
    t.deepEqual<unknown, unknown>(reading, vector.expect);
    t.is<unknown, unknown>(personalNumber, 'placeCode' in vector.expect ? vector.input : undefined);
  });
}

for (const vector of vectors.crossCheck) {
  test(`personal number against birth date and sex: ${vector.id}`, (t) => {
    // The vectors hold only these two words.
    const sex = vector.input.sex as Sex | undefined;
    t.deepEqual<unknown, unknown>(
      crossCheckPersonalNumber({ ...vector.input, sex }),
      vector.expect.conflicts,
    );
  });
}

test('each of the 63 old provinces is known by name, and nothing else is', (t) => {
  const names = new Map(placeCodes.placeCodes.map(({ code, name }) => [code, name]));
  t.is(names.size, 63);
  for (let place = 0; place < 1000; place++) {
    const code = String(place).padStart(3, '0');
    const reading = parsePersonalNumber(`${code}190000011`, clock);
    t.true(reading.ok);
    t.is('placeName' in reading ? reading.placeName : undefined, names.get(code) ?? null);
  }
});

test('a year begins in Vietnam seven hours before it begins in Greenwich', (t) => {
  t.false(parsePersonalNumber('999227000014', new Date('2026-12-31T16:59:59Z')).ok);
  t.true(parsePersonalNumber('999227000014', new Date('2026-12-31T17:00:00Z')).ok);
});

test('only place code 999 is a demo person', (t) => {
  t.true(isDemoPersonalNumber('999190000011'));
  t.false(isDemoPersonalNumber('072190000011'));
});
