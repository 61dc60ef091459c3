// One look at where a person stands in a sign-in: the interaction, who they are, what is proven,
// what is asked. Every page of the flow starts from it, so no page trusts what another one showed.

import type { Context } from 'koa';
import type { Client, Interaction } from '../provider/provider.ts';
import { findProfile } from '../accounts/profile.ts';
import type { Profile } from '../accounts/profile.ts';
import { factsUnderWay, standingOf } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import { findLatestOtp } from '../codes/otp-store.ts';
import type { OtpRow } from '../codes/otp-store.ts';
import { openPending } from '../assurance/pending.ts';
import type { Pending } from '../assurance/pending.ts';
import type { MoveState } from '../assurance/rebind.ts';
import { findStepFacts } from '../assurance/store.ts';
import type { TransactionRow } from '../assurance/store.ts';
import { findOpenTransaction, openTransaction } from '../assurance/transaction.ts';
import { standingConsent } from '../consent/standing.ts';
import type { StandingConsent } from '../consent/standing.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { StepFacts } from '../policies/next-step.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import type { WantedLevel } from '../policies/wanted-level.ts';
import { claimsRequest } from '../provider/claims-request.ts';
import type { ClaimsRequest } from '../provider/claims-request.ts';
import { grantRequest, resourceOf } from '../provider/grants.ts';
import type { GrantRequest } from '../provider/grants.ts';
import { levelRequestOf, standingFor } from '../provider/level-prompt.ts';
import { consentFacts } from './consent-facts.ts';
import { heldThough, levelFacts, nothingToProve } from './level-facts.ts';
import type { Site } from './site.ts';

export type Visit = {
  readonly uid: string;
  readonly interaction: Interaction;
  readonly client: Client;
  readonly wanted: Extract<WantedLevel, { outcome: 'wanted' }>;
  /** The personal claims asked for that this client may be given. */
  readonly claims: ClaimsRequest | undefined;
  readonly sessionUid: string | undefined;
  readonly tx: TransactionRow | undefined;
  readonly person: Person | undefined;
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

/** @throws SessionNotFound (the library's) without the interaction's cookie; Refusal missing for another uid */
export async function lookAtVisit(site: Site, ctx: Context, now: Date): Promise<Visit> {
  const provider = site.provider();
  const interaction = await provider.interactionDetails(ctx.req, ctx.res);
  const uid: unknown = ctx['params']?.uid;
  if (interaction.uid !== uid) throw new Refusal('missing', 'another interaction', { reason: 'interaction' });
  const client = await provider.Client.find(String(interaction.params['client_id']));
  if (client === undefined) throw new Refusal('missing', 'the client is gone', { reason: 'client' });
  const claims = await claimsRequest(site, client.clientId, scopeOf(interaction.params));
  const wanted = wantedLevel(levelRequestOf(interaction.params, claims), site.catalogue, site.acrBase);
  if (wanted.outcome === 'unmet') throw new Refusal('invalid', 'no known level asked for', { reason: 'acr' });

  const tx = await findOpenTransaction(site.db, interaction.uid);
  // A login that was asked for counts only when it was made in this interaction.
  const known = interaction.prompt.name === 'login' ? undefined : interaction.session?.accountId;
  const accountId = tx?.account_id ?? known;
  const sessionUid = accountId === interaction.session?.accountId ? interaction.session?.uid : undefined;
  const visit = { uid: interaction.uid, interaction, client, wanted, claims, sessionUid, tx };
  return {
    ...visit,
    person: accountId === undefined ? undefined : await lookAtPerson(site, ctx, visit, accountId, now),
  };
}

async function lookAtPerson(
  site: Site,
  ctx: Context,
  visit: Omit<Visit, 'person'>,
  accountId: string,
  now: Date,
): Promise<Person | undefined> {
  const { db, vault } = site;
  const { interaction, tx, sessionUid, wanted } = visit;
  const { params } = interaction;
  const request = grantRequest(site, {
    accountId,
    clientId: visit.client.clientId,
    scope: scopeOf(params),
    resource: resourceOf(params['resource']),
    claims: visit.claims,
  });
  const { service } = request;
  // None of these needs the answer of another: one wait for all of them.
  const [profile, facts, consent, early] = await Promise.all([
    findProfile(db, vault, accountId),
    factsUnderWay(db, { sessionUid, transactionId: tx?.id, accountId }, now),
    service === undefined ? undefined : standingConsent(site, { ...request, service }, now),
    wanted.level === 2 ? stepsOf(db, tx, accountId) : undefined,
  ]);
  if (profile === undefined || profile.locked) return undefined;
  const asked = { wanted, params, begunAt: interaction.iat };
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
    scopes: levelRequestOf(params, visit.claims).scopes,
  };
  const hold = wanted.level === 2 && answering !== undefined ? await heldThough(site, ctx, look, now) : 'none'; // prettier-ignore
  // Nobody can be told of this machine: what was proven before is not enough.
  const levelMet = answering !== undefined && hold !== 'identity_only';
  const { move, ...proofs } =
    wanted.level === 2 && !levelMet
      ? await levelFacts(site, ctx, look, now)
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
      ...(await consentFacts(
        site,
        { request, consent, params, uid: interaction.uid, begunAt: interaction.iat },
        now,
      )),
    },
  };
}

async function stepsOf(db: Database, tx: TransactionRow | undefined, accountId: string) {
  if (tx === undefined) return { otp: undefined, proven: [] };
  const [otp, proven] = await Promise.all([findLatestOtp(db, tx.id), findStepFacts(db, tx.id, accountId)]);
  return { otp, proven };
}

/** The transaction of a visit, opened when the first step needs one. */
export async function transactionOf(site: Site, visit: Visit, now: Date): Promise<TransactionRow> {
  return visit.tx ?? openTransaction(site.db, wantedBy(visit, visit.person?.accountId), now);
}

export const wantedBy = (visit: Visit, accountId: string | undefined) => ({
  interactionUid: visit.uid,
  clientId: visit.client.clientId,
  accountId,
  level: visit.wanted.level,
  maxAgeSeconds: visit.wanted.maxAgeSeconds,
  scopes: levelRequestOf(visit.interaction.params, visit.claims).scopes,
});

const scopeOf = ({ scope }: Interaction['params']) => (typeof scope === 'string' ? scope : '');
