// Which screen comes next in a sign-in. Pure: everything it looks at is in its argument, so the
// table in test/policies/next-step.test.ts is the whole story. The same function serves web pages
// and, later, the mini app's challenge endpoint.

export type Method = 'vneid' | 'otp';
export type Step = 'login' | 'choose' | 'phone' | 'code' | 'consent' | 'finish';

export type StepFacts = {
  readonly signedIn: boolean;
  /** Level and age asked for are already met by this session. */
  readonly levelMet: boolean;
  readonly wantLevel: 1 | 2;
  /** An identity binding is in force. */
  readonly bound: boolean;
  /** Some action asked for accepts level 2 only when VNeID was used in this session. */
  readonly needsVneid: boolean;
  readonly vneidInSession: boolean;
  /** Steps proven in this transaction. */
  readonly proven: ReadonlySet<string>;
  /** A verified phone is on record, or a number was given in this transaction. */
  readonly phoneKnown: boolean;
  /** The person chose the code as method, or has a code under way. */
  readonly codeUnderWay: boolean;
  readonly consentMissing: boolean;
};

/** The next step. Level 2 = a binding in force and a factor independent of Zalo, fresh in this session. */
export function nextStep(facts: StepFacts): Step {
  if (!facts.signedIn) return 'login';
  if (facts.wantLevel === 2 && !facts.levelMet) {
    const open = openProof(facts);
    if (open !== undefined) return open;
  }
  return facts.consentMissing ? 'consent' : 'finish';
}

/** The methods a person may choose from now. Empty when no proof is missing. */
export function methodsFor(facts: StepFacts): readonly Method[] {
  const vneidDone = facts.proven.has('vneid');
  if (vneidDone) return [];
  if (!facts.bound) return ['vneid'];
  return facts.needsVneid && !facts.vneidInSession ? ['vneid'] : ['otp', 'vneid'];
}

/** True when the facts of this transaction suffice for level 2. */
export function proofSuffices(facts: StepFacts): boolean {
  return openProof(facts) === undefined;
}

function openProof(facts: StepFacts): Step | undefined {
  const vneid = facts.proven.has('vneid');
  const otp = facts.proven.has('otp');
  const code: Step = facts.phoneKnown ? 'code' : 'phone';
  // The first binding asks for both: who the person is, and a phone that answers.
  if (!facts.bound) return vneid ? (otp ? undefined : code) : 'choose';
  if (facts.needsVneid && !facts.vneidInSession && !vneid) return 'choose';
  if (vneid || otp) return undefined;
  return facts.codeUnderWay ? code : 'choose';
}
