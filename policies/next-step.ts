// Which screen comes next in a sign-in. Pure: everything it looks at is in its argument, so the
// table in test/policies/next-step.test.ts is the whole story. The same function serves web pages
// and the mini app's challenge endpoint: one machine, two faces.

import { isIdentityStep } from './methods.ts';
import type { Method } from './methods.ts';

export type Step =
  | 'login'
  /** "Is somebody guiding you over the telephone?", before the first binding. */
  | 'brake'
  /** A new device waits until a notice has gone to the person's other channels. */
  | 'hold'
  | 'choose'
  | 'card'
  | 'chip'
  | 'counter'
  | 'passkey'
  /** The person proven here has another account: move here, or stop. */
  | 'elsewhere'
  /** Asked to move; the other account's channels were told and may object until a day has passed. */
  | 'waiting'
  | 'phone'
  | 'code'
  /** Under 16: the legal representative answers. */
  | 'guardian'
  | 'consent'
  | 'finish';

export type StepFacts = {
  readonly signedIn: boolean;
  /** Level and age asked for are already met by this session. */
  readonly levelMet: boolean;
  readonly wantLevel: 1 | 2;
  /** An identity binding is in force. */
  readonly bound: boolean;
  /** Methods this house offers and every action asked for would accept. */
  readonly accepted: ReadonlySet<Method>;
  readonly hasPasskey: boolean;
  /** A code to the phone on record is proof on its own: not contested, not long silent, not disabled. */
  readonly codeSuffices: boolean;
  /** The method the person chose in this transaction. */
  readonly chosen: Method | undefined;
  /** Steps proven in this transaction. */
  readonly proven: ReadonlySet<string>;
  readonly brakeAnswered: boolean;
  /** A new device's first act of high risk, and the notice has not had its time. */
  readonly held: boolean;
  readonly elsewhere: 'ask' | 'agreed' | 'waiting' | undefined;
  /** A verified phone is on record, or a number was given in this transaction. */
  readonly phoneKnown: boolean;
  readonly consentMissing: boolean;
  /** The person is under 16 and no representative has answered. */
  readonly guardianMissing: boolean;
};

/** The next step. Level 2 = a binding in force and a factor independent of Zalo, fresh in this session. */
export function nextStep(facts: StepFacts): Step {
  if (!facts.signedIn) return 'login';
  if (facts.wantLevel === 2) {
    // What was proven for a small act on a new machine does not spare a large one the wait.
    const held = facts.held ? 'hold' : undefined;
    const open = facts.levelMet ? held : openProof(facts);
    if (open !== undefined) return open;
  }
  if (!facts.consentMissing) return 'finish';
  return facts.guardianMissing ? 'guardian' : 'consent';
}

/** The methods a person may choose from now. Empty when no choice is open. */
export function methodsFor(facts: StepFacts): readonly Method[] {
  const { bound, proven, accepted } = facts;
  const offered = (methods: readonly Method[]) =>
    methods.filter((method) => accepted.has(method) && !proven.has(method));
  // What most people can do stands first; few have a reader for a chip.
  if (!bound) return identityProven(facts) ? [] : offered(['vneid', 'card', 'counter', 'chip']);
  const factors: Method[] = [];
  if (facts.hasPasskey) factors.push('passkey');
  if (facts.codeSuffices) factors.push('otp');
  const short = offered(factors);
  // Who is bound proves only that it is still the same person; the long ways are for those who cannot.
  return short.length > 0 ? [...short, ...offered(['vneid'])] : offered(['vneid', 'counter', 'chip']);
}

const FACTORS = ['otp', 'passkey', 'vneid'] as const;
const PAGE_OF: Readonly<Partial<Record<Method, Step>>> = {
  card: 'card',
  chip: 'chip',
  counter: 'counter',
  passkey: 'passkey',
};

const identityProven = ({ proven }: StepFacts) => [...proven].some(isIdentityStep);

function openProof(facts: StepFacts): Step | undefined {
  const { proven } = facts;
  const code: Step = facts.phoneKnown ? 'code' : 'phone';
  if (!facts.bound) {
    if (!identityProven(facts)) return facts.brakeAnswered ? chosenPage(facts, code) : 'brake';
    if (facts.elsewhere === 'ask') return 'elsewhere';
    if (facts.elsewhere === 'waiting') return 'waiting';
    // The first binding asks for both: who the person is, and a phone that answers.
    return proven.has('otp') ? undefined : code;
  }
  if (FACTORS.some((factor) => proven.has(factor) && facts.accepted.has(factor))) return undefined;
  if (facts.held) return 'hold';
  return identityProven(facts) && !proven.has('otp') ? code : chosenPage(facts, code);
}

// VNeID has no page of ours; a method that is no longer open sends the person back to the choice.
function chosenPage(facts: StepFacts, code: Step): Step {
  if (facts.chosen === undefined || !methodsFor(facts).includes(facts.chosen)) return 'choose';
  return facts.chosen === 'otp' ? code : (PAGE_OF[facts.chosen] ?? 'choose');
}
