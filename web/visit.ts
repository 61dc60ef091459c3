// One look at where a person stands in a sign-in: the interaction, who they are, what is proven,
// what is asked. Every page of the flow starts from it, so no page trusts what another one showed.

import type { Context } from 'koa';
import type { Client, Interaction } from '../provider/provider.ts';
import { findProfile } from '../accounts/profile.ts';
import type { Profile } from '../accounts/profile.ts';
import { standingUnderWay } from '../assurance/level.ts';
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
import { Refusal } from '../errors.ts';
import type { StepFacts } from '../policies/next-step.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import type { WantedLevel } from '../policies/wanted-level.ts';
import { grantRequest, resourceOf } from '../provider/grants.ts';
import type { GrantRequest } from '../provider/grants.ts';
import { levelRequestOf, standingFor } from '../provider/level-prompt.ts';
import { consentFacts } from './consent-facts.ts';
import { levelFacts, nothingToProve } from './level-facts.ts';
import type { Site } from './site.ts';

export type Visit = {
  readonly uid: string;
  readonly interaction: Interaction;
  readonly client: Client;
  readonly wanted: Extract<WantedLevel, { outcome: 'wanted' }>;
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
  const wanted = wantedLevel(levelRequestOf(interaction.params), site.catalogue, site.acrBase);
  if (wanted.outcome === 'unmet') throw new Refusal('invalid', 'no known level asked for', { reason: 'acr' });

  const tx = await findOpenTransaction(site.db, interaction.uid);
  // A login that was asked for counts only when it was made in this interaction.
  const known = interaction.prompt.name === 'login' ? undefined : interaction.session?.accountId;
  const accountId = tx?.account_id ?? known;
  const sessionUid = accountId === interaction.session?.accountId ? interaction.session?.uid : undefined;
  const visit = { uid: interaction.uid, interaction, client, wanted, sessionUid, tx };
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
  const profile = await findProfile(db, vault, accountId);
  if (profile === undefined || profile.locked) return undefined;
  const transactionId = tx?.id;
  const read = (cap: 1 | 2) => standingUnderWay(db, { sessionUid, transactionId, accountId, cap }, now);
  const asked = { wanted, params: interaction.params, begunAt: interaction.iat };
  const answering = await standingFor(asked, now, read);
  const stands = answering ?? (await read(2));
  const pending = tx === undefined ? {} : openPending(vault, tx);
  // Level 1 that stands needs no look at the steps of level 2.
  const open = wanted.level === 1 && answering !== undefined ? undefined : tx;
  const otp = open === undefined ? undefined : await findLatestOtp(db, open.id);
  const proven = open === undefined ? [] : await findStepFacts(db, open.id, accountId);
  const { params } = interaction;
  const request = grantRequest(site, {
    accountId,
    clientId: visit.client.clientId,
    scope: typeof params['scope'] === 'string' ? params['scope'] : '',
    resource: resourceOf(params['resource']),
  });
  const consent = request.service === undefined ? undefined : await standingConsent(site, { ...request, service: request.service }, now); // prettier-ignore
  const steps = new Set(proven.map(({ step }) => step));
  const levelMet = answering !== undefined;
  const look = {
    accountId,
    profile,
    stands,
    pending,
    proven: steps,
    rules: wanted.methods,
    scopes: request.scopes,
  };
  const { move, ...proofs } =
    wanted.level === 2 && !levelMet ? await levelFacts(site, ctx, look, now) : nothingToProve;
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
  scopes: levelRequestOf(visit.interaction.params).scopes,
});
