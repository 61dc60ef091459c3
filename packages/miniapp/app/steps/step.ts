// What the screens of the steps share: what each is given, where it stands, what it says about a mistake.

import type { Challenge } from '../../challenge.ts';
import type { Step } from '../../flow.ts';

export type ChallengeOf<Type extends Challenge['type']> = Extract<Challenge, { type: Type }>;

/** Form fields that answer a challenge; null: the citizen stops. */
export type Reply = Readonly<Record<string, string>> | null;

/** What every step screen is given. */
export type StepProps<Type extends Challenge['type']> = {
  readonly challenge: ChallengeOf<Type>;
  /** Asks Zalo for the number, sends a chip: what no screen can do by itself. */
  readonly step: Step;
  /** Counts the challenges: clocks begin anew with it. */
  readonly turn: number;
  reply(fields: Reply): void;
};

/** A challenge on the screen. */
export type Turn = {
  readonly number: number;
  readonly challenge: Challenge;
  readonly step: Step;
  readonly isFirstTime: boolean;
  /** Nothing came before it: steps that others precede were taken in an earlier launch. */
  readonly isResumed: boolean;
};

/** Where the citizen stands, where that is known: a first time has three parts, later ones are too short to count. */
export function progressOf({ challenge, isFirstTime }: Turn): { step: number; steps: number } | undefined {
  if (!isFirstTime) return undefined;
  switch (challenge.type) {
    case 'brake':
    case 'choose':
    case 'card_register':
    case 'cccd_nfc':
    case 'counter':
    case 'vneid_redirect':
    case 'passkey_web':
      return { step: 1, steps: 3 };
    case 'phone':
    case 'otp':
      return { step: 2, steps: 3 };
    case 'consent':
      return { step: 3, steps: 3 };
    case 'hold':
    case 'zalo_phone':
      return undefined;
  }
}

/** `known[error]`, or the sentence that fits any mistake; nothing without one. */
export function sentenceFor(
  error: string | undefined,
  known: Readonly<Record<string, string>> & { readonly other: string },
): string | undefined {
  if (error === undefined) return undefined;
  return known[error] ?? known.other;
}

/** Whole minutes left, at least 0. */
export const minutesOf = (seconds: number): number => Math.ceil(Math.max(0, seconds) / 60);

/** Minutes and seconds left, for `frame.span`. */
export const partsOf = (seconds: number): [minutes: number, seconds: number] => {
  const left = Math.max(0, Math.ceil(seconds));
  return [Math.floor(left / 60), left % 60];
};
