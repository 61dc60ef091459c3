// What a citizen sees of a request and the one answer to it. Approving is more than this row: the
// protocol's part is provider/assisted-answer.ts, in the same transaction.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { labelOf, requestKey } from './ask.ts';
import * as store from './assisted-store.ts';

const SHOWN_MS = 30 * 86_400_000;
/** Seconds a desk waits between two questions (OpenID Connect CIBA Core 7.3), and what the network may eat of it. */
export const POLL_SECONDS = 5;
const POLL_SLACK_MS = 500;

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

export type AssistedRequest = {
  readonly id: string;
  /** What the protocol knows the request by; leaves this process for nobody. */
  readonly requestId: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly scopes: readonly string[];
  readonly acrValues: string | undefined;
  readonly maxAge: number | undefined;
  readonly bindingMessage: string;
  readonly operator: string;
  readonly reason: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
};

/** Those that wait for this person's answer, newest first. */
export async function openRequests(
  { db, vault }: Pick<House, 'db' | 'vault'>,
  accountId: string,
  now: Date,
): Promise<readonly AssistedRequest[]> {
  const rows = await store.findOpenRequests(db, accountId, now);
  return rows.map((row) => ({
    id: row.id,
    requestId: vault.open(labelOf(row.id, 'request'), row.request_sealed),
    clientId: row.client_id,
    serviceId: row.service_id,
    scopes: row.scopes,
    acrValues: row.acr_values ?? undefined,
    maxAge: row.max_age ?? undefined,
    bindingMessage: row.binding_message,
    operator: vault.open(labelOf(row.id, 'operator'), row.operator_sealed),
    reason: vault.open(labelOf(row.id, 'reason'), row.reason_sealed),
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
  }));
}

/** @throws Refusal missing: none of this person's, answered, or over */
export async function getOpenRequest(
  house: Pick<House, 'db' | 'vault'>,
  { id, accountId }: { id: string; accountId: string },
  now: Date,
): Promise<AssistedRequest> {
  const found = (await openRequests(house, accountId, now)).find((one) => one.id === id);
  if (found === undefined) throw new Refusal('missing', 'no such request waits');
  return found;
}

export const endedRequests = (db: Database, accountId: string, now: Date) =>
  store.findEndedRequests(db, accountId, new Date(now.getTime() - SHOWN_MS));

/** Takes the answer, in the caller's transaction. @throws Refusal conflict: it was answered, or its time is over */
export async function takeAnswer(
  { db, origin }: House,
  {
    request,
    accountId,
    state,
  }: { request: AssistedRequest; accountId: string; state: 'approved' | 'denied' },
  now: Date,
): Promise<void> {
  const { id, clientId, serviceId, scopes } = request;
  if ((await store.endRequest(db, { id, accountId, state }, now)) !== 1)
    throw new Refusal('conflict', 'the request was answered meanwhile');
  await recordAccess(db, origin, { kind: `assisted.${state}`, outcome: state === 'approved' ? 'ok' : 'refused', actor: 'self', accountId, clientId, serviceId, details: { request: id, scope: scopes.join(' ') } }, now); // prettier-ignore
}

/** Ends those whose time is over. @returns how many */
export async function expireRequests({ db, origin }: Omit<House, 'vault'>, now: Date): Promise<number> {
  return db.transaction(async () => {
    const over = await store.expireRequests(db, now);
    for (const { id, account_id: accountId, client_id: clientId, service_id: serviceId } of over)
      await recordAccess(db, origin, { kind: 'assisted.expired', outcome: 'failed', actor: 'system', accountId: accountId ?? undefined, clientId, serviceId, details: { request: id } }, now); // prettier-ignore
    return over.length;
  });
}

/** A desk asks whether there is an answer. False: too soon after the last time. */
export const mayPoll = async (db: Database, requestId: string, now: Date): Promise<boolean> => {
  const lastBefore = new Date(now.getTime() - POLL_SECONDS * 1000 + POLL_SLACK_MS);
  return (await store.notePoll(db, { requestKey: requestKey(requestId), lastBefore }, now)) === 1;
};
