import test from 'ava';
import type { Method } from '../../policies/methods.ts';
import { methodsFor, nextStep } from '../../policies/next-step.ts';
import type { Step, StepFacts } from '../../policies/next-step.ts';

const EVERY: readonly Method[] = ['vneid', 'chip', 'card', 'counter', 'passkey', 'otp'];
const accepts = (...methods: Method[]) => ({ accepted: new Set(methods) });
const proven = (...steps: string[]) => ({ proven: new Set(['zalo', ...steps]) });

const newcomer: StepFacts = {
  signedIn: true,
  levelMet: false,
  wantLevel: 2,
  bound: false,
  accepted: new Set(EVERY),
  hasPasskey: false,
  codeSuffices: false,
  chosen: undefined,
  proven: new Set(['zalo']),
  brakeAnswered: true,
  held: false,
  elsewhere: undefined,
  phoneKnown: false,
  consentMissing: true,
  guardianMissing: false,
};
const known: StepFacts = {
  ...newcomer,
  bound: true,
  brakeAnswered: false,
  phoneKnown: true,
  codeSuffices: true,
};
const lostPhone: StepFacts = { ...known, codeSuffices: false };

const table: readonly [title: string, facts: StepFacts, step: Step][] = [
  ['nobody signed in: login, whatever else holds', { ...known, signedIn: false, levelMet: true, consentMissing: false }, 'login'],
  ['level 1 wanted: consent', { ...newcomer, wantLevel: 1, levelMet: true }, 'consent'],
  ['level 1 wanted, nothing to ask: finish', { ...newcomer, wantLevel: 1, levelMet: true, consentMissing: false }, 'finish'],
  ['level 1 wanted: no scam question', { ...newcomer, wantLevel: 1, brakeAnswered: false }, 'consent'],
  ['level met already: no proof is asked', { ...newcomer, levelMet: true }, 'consent'],
  ['level met, nothing to ask: finish', { ...newcomer, levelMet: true, consentMissing: false }, 'finish'],
  ['level met for a small act on a new device: a large one waits', { ...known, levelMet: true, held: true }, 'hold'],
  ['level met, level 1 wanted: nothing waits', { ...known, wantLevel: 1, levelMet: true, held: true }, 'consent'],

  ['first time: is somebody calling?', { ...newcomer, brakeAnswered: false }, 'brake'],
  ['first time, asked: choose', newcomer, 'choose'],
  ['first time, a chosen method does not go round the question', { ...newcomer, brakeAnswered: false, chosen: 'card' }, 'brake'],
  ['first time, VNeID chosen: it has no page of ours', { ...newcomer, chosen: 'vneid' }, 'choose'],
  ['first time, card chosen: card', { ...newcomer, chosen: 'card' }, 'card'],
  ['first time, chip chosen: chip', { ...newcomer, chosen: 'chip' }, 'chip'],
  ['first time, counter chosen: counter', { ...newcomer, chosen: 'counter' }, 'counter'],
  ['first time, a passkey is not open', { ...newcomer, chosen: 'passkey', hasPasskey: true }, 'choose'],
  ['first time, a code alone is not open', { ...newcomer, chosen: 'otp', codeSuffices: true, phoneKnown: true }, 'choose'],
  ['first time, a method the service refuses is not open', { ...newcomer, chosen: 'card', ...accepts('vneid') }, 'choose'],
  ...(['vneid', 'chip', 'card', 'counter'] as const).flatMap((step): [string, StepFacts, Step][] => [
    [`first time, ${step} done, no phone: phone`, { ...newcomer, ...proven(step) }, 'phone'],
    [`first time, ${step} done, phone given: code`, { ...newcomer, ...proven(step), phoneKnown: true }, 'code'],
    [`first time, ${step} and code done: consent`, { ...newcomer, ...proven(step, 'otp'), phoneKnown: true }, 'consent'],
  ]),
  ['first time, a code without an identity is nothing', { ...newcomer, ...proven('otp'), phoneKnown: true, chosen: 'otp' }, 'choose'],
  ['first time, a passkey without an identity is nothing', { ...newcomer, ...proven('passkey'), phoneKnown: true }, 'choose'],

  ['another account of the person: ask', { ...newcomer, ...proven('vneid'), elsewhere: 'ask' }, 'elsewhere'],
  ['another account, wants to move: a phone must answer', { ...newcomer, ...proven('vneid'), elsewhere: 'agreed' }, 'phone'],
  ['another account, wish written down: wait', { ...newcomer, ...proven('vneid', 'otp'), elsewhere: 'waiting', phoneKnown: true }, 'waiting'],
  ['another account, still waiting the day after: wait, no code', { ...newcomer, ...proven('vneid'), elsewhere: 'waiting' }, 'waiting'],

  ['bound: choose', known, 'choose'],
  ['bound: the scam question is for the first binding', { ...known, brakeAnswered: false }, 'choose'],
  ['bound, chose the code: code', { ...known, chosen: 'otp' }, 'code'],
  ['bound, chose the code, no phone: phone', { ...known, chosen: 'otp', phoneKnown: false }, 'phone'],
  ['bound, code done: consent', { ...known, ...proven('otp'), chosen: 'otp' }, 'consent'],
  ['bound, VNeID done: consent, no code', { ...known, ...proven('vneid') }, 'consent'],
  ['bound, passkey chosen: passkey', { ...known, hasPasskey: true, chosen: 'passkey' }, 'passkey'],
  ['bound, passkey chosen and none there: choose', { ...known, chosen: 'passkey' }, 'choose'],
  ['bound, passkey done: consent', { ...known, hasPasskey: true, ...proven('passkey') }, 'consent'],
  ['bound, a proof of an earlier transaction does not count here', { ...known, proven: new Set(['zalo']) }, 'choose'],
  ['bound, chip done: the code is still missing', { ...lostPhone, ...proven('chip') }, 'code'],
  ['bound, counter done, number not known: phone', { ...lostPhone, ...proven('counter'), phoneKnown: false }, 'phone'],
  ['bound, counter and code done: consent', { ...lostPhone, ...proven('counter', 'otp') }, 'consent'],

  ['a new device waits', { ...known, held: true }, 'hold'],
  ['a new device waits also after a choice', { ...known, held: true, chosen: 'otp' }, 'hold'],
  ['a first binding has no other device to tell', { ...newcomer, held: true }, 'choose'],

  ['VNeID asked for: choose', { ...known, ...accepts('vneid') }, 'choose'],
  ['VNeID asked for, the code chosen: choose', { ...known, ...accepts('vneid'), chosen: 'otp' }, 'choose'],
  ['VNeID asked for, a code done does not help', { ...known, ...accepts('vneid'), ...proven('otp') }, 'choose'],
  ['VNeID asked for, a passkey done does not help', { ...known, ...accepts('vneid'), ...proven('passkey') }, 'choose'],
  ['VNeID asked for and done: consent', { ...known, ...accepts('vneid'), ...proven('vneid') }, 'consent'],
  ['proof done and nothing to ask: finish', { ...known, ...proven('vneid'), consentMissing: false }, 'finish'],

  ['under 16, nobody has answered: the representative', { ...known, levelMet: true, guardianMissing: true }, 'guardian'],
  ['under 16, nothing to agree to: finish', { ...known, levelMet: true, guardianMissing: true, consentMissing: false }, 'finish'],
  ['under 16: the level comes first', { ...known, guardianMissing: true }, 'choose'],
]; // prettier-ignore
for (const [title, facts, step] of table) {
  test(title, (t) => {
    t.is(nextStep(facts), step);
  });
}

