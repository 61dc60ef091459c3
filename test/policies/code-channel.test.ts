import test from 'ava';
import {
  amrOfCode,
  codeCompletes,
  isIndependentFactor,
  isUndelivered,
  mayFallBack,
} from '../../policies/code-channel.ts';
import type { MessageFate } from '../../policies/code-channel.ts';

// Contract identity-vn 10 to 12, protocol design 9, decision 0014.

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, seconds));
const accepted = { at: at(1), accepted: true };
const refused = { at: at(1), accepted: false };

const fates: readonly [what: string, fate: Omit<MessageFate, 'queuedAt'>, reports: boolean, seconds: number, undelivered: boolean][] = [
  ['refused by the gateway', { done: refused, delivery: undefined }, true, 2, true],
  ['refused by a gateway that reports nothing', { done: refused, delivery: undefined }, false, 2, true],
  ['reported as failed', { done: accepted, delivery: 'failed' }, true, 2, true],
  ['reported as delivered', { done: accepted, delivery: 'delivered' }, true, 600, false],
  ['accepted, and no report for 19 s', { done: accepted, delivery: undefined }, true, 20, false],
  ['accepted, and no report for 20 s', { done: accepted, delivery: undefined }, true, 21, true],
  ['accepted by a gateway that reports nothing: silence says nothing', { done: accepted, delivery: undefined }, false, 600, false],
  ['waiting for a gateway that is down, 19 s', { done: undefined, delivery: undefined }, true, 19, false],
  ['waiting for a gateway that is down, 20 s', { done: undefined, delivery: undefined }, false, 20, true],
]; // prettier-ignore
for (const [what, fate, reports, seconds, undelivered] of fates)
  test(`a message ${what}: ${undelivered ? 'not delivered' : 'not known to be lost'}`, (t) => {
    t.is(isUndelivered({ queuedAt: at(0), ...fate }, reports, at(seconds)), undelivered);
  });

const roads: readonly [proven: string[], znsOffered: boolean, undelivered: boolean, open: boolean][] = [
  [['zalo', 'vneid'], true, true, true],
  [['zalo', 'vneid'], true, false, false],
  [['zalo', 'vneid'], false, true, false],
  [['zalo'], true, true, false],
  [['zalo', 'chip'], true, true, false],
  [['zalo', 'card'], true, true, false],
  [['zalo', 'counter'], true, true, false],
];
for (const [proven, znsOffered, undelivered, open] of roads)
  test(`after ${proven.join(' and ')}, SMS ${undelivered ? 'lost' : 'delivered'}, Zalo ${znsOffered ? 'offered' : 'not offered'}: ${open ? 'a code may come through Zalo' : 'no code through Zalo'}`, (t) => {
    t.is(mayFallBack({ proven: new Set(proven), znsOffered, undelivered }), open);
  });

test('only an SMS is a factor of its own, and amr never calls a Zalo code an SMS', (t) => {
  t.true(isIndependentFactor('sms'));
  t.false(isIndependentFactor('zns'));
  t.deepEqual(amrOfCode('sms'), ['otp', 'sms']);
  t.deepEqual(amrOfCode('zns'), ['otp', 'zns']);
  for (const step of ['card', 'chip', 'counter']) {
    t.true(codeCompletes('sms', new Set(['zalo', step])));
    t.false(codeCompletes('zns', new Set(['zalo', step])));
  }
});
