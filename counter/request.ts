// The citizen's side of the counter: one code a step-up, shown again as often as it is asked for,
// and what has become of it.

import { randomUUID } from 'node:crypto';
import type { TransactionRow } from '../assurance/store.ts';
import { newCode, shownCode } from './code.ts';
import type { CounterHouse } from './officer.ts';
import * as store from './request-store.ts';
import type { RequestRow } from './request-store.ts';

const LIFE_MS = 15 * 60_000;
/** Codes of one step-up, those that ran out included. */
const MOST_CODES = 6;

export type CounterState =
  | { readonly state: 'open'; readonly code: string; readonly expiresAt: Date }
  | { readonly state: 'claimed' | 'second' | 'refused'; readonly unit: string }
  | { readonly state: 'used_up' };

type Who = { readonly tx: TransactionRow; readonly accountId: string };

/** Where the wish to be seen at a counter stands; makes the code when there is none. */
export async function askCounter(house: CounterHouse, who: Who, now: Date): Promise<CounterState> {
  const latest = await findLive(house, who, now);
  if (latest === undefined || latest.state === 'expired') return makeCode(house, who, now);
  return stateOf(house, latest);
}

/** After a refusal, because the person wants it: at another counter, or with the right card. */
export async function askCounterAgain(house: CounterHouse, who: Who, now: Date): Promise<CounterState> {
  const latest = await findLive(house, who, now);
  if (latest !== undefined && latest.state !== 'refused') return askCounter(house, who, now);
  return makeCode(house, who, now);
}

async function findLive({ db }: CounterHouse, { tx }: Who, now: Date): Promise<RequestRow | undefined> {
  const latest = await store.findLatestRequest(db, tx.id);
  if (latest === undefined || latest.expires_at > now) return latest;
  await store.expireRequests(db, tx.id, now);
  return store.findLatestRequest(db, tx.id);
}

async function makeCode(house: CounterHouse, { tx, accountId }: Who, now: Date): Promise<CounterState> {
  const { db, vault } = house;
  const made = (await store.countRequests(db, tx.id))?.n ?? 0;
  if (made >= MOST_CODES) return { state: 'used_up' };
  const id = randomUUID();
  const code = newCode();
  await store.insertRequest(
    db,
    {
      id,
      transactionId: tx.id,
      accountId,
      clientId: tx.client_id,
      codeKey: vault.keyOf('counter-code', code),
      codeSealed: vault.seal(`counter_request/${id}/code`, code),
      expiresAt: new Date(Math.min(now.getTime() + LIFE_MS, tx.expires_at.getTime())),
    },
    now,
  );
  // Ours, or that of another tab which was first.
  const written = await store.findLatestRequest(db, tx.id);
  if (written === undefined) throw new Error('a counter request vanished');
  return stateOf(house, written);
}

function stateOf({ vault }: CounterHouse, row: RequestRow): CounterState {
  const unit = row.unit ?? '';
  if (row.state === 'open' && row.code_sealed !== null) {
    const code = vault.open(`counter_request/${row.id}/code`, row.code_sealed);
    return { state: 'open', code: shownCode(code), expiresAt: row.expires_at };
  }
  return { state: row.state === 'refused' || row.state === 'second' ? row.state : 'claimed', unit };
}
