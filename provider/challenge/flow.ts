// One authorization request of the mini app: what it asks for, and where its person stands.

import { randomUUID } from 'node:crypto';
import type { Client } from 'oidc-provider';
import { z } from 'zod';
import type { Family } from '../../assurance/family.ts';
import { findOpenTransaction, openTransaction } from '../../assurance/transaction.ts';
import type { TransactionRow } from '../../assurance/store.ts';
import { isClaimScope } from '../../policies/claims.ts';
import { nextStep } from '../../policies/next-step.ts';
import type { Step } from '../../policies/next-step.ts';
import { wantedLevel } from '../../policies/wanted-level.ts';
import { claimsRequest } from '../claims-request.ts';
import { levelRequestOf } from '../level-prompt.ts';
import { ME_SCOPE, meAudience } from '../own-api.ts';
import { lookAtPerson } from '../visit/person.ts';
import type { Asking, Person } from '../visit/person.ts';
import type { ChallengeHouse } from './house.ts';
import type { Call } from './request.ts';
import { Trouble } from './trouble.ts';

const flowSchema = z.object({
  uid: z.string(),
  codeChallenge: z.string(),
  scope: z.string(),
  resource: z.string().optional(),
  acrValues: z.string().optional(),
  maxAge: z.string().optional(),
  prompt: z.string().optional(),
  lang: z.enum(['vi', 'en']),
  /** Unix seconds. */
  begunAt: z.number(),
  /** A code was given out, or the citizen stopped. */
  over: z.boolean().optional(),
});

export type Flow = z.infer<typeof flowSchema>;

/** Where a flow stands now: what every answer is made of. */
export type Stand = {
  readonly family: Family;
  readonly flow: Flow;
  readonly client: Client;
  readonly asking: Asking;
  readonly person: Person;
  readonly step: Step;
};

/** @throws Trouble invalid_scope, invalid_target for what no token could ever be issued for */
export function newFlow(house: ChallengeHouse, call: Call, lang: 'vi' | 'en', now: Date): Flow {
  const { scope = '', resource, code_challenge: codeChallenge = '' } = call;
  const scopes = scope.split(' ').filter(Boolean);
  if (scopes.length === 0) throw new Trouble('invalid_scope');
  if (resource === meAudience(house.issuer)) {
    if (scopes.some((one) => one !== ME_SCOPE)) throw new Trouble('invalid_scope');
  } else if (resource !== undefined) {
    const service = house.catalogue.serviceById.get(resource);
    if (service === undefined) throw new Trouble('invalid_target');
    if (
      scopes.some(
        (one) =>
          isClaimScope(one) || (one !== 'openid' && one !== 'tn.level' && !service.scopes.includes(one)),
      )
    )
      throw new Trouble('invalid_scope');
  } else if (scopes.some((one) => one !== 'openid' && one !== 'tn.level')) throw new Trouble('invalid_scope');
  return {
    uid: `challenge/${randomUUID()}`,
    codeChallenge,
    scope: scopes.join(' '),
    ...(resource === undefined ? {} : { resource }),
    ...(call.acr_values === undefined ? {} : { acrValues: call.acr_values }),
    ...(call.max_age === undefined ? {} : { maxAge: call.max_age }),
    ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
    lang,
    begunAt: Math.floor(now.getTime() / 1000),
  };
}

/** The flow a family is in. @throws Trouble invalid_session when none is open */
export function flowOf(family: Family): Flow {
  const flow = flowSchema.safeParse(family.flow);
  if (!flow.success || flow.data.over === true) throw new Trouble('invalid_session', { detail: 'no flow' });
  return flow.data;
}

const paramsOf = (flow: Flow) => ({
  scope: flow.scope,
  resource: flow.resource,
  acr_values: flow.acrValues,
  max_age: flow.maxAge,
  prompt: flow.prompt,
});

/** The level a flow wants. @throws Trouble unmet_authentication_requirements for levels nobody knows */
export async function wantedBy(house: ChallengeHouse, client: Client, flow: Flow) {
  const claims = await claimsRequest(house, client.clientId, flow.scope);
  const request = levelRequestOf(paramsOf(flow), claims);
  const wanted = wantedLevel(request, house.catalogue, house.acrBase);
  if (wanted.outcome === 'unmet') throw new Trouble('unmet_authentication_requirements');
  return { claims, wanted, scopes: request.scopes };
}

/** @throws Trouble invalid_session for a person who is gone, or must sign in again */
export async function lookAtFlow(
  house: ChallengeHouse,
  { family, flow, client }: Pick<Stand, 'family' | 'flow' | 'client'>,
  now: Date,
  { begins = false }: { begins?: boolean } = {},
): Promise<Stand> {
  const { claims, wanted } = await wantedBy(house, client, flow);
  const accountId = family.account_id;
  if (accountId === null) throw new Trouble('invalid_session', { detail: 'nobody' });
  const asking: Asking = {
    uid: flow.uid,
    clientId: client.clientId,
    params: paramsOf(flow),
    begunAt: flow.begunAt,
    wanted,
    claims,
    sessionUid: family.session_uid,
    // A flow that has just begun has none.
    tx: begins ? undefined : await findOpenTransaction(house.db, flow.uid),
    // A machine that keeps no number is new at every launch.
    deviceKey: () => family.device_key ?? house.vault.keyOf('device', family.id),
  };
  const person = await lookAtPerson(house, asking, accountId, now);
  if (person === undefined) throw new Trouble('invalid_session', { detail: 'gone' });
  // Signed in with this very request: what was read and answered since does not make it old, or a short
  // max_age would end the launch at each answer.
  const signedIn = person.facts.signedIn || (person.stands.authTime ?? 0) >= flow.begunAt;
  const step = nextStep({ ...person.facts, signedIn });
  if (step === 'login') throw new Trouble('invalid_session', { detail: 'login' });
  return { family, flow, client, asking, person, step };
}

/** The transaction of a flow, opened when the first step needs one. */
export async function transactionOf(
  house: ChallengeHouse,
  { asking, flow, person }: Stand,
  now: Date,
): Promise<TransactionRow> {
  if (asking.tx !== undefined) return asking.tx;
  const { wanted, claims, clientId } = asking;
  const { scopes } = levelRequestOf(paramsOf(flow), claims);
  const request = { interactionUid: flow.uid, kind: 'challenge' as const, clientId, accountId: person.accountId, level: wanted.level, maxAgeSeconds: wanted.maxAgeSeconds, scopes }; // prettier-ignore
  return openTransaction(house.db, request, now);
}
