import test from 'ava';
import { parsePhoneNumber } from '../../policies/phone-number.ts';
import vectors from '../vectors/phone.json' with { type: 'json' };

for (const vector of vectors.vectors) {
  test(`phone vector ${vector.id}`, (t) => {
    // The file says `accept` for a decision still to take; the reading reports it as taken.
    const { accept, ...expected } = vector.expect;
    const { accepted, ...reading } = parsePhoneNumber(vector.input);
    t.is(accepted, accept);
    t.deepEqual<unknown, unknown>(reading, expected);
  });
}

test('every conversion of 2018 is offered, none is done', (t) => {
  for (const [before, after] of Object.entries(vectors.conversion2018)) {
    t.deepEqual(parsePhoneNumber(`${before}3456789`), {
      accepted: false,
      reason: 'old_eleven_digit_mobile',
      suggestion: `+84${after.slice(1)}3456789`,
    });
  }
});

const refused: readonly [input: unknown, reason: string][] = [
  ['+', 'not_a_number'],
  ['()', 'not_a_number'],
  ['09+12345678', 'not_a_number'],
  ['0912345678\n', 'not_a_number'],
  ['0912345678;1', 'not_a_number'],
  [' '.repeat(15) + '0912345678', 'not_a_number'],
  [null, 'not_a_number'],
  [['0912345678'], 'not_a_number'],
  ['+84', 'wrong_length'],
  ['0085212345678', 'not_vietnam'],
  ['+842763000000', 'fixed_line'],
  ['842763000000', 'fixed_line'],
];
for (const [input, reason] of refused) {
  test(`${JSON.stringify(input)} is refused as ${reason}`, (t) => {
    t.deepEqual<unknown, unknown>(parsePhoneNumber(input), { accepted: false, reason });
  });
}

test('a mobile that begins with 84 is not mistaken for the country code', (t) => {
  const reading = parsePhoneNumber('842345678');
  t.is(reading.accepted ? reading.e164 : reading.reason, '+84842345678');
});
