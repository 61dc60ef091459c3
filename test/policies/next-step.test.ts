import test from 'ava';
import { methodsFor, nextStep, proofSuffices } from '../../policies/next-step.ts';
import type { Method, Step, StepFacts } from '../../policies/next-step.ts';

const newcomer: StepFacts = {
  signedIn: true,
  levelMet: false,
  wantLevel: 2,
  bound: false,
  needsVneid: false,
  vneidInSession: false,
  proven: new Set(),
  phoneKnown: false,
  codeUnderWay: false,
  consentMissing: true,
};
const known: StepFacts = { ...newcomer, bound: true, phoneKnown: true };
const proven = (...steps: string[]) => ({ proven: new Set(['zalo', ...steps]) });

const table: readonly [title: string, facts: StepFacts, step: Step][] = [
  ['nobody signed in: login, whatever else holds', { ...known, signedIn: false, levelMet: true, consentMissing: false }, 'login'],
  ['level 1 wanted: consent', { ...newcomer, wantLevel: 1, levelMet: true }, 'consent'],
  ['level 1 wanted, nothing to ask: finish', { ...newcomer, wantLevel: 1, levelMet: true, consentMissing: false }, 'finish'],
  ['level met already: no proof is asked', { ...newcomer, levelMet: true }, 'consent'],
  ['level met, nothing to ask: finish', { ...newcomer, levelMet: true, consentMissing: false }, 'finish'],

  ['first time: choose (VNeID)', newcomer, 'choose'],
  ['first time, VNeID done, no phone: phone', { ...newcomer, ...proven('vneid') }, 'phone'],
  ['first time, VNeID done, phone given: code', { ...newcomer, ...proven('vneid'), phoneKnown: true }, 'code'],
  ['first time, VNeID and code done: consent', { ...newcomer, ...proven('vneid', 'otp'), phoneKnown: true }, 'consent'],
  ['first time, a code without VNeID is nothing', { ...newcomer, ...proven('otp'), phoneKnown: true, codeUnderWay: true }, 'choose'],

  ['bound: choose', known, 'choose'],
  ['bound, chose the code: code', { ...known, codeUnderWay: true }, 'code'],
  ['bound, chose the code, no phone: phone', { ...known, codeUnderWay: true, phoneKnown: false }, 'phone'],
  ['bound, code done: consent', { ...known, ...proven('otp'), codeUnderWay: true }, 'consent'],
  ['bound, VNeID done: consent, no code', { ...known, ...proven('vneid') }, 'consent'],
  ['bound, VNeID done while a code was under way: consent', { ...known, ...proven('vneid'), codeUnderWay: true }, 'consent'],
  ['bound, proof of an earlier transaction does not count here', { ...known, proven: new Set(['zalo']) }, 'choose'],

  ['VNeID asked for, not in session: choose', { ...known, needsVneid: true }, 'choose'],
  ['VNeID asked for, a code under way does not help', { ...known, needsVneid: true, codeUnderWay: true }, 'choose'],
  ['VNeID asked for, a code done does not help', { ...known, needsVneid: true, ...proven('otp') }, 'choose'],
  ['VNeID asked for and done: consent', { ...known, needsVneid: true, ...proven('vneid') }, 'consent'],
  ['VNeID used earlier in the session: a fresh code will do', { ...known, needsVneid: true, vneidInSession: true, codeUnderWay: true }, 'code'],
  ['VNeID used earlier in the session, code done: consent', { ...known, needsVneid: true, vneidInSession: true, ...proven('otp') }, 'consent'],
  ['proof done and nothing to ask: finish', { ...known, ...proven('vneid'), consentMissing: false }, 'finish'],
]; // prettier-ignore
for (const [title, facts, step] of table) {
  test(title, (t) => {
    t.is(nextStep(facts), step);
  });
}

const methods: readonly [title: string, facts: StepFacts, methods: readonly Method[]][] = [
  ['who is not bound can only use VNeID', newcomer, ['vneid']],
  ['who is bound may choose', known, ['otp', 'vneid']],
  ['VNeID asked for: only VNeID', { ...known, needsVneid: true }, ['vneid']],
  ['VNeID asked for and used in the session: both', { ...known, needsVneid: true, vneidInSession: true }, ['otp', 'vneid']],
  ['after VNeID nothing is left to choose', { ...known, ...proven('vneid') }, []],
  ['after VNeID of a newcomer nothing is left to choose', { ...newcomer, ...proven('vneid') }, []],
]; // prettier-ignore
for (const [title, facts, expected] of methods) {
  test(title, (t) => {
    t.deepEqual(methodsFor(facts), expected);
  });
}

/** Every combination of what a proof depends on. */
function* combinations(): Generator<StepFacts> {
  const flags = ['signedIn', 'levelMet', 'bound', 'needsVneid', 'vneidInSession', 'phoneKnown', 'codeUnderWay', 'consentMissing'] as const; // prettier-ignore
  for (let bits = 0; bits < 2 ** flags.length; bits += 1) {
    const facts = Object.fromEntries(flags.map((flag, i) => [flag, (bits & (2 ** i)) !== 0]));
    for (const steps of [[], ['otp'], ['vneid'], ['vneid', 'otp']])
      for (const wantLevel of [1, 2] as const)
        yield { ...newcomer, ...facts, wantLevel, proven: new Set(steps) };
  }
}

test('over all combinations: nobody goes past a level that is wanted and not proven', (t) => {
  let count = 0;
  for (const facts of combinations()) {
    count += 1;
    const step = nextStep(facts);
    const past = step === 'consent' || step === 'finish';
    if (!facts.signedIn) t.is(step, 'login');
    else if (past && facts.wantLevel === 2 && !facts.levelMet) {
      t.true(proofSuffices(facts));
      t.true(facts.proven.has('vneid') || (facts.bound && facts.proven.has('otp')));
    }
    if (step === 'finish') t.false(facts.consentMissing);
    if (step === 'choose') t.true(methodsFor(facts).length > 0, 'a choice is never empty');
    if (step === 'code') t.true(facts.phoneKnown, 'a code always has somewhere to go');
  }
  t.is(count, 2048);
});
