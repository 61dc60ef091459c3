// What each way to prove something is worth: which evidence it yields, and which amr values stand in
// tokens afterwards (contract identity-vn 11 and 12). Pure.

import { meetsMethod } from './decide.ts';
import type { MethodRule } from './decide.ts';

export type Method = 'vneid' | 'chip' | 'card' | 'counter' | 'passkey' | 'otp';
export type IdentitySource = 'vneid' | 'chip_c06' | 'counter' | 'register_match';
/** Steps that say who a person is. The others only say that it is the same person again. */
export type IdentityStep = 'vneid' | 'chip' | 'card' | 'counter';

export const SOURCE_OF: Readonly<Record<IdentityStep, IdentitySource>> = {
  vneid: 'vneid',
  chip: 'chip_c06',
  counter: 'counter',
  card: 'register_match',
};

// Weakest first. A register match says that the person exists, not that this is the person; at the
// counter a human compared face and card; chip and VNeID rest on the Ministry's own systems.
const STRENGTH: readonly IdentitySource[] = ['register_match', 'counter', 'chip_c06', 'vneid'];

export const isIdentityStep = (step: string): step is IdentityStep => step in SOURCE_OF;

export const isIdentitySource = (source: string): source is IdentitySource =>
  STRENGTH.some((known) => known === source);

/** The stronger of what is on record and what was just proven. Unknown sources count as weakest. */
export function strongerSource(one: string | undefined, other: IdentitySource): IdentitySource {
  return one !== undefined && isIdentitySource(one) && STRENGTH.indexOf(one) > STRENGTH.indexOf(other)
    ? one
    : other;
}

// RFC 8176 values and our private ones (zalo, vneid, counter). A chip read by a phone gives none: its
// answer may be older than this session (contract 9), so `sc` would say too much. A passkey is taken
// at its least here, `swk`; one that cannot leave its device adds `hwk` when it is used.
const AMR_OF: Readonly<Record<Method, readonly string[]>> = {
  vneid: ['vneid'],
  chip: [],
  card: [],
  counter: ['counter'],
  passkey: ['swk', 'user'],
  otp: ['otp', 'sms'],
};

/** The amr values of steps proven together. `sms` and the kind of passkey key are added by the step itself. */
export const amrOf = (steps: Iterable<string>): readonly string[] =>
  [...steps].flatMap((step) => (step === 'vneid' || step === 'counter' ? [step] : []));

/** Whether a service's rule would be met after this method, given what the session already holds. */
export function wouldMeet(
  rules: readonly MethodRule[],
  method: Method,
  held: { readonly amr: readonly string[]; readonly source: string | undefined },
): boolean {
  const source = isIdentityStep(method) ? strongerSource(held.source, SOURCE_OF[method]) : held.source;
  // Every identity step but VNeID of a bound person is followed by a code.
  const amr = [...held.amr, ...AMR_OF[method], ...(isIdentityStep(method) ? AMR_OF.otp : []), 'mfa'];
  return rules.every((rule) => meetsMethod(rule, amr, source));
}
