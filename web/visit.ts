// One look at where a person stands in a sign-in: the interaction, who they are, what is proven,
// what is asked. Every page of the flow starts from it, so no page trusts what another one showed.

import type { Context } from 'koa';
import { findOpenTransaction, openTransaction } from '../assurance/transaction.ts';
import type { TransactionRow } from '../assurance/store.ts';
import { Refusal } from '../errors.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import type { WantedLevel } from '../policies/wanted-level.ts';
import { claimsRequest } from '../provider/claims-request.ts';
import type { ClaimsRequest } from '../provider/claims-request.ts';
import { levelRequestOf } from '../provider/level-prompt.ts';
import type { Client, Interaction } from '../provider/provider.ts';
import { lookAtPerson } from '../provider/visit/person.ts';
import type { Person } from '../provider/visit/person.ts';
import { deviceOf } from './device.ts';
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
  const asking = {
    ...visit,
    clientId: client.clientId,
    params: interaction.params,
    begunAt: interaction.iat,
    deviceKey: () => deviceOf(site, ctx),
  };
  return {
    ...visit,
    person: accountId === undefined ? undefined : await lookAtPerson(site, asking, accountId, now),
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
  scopes: levelRequestOf(visit.interaction.params, visit.claims).scopes,
});

const scopeOf = ({ scope }: Interaction['params']) => (typeof scope === 'string' ? scope : '');
