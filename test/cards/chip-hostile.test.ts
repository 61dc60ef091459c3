import test from 'ava';
import type { ChipFiles } from '../../cards/chip/files.ts';
import { hostileObjects } from '../../sandbox/cards/hostile.ts';
import { cardOf, filesOf, flipped, verified } from './chip-cards.ts';

// A verifier of strangers' bytes: it never throws, never says valid, and never works long.

// One generator for all runs, so that a failure can be seen again.
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const names = ['sod', 'dg1', 'dg2', 'dg13', 'dg14', 'dg15'] as const;
const files = filesOf(cardOf());

test('every file cut anywhere is refused', (t) => {
  for (const name of names) {
    const whole = files[name] ?? Buffer.alloc(0);
    const step = Math.max(1, Math.floor(whole.length / 150));
    for (let length = 0; length < whole.length; length += step) {
      const result = verified({ ...files, [name]: whole.subarray(0, length) });
      t.not(result.status, 'valid', `${name} cut to ${length}`);
    }
  }
});

test('two thousand random changes: a file under the list is never taken for genuine', (t) => {
  const next = numbers(20_261_122);
  let refused = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const name = names[next(names.length)] ?? 'sod';
    let bytes = files[name] ?? Buffer.alloc(0);
    for (let changes = next(3) + 1; changes > 0; changes -= 1)
      bytes = flipped(bytes, next(bytes.length), next(8));
    if (bytes.equals(files[name] ?? Buffer.alloc(0))) continue; // the same bit twice
    const result = verified({ ...files, [name]: bytes });
    // What lies outside the signature decides nothing: names beside the certificate, redundant numbers.
    if (result.status === 'valid') t.true(name === 'sod' && isHarmless(result), `${round} ${name}`);
    else refused += 1;
  }
  t.true(refused > 1_500, `${refused} were refused`);
});

const isHarmless = (result: ReturnType<typeof verified>) =>
  result.status === 'valid' && result.card.personalNumber === '999190000011' && result.chipAuth === 'passed_unbound'; // prettier-ignore

test('random bytes and random members are refused', (t) => {
  const next = numbers(7);
  for (let round = 0; round < 500; round += 1) {
    const noise = Buffer.from(Array.from({ length: next(600) + 2 }, () => next(256)));
    noise[0] = 0x77;
    t.not(verified({ ...files, sod: noise }).status, 'valid');
  }
  for (const sod of [
    Buffer.alloc(0),
    Buffer.from([0x77]),
    Buffer.from([0x77, 0]),
    Buffer.from('77023000', 'hex'),
  ])
    t.not(verified({ ...files, sod }).status, 'valid');
});

for (const [what, sod] of hostileObjects(300_000)) {
  test(`a list made of ${what} costs little`, (t) => {
    const begun = performance.now();
    t.is(verified({ ...files, sod }).status, 'error');
    // 50 ms is the promise of one core left alone (bench/chip.ts); tests share theirs.
    t.true(performance.now() - begun < 500);
  });
}

for (const [name, tag] of [['dg1', 0x61], ['dg13', 0x6d], ['dg14', 0x6e], ['dg15', 0x6f]] as const) {
  test(`${name.toUpperCase()} made of hostile bytes is refused by its hash before it is read`, (t) => {
    for (const [, sod] of hostileObjects(15_000)) {
      const hostile: ChipFiles = { ...files, [name]: Buffer.concat([Buffer.from([tag]), sod.subarray(1)]) };
      t.not(verified(hostile).status, 'valid');
    }
  });
} // prettier-ignore
