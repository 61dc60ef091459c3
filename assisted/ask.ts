// An operator on the telephone asks a citizen to let something be done. Nothing is allowed by it: the
// citizen sees who asks and for what in the mini app, and answers there (assisted/answer.ts).

import { createHash, randomUUID } from 'node:crypto';
import type { Notify } from '../assurance/notify.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { takeTry } from '../tries.ts';
import type { TryLimit } from '../tries.ts';
import * as store from './assisted-store.ts';
import { findCitizen, hintKey } from './citizen.ts';
import type { Hint } from './citizen.ts';

/** Nobody's telephone rings all day: three an hour to one number, whoever asks and whether or not it is known. */
const PER_CITIZEN: TryLimit = { name: 'assisted-citizen', most: 3, seconds: 3_600 };
/** One person speaks to one citizen at a time. */
const PER_OPERATOR: TryLimit = { name: 'assisted-operator', most: 30, seconds: 3_600 };
const PER_DESK: TryLimit = { name: 'assisted-desk', most: 600, seconds: 3_600 };

export type AssistedHouse = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly notify: Notify;
};

export type Ask = {
  /** What the desk will ask the token endpoint with. */
  readonly requestId: string;
  readonly accountId: string | undefined;
  readonly clientId: string;
  readonly serviceId: string;
  readonly scopes: readonly string[];
  readonly acrValues: string | undefined;
  readonly maxAge: number | undefined;
  readonly bindingMessage: string;
  /** Name and number, as the citizen reads them. */
  readonly operator: string;
  readonly reason: string;
  readonly expiresAt: Date;
};

/**
 * Who is asked. Undefined: nobody can be, which the desk must not learn.
 * @throws Refusal throttled: too often by this desk or operator, or about this citizen
 */
export async function lookUpCitizen(
  { db, vault }: Pick<AssistedHouse, 'db' | 'vault'>,
  { hint, clientId, operator }: { hint: Hint; clientId: string; operator: string },
  now: Date,
): Promise<string | undefined> {
  const who = vault.keyOf('operator', `${clientId} ${operator}`).toString('base64url');
  const mayAsk =
    (await takeTry(db, PER_DESK, clientId, now)) &&
    (await takeTry(db, PER_OPERATOR, who, now)) &&
    (await takeTry(db, PER_CITIZEN, hintKey(vault, hint), now));
  if (!mayAsk) throw new Refusal('throttled', 'asked too often', { reason: 'assisted' });
  const accountId = await findCitizen(db, vault, hint);
  if (accountId === undefined) return undefined;
  // Whoever has the number and the id of one citizen does not ask twice as often.
  return (await takeTry(db, PER_CITIZEN, accountId, now)) ? accountId : undefined;
}

/** Writes the request down and tells the citizen. The same rows whoever is meant, so that the clock tells nothing. */
export async function askCitizen(house: AssistedHouse, ask: Ask, now: Date): Promise<void> {
  const { db, vault, origin, notify } = house;
  const { accountId, clientId, serviceId } = ask;
  const id = randomUUID();
  await db.transaction(async () => {
    await store.insertRequest(
      db,
      {
        ...ask,
        id,
        requestKey: requestKey(ask.requestId),
        requestSealed: vault.seal(labelOf(id, 'request'), ask.requestId),
        operatorSealed: vault.seal(labelOf(id, 'operator'), ask.operator),
        reasonSealed: vault.seal(labelOf(id, 'reason'), ask.reason),
      },
      now,
    );
    const known = accountId !== undefined;
    await recordAccess(db, origin, { kind: 'assisted.asked', outcome: known ? 'ok' : 'refused', actor: 'operator', accountId, clientId, serviceId, details: { request: id, scope: ask.scopes.join(' ') } }, now); // prettier-ignore
    if (known) await notify({ accountId, kind: 'assisted_asked', key: id, link: false }, now);
  });
}

/** How a request is found by what the desk holds: a copy of the database asks for no token. */
export const requestKey = (requestId: string): Buffer => createHash('sha256').update(requestId).digest();

export const labelOf = (id: string, what: 'request' | 'operator' | 'reason') => `assisted_request/${id}/${what}`; // prettier-ignore
