import test from 'ava';
import { readQr } from '../../cards/qr.ts';
import vectors from '../vectors/qr.json' with { type: 'json' };

const clock = new Date(vectors.clock);
const right = '072190000011|290000011|Nguyễn Thị Minh An|15061990|Nữ|Tây Ninh|01072021';

for (const { id, input, expect } of vectors.vectors) {
  test(`QR vector ${id}`, (t) => {
    t.deepEqual<unknown, unknown>(readQr(input, clock), expect);
  });
}

test('every error code of the contract is met by a vector', (t) => {
  const met = new Set(vectors.vectors.flatMap(({ expect }) => expect.errors));
  t.deepEqual([...met].sort(), Object.keys(vectors.errorCodes).sort());
});

const refused: readonly [what: string, input: string, errors: readonly string[]][] = [
  ['a name of spaces', right.replace('Nguyễn Thị Minh An', ' \u00a0 '), ['name']],
  ['a date of the year 0000', right.replace('15061990', '15060000'), ['dob']],
  ['full-width digits', right.replace('072190000011', '０72190000011'), ['pin_format']],
  ['a number with a space in it', right.replace('072190000011', '072 190000011'), ['pin_format']],
  ['pipes and nothing between them', '|'.repeat(6), ['dob', 'issue_date', 'name', 'pin_format', 'sex']],
];
for (const [what, input, errors] of refused) {
  test(`QR with ${what} is refused`, (t) => {
    t.deepEqual<unknown, unknown>(readQr(input, clock), { ok: false, errors });
  });
}

test('megabytes of pipes are read at once', (t) => {
  const startedAt = performance.now();
  t.false(readQr('|'.repeat(1_000_000), clock).ok);
  t.true(performance.now() - startedAt < 1_000);
});
