// What next-step needs to know about proofs: which ways are open to this person, now, on this machine.
// Read only while level 2 is wanted and missing; a level 1 sign-in pays nothing for it.

import type { Profile } from '../../accounts/profile.ts';
import { codeSuffices } from '../../accounts/phone.ts';
import { codeFactorState } from '../../codes/code-trouble.ts';
import type { Standing } from '../../assurance/level.ts';
import type { Pending } from '../../assurance/pending.ts';
import { findMove } from '../../assurance/rebind.ts';
import type { MoveState } from '../../assurance/rebind.ts';
import { hasPasskey } from '../../authenticators/my-passkeys.ts';
import { asksRisk } from '../../policies/claims.ts';
import type { MethodRule } from '../../policies/decide.ts';
import { isIdentityStep, strongerSource, wouldMeet } from '../../policies/methods.ts';
import type { Method } from '../../policies/methods.ts';
import type { StepFacts } from '../../policies/next-step.ts';
import { holdOnProven, holdState } from '../../safety/hold.ts';
import type { HoldState } from '../../safety/hold.ts';
import type { VisitHouse } from './house.ts';

type LevelFacts = Pick<StepFacts, 'bound' | 'accepted' | 'hasPasskey' | 'codeSuffices' | 'held' | 'elsewhere' | 'phoneKnown'>; // prettier-ignore

type Look = {
  readonly accountId: string;
  readonly profile: Profile;
  readonly stands: Standing;
  readonly pending: Pending;
  readonly proven: ReadonlySet<string>;
  readonly rules: readonly MethodRule[];
  readonly scopes: readonly string[];
  /** Keyed hash of the number this machine keeps. Asked for only where a wait could follow: asking may give one out. */
  readonly deviceKey: () => Buffer;
};

const FREE: MoveState = { state: 'free' };

/** Facts of a visit whose level is met, or that wants level 1 only: nothing has to be proven. */
export const nothingToProve: LevelFacts & { readonly move: MoveState } = {
  bound: false,
  accepted: new Set(),
  hasPasskey: false,
  codeSuffices: false,
  held: false,
  elsewhere: undefined,
  phoneKnown: false,
  move: FREE,
};

export async function levelFacts(
  house: VisitHouse,
  look: Look,
  now: Date,
): Promise<LevelFacts & { readonly move: MoveState }> {
  const { db, vault } = house;
  const { accountId, profile, stands, pending, proven, rules } = look;
  const binding = profile.binding !== undefined && profile.binding.expiresAt > now ? profile.binding : undefined; // prettier-ignore
  const { identity } = pending;
  const source = identity === undefined ? binding?.source : strongerSource(binding?.source, identity.source);
  // A print of the card does not renew what stronger evidence began: anybody who has seen it could.
  const outlived = profile.binding !== undefined && profile.binding.source !== 'register_match';
  const accepted = house.methods.filter(
    (method) => wouldMeet(rules, method, { amr: stands.amr, source }) && !(method === 'card' && outlived),
  );
  const identified = [...proven].some(isIdentityStep);
  const move =
    identity === undefined || binding !== undefined || identity.supervised === true
      ? FREE
      : await findMove(db, vault, { accountId, ...identity }, now);
  const factors = binding === undefined ? NO_FACTORS : await factorsOf(house, look, binding.boundAt, now);
  return {
    bound: binding !== undefined,
    accepted: new Set<Method>(accepted),
    ...factors,
    elsewhere: elsewhereOf(move, pending),
    // After an identity step a number is asked for again: who cannot use the old one came for that.
    phoneKnown: pending.phone !== undefined || (profile.phone !== undefined && !identified),
    move,
  };
}

const FACTORS = ['otp', 'passkey', 'vneid'];

/**
 * Whether level 2 that stood before this sign-in waits for a new machine. What is proven in it was
 * judged before it was asked.
 */
export async function heldThough(
  house: VisitHouse,
  { accountId, proven, scopes, deviceKey }: Pick<Look, 'accountId' | 'proven' | 'scopes' | 'deviceKey'>,
  now: Date,
): Promise<HoldState> {
  if (FACTORS.some((factor) => proven.has(factor)) || !asksRisk(house.catalogue, scopes)) return 'none';
  return holdOnProven(house.db, { accountId, deviceKey: deviceKey() }, now);
}

const NO_FACTORS = { hasPasskey: false, codeSuffices: false, held: false };

async function factorsOf(
  house: VisitHouse,
  { accountId, profile, scopes, deviceKey }: Look,
  boundSince: Date,
  now: Date,
): Promise<typeof NO_FACTORS> {
  const { db } = house;
  const device = { accountId, deviceKey: deviceKey() };
  const highRisk = asksRisk(house.catalogue, scopes);
  const hold = await holdState(db, { ...device, highRisk, boundSince }, now);
  // Nobody could be told of this machine: what a thief of a telephone holds is not enough then.
  if (hold === 'identity_only') return NO_FACTORS;
  const { phoneFacts } = profile;
  return {
    hasPasskey: await hasPasskey(db, { kind: 'account', id: accountId }),
    codeSuffices:
      phoneFacts !== undefined &&
      codeSuffices(phoneFacts, now) &&
      (await codeFactorState(db, accountId)) === 'fine',
    held: hold !== 'none',
  };
}

function elsewhereOf({ state }: MoveState, { moveAgreed }: Pending): StepFacts['elsewhere'] {
  if (state === 'free' || state === 'ripe') return undefined;
  if (state === 'waiting') return 'waiting';
  return state === 'ask' && moveAgreed === true ? 'agreed' : 'ask';
}
