// Where one person stands in a sign-in: who they are, what is proven, what is asked, what they agreed to.
// The web pages and the mini app's endpoint both begin here: one machine, two faces.

import { findProfile } from '../../accounts/profile.ts';
import type { Profile } from '../../accounts/profile.ts';
import { factsUnderWay, standingOf } from '../../assurance/level.ts';
import type { Standing } from '../../assurance/level.ts';
import { openPending } from '../../assurance/pending.ts';
import type { Pending } from '../../assurance/pending.ts';
import type { MoveState } from '../../assurance/rebind.ts';
import { findStepFacts } from '../../assurance/store.ts';
import type { TransactionRow } from '../../assurance/store.ts';
import { findLatestOtp } from '../../codes/otp-store.ts';
import type { OtpRow } from '../../codes/otp-store.ts';
import { standingConsent } from '../../consent/standing.ts';
import type { StandingConsent } from '../../consent/standing.ts';
import type { Database } from '../../database.ts';
import type { StepFacts } from '../../policies/next-step.ts';
import type { WantedLevel } from '../../policies/wanted-level.ts';
import type { ClaimsRequest } from '../claims-request.ts';
import { grantRequest, resourceOf } from '../grants.ts';
import type { GrantRequest } from '../grants.ts';
import { levelRequestOf, standingFor } from '../level-prompt.ts';
import { consentFacts } from './consent-facts.ts';
import type { VisitHouse } from './house.ts';
import { heldThough, levelFacts, nothingToProve } from './level-facts.ts';

/** A request under way, whichever face it came through. */
export type Asking = {
  /** Names the request: an interaction of oidc-provider's, or a flow of the mini app. */
  readonly uid: string;
  readonly clientId: string;
  /** scope, resource, acr_values, max_age, prompt as they were asked. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Unix seconds. */
  readonly begunAt: number;
  readonly wanted: Extract<WantedLevel, { outcome: 'wanted' }>;
  /** The personal claims asked for that this client may be given. */
  readonly claims: ClaimsRequest | undefined;
  readonly sessionUid: string | undefined;
  readonly tx: TransactionRow | undefined;
  /** Keyed hash of the number this machine keeps. */
  readonly deviceKey: () => Buffer;
};

export type Person = {
  readonly accountId: string;
  readonly profile: Profile;
  readonly stands: Standing;
  readonly pending: Pending;
  readonly otp: OtpRow | undefined;
  readonly request: GrantRequest;
  /** What the person had agreed to when this request arrived. */
  readonly consent: StandingConsent | undefined;
  /** Where a wish to move the person proven here from another account stands. */
  readonly move: MoveState;
  readonly facts: StepFacts;
};

/** Undefined: the account is locked or gone. */
export async function lookAtPerson(
  house: VisitHouse,
  asking: Asking,
  accountId: string,
  now: Date,
): Promise<Person | undefined> {
  const { db, vault } = house;
  const { params, tx, sessionUid, wanted, begunAt, deviceKey } = asking;
  const request = grantRequest(house, {
    accountId,
    clientId: asking.clientId,
    scope: scopeOf(params),
    resource: resourceOf(params['resource']),
    claims: asking.claims,
  });
  const { service } = request;
  // None of these needs the answer of another: one wait for all of them.
  const [profile, facts, consent, early] = await Promise.all([
    findProfile(db, vault, accountId),
    factsUnderWay(db, { sessionUid, transactionId: tx?.id, accountId }, now),
    service === undefined ? undefined : standingConsent(house, { ...request, service }, now),
    wanted.level === 2 ? stepsOf(db, tx, accountId) : undefined,
  ]);
  if (profile === undefined || profile.locked) return undefined;
  const asked = { wanted, params, begunAt };
  const answering = standingFor(asked, now, facts);
  const stands = answering ?? standingOf(facts);
  const pending = tx === undefined ? {} : openPending(vault, tx);
  // Level 1 that stands needs no look at the steps.
  const { otp, proven } = early ?? (await stepsOf(db, answering === undefined ? tx : undefined, accountId));
  const steps = new Set(proven.map(({ step }) => step));
  const look = {
    accountId,
    profile,
    stands,
    pending,
    proven: steps,
    rules: wanted.methods,
    scopes: levelRequestOf(params, asking.claims).scopes,
    deviceKey,
  };
  const hold = wanted.level === 2 && answering !== undefined ? await heldThough(house, look, now) : 'none'; // prettier-ignore
  // Nobody can be told of this machine: what was proven before is not enough.
  const levelMet = answering !== undefined && hold !== 'identity_only';
  const { move, ...proofs } =
    wanted.level === 2 && !levelMet
      ? await levelFacts(house, look, now)
      : { ...nothingToProve, held: hold !== 'none' };
  return {
    accountId,
    profile,
    stands,
    pending,
    otp,
    request,
    consent,
    move,
    facts: {
      // Level 1 that is too old is proven by signing in again; once, or a short max_age would loop.
      signedIn: wanted.level === 2 || levelMet || steps.has('zalo') || steps.has('recovery'),
      wantLevel: wanted.level,
      levelMet,
      chosen: pending.method,
      proven: steps,
      brakeAnswered: pending.brakeAnswered === true,
      ...proofs,
      ...(await consentFacts(house, { request, consent, params, uid: asking.uid, begunAt }, now)),
    },
  };
}

async function stepsOf(db: Database, tx: TransactionRow | undefined, accountId: string) {
  if (tx === undefined) return { otp: undefined, proven: [] };
  const [otp, proven] = await Promise.all([findLatestOtp(db, tx.id), findStepFacts(db, tx.id, accountId)]);
  return { otp, proven };
}

const scopeOf = ({ scope }: Asking['params']) => (typeof scope === 'string' ? scope : '');