const methods: readonly [title: string, facts: StepFacts, methods: readonly Method[]][] = [
  ['who is not bound says who they are', newcomer, ['vneid', 'card', 'counter', 'chip']],
  ['who is not bound: only what the service accepts', { ...newcomer, ...accepts('vneid', 'otp', 'passkey') }, ['vneid']],
  ['once identified there is nothing to choose', { ...newcomer, ...proven('card') }, []],
  ['who is bound proves it is the same person', known, ['otp', 'vneid']],
  ['a passkey comes first', { ...known, hasPasskey: true }, ['passkey', 'otp', 'vneid']],
  ['a printed card is no proof of a bound person', lostPhone, ['vneid', 'counter', 'chip']],
  ['without a usable phone a passkey still is one', { ...lostPhone, hasPasskey: true }, ['passkey', 'vneid']],
  ['what is done is not offered again', { ...known, ...accepts('otp', 'vneid'), ...proven('otp') }, ['vneid']],
  ['VNeID asked for: only VNeID', { ...known, ...accepts('vneid') }, ['vneid']],
  ['nothing accepted: nothing offered', { ...known, ...accepts() }, []],
]; // prettier-ignore
for (const [title, facts, expected] of methods) {
  test(`methods: ${title}`, (t) => {
    t.deepEqual(methodsFor(facts), expected);
  });
}

test('no order of proofs without an identity step leads a newcomer past the choice', (t) => {
  for (const steps of [[], ['otp'], ['passkey'], ['otp', 'passkey'], ['recovery'], ['nonsense']]) {
    for (const chosen of [undefined, ...EVERY]) {
      const step = nextStep({ ...newcomer, ...proven(...steps), chosen, phoneKnown: true, codeSuffices: true, hasPasskey: true }); // prettier-ignore
      t.true(['choose', 'card', 'chip', 'counter'].includes(step), `${steps.join()} ${chosen}: ${step}`);
    }
  }
});
