// Choosing a way to prove oneself, going back to the choice, and the question before the first binding.

import { openPending, sealPending } from '../../assurance/pending.ts';
import type { Pending } from '../../assurance/pending.ts';
import { advance } from '../../assurance/transaction.ts';
import { recordAccess } from '../../audit/record.ts';
import type { Method } from '../../policies/methods.ts';
import { methodsFor } from '../../policies/next-step.ts';
import type { Described } from './answer.ts';
import { sendToRecord } from './code-step.ts';
import { transactionOf } from './flow.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Take } from './replies.ts';
import { Trouble } from './trouble.ts';

const OPTION_OF = {
  vneid: 'vneid',
  chip: 'cccd_nfc',
  card: 'card_register',
  counter: 'counter',
  passkey: 'passkey_web',
  otp: 'otp',
} as const satisfies Readonly<Record<Method, string>>;
const METHODS = Object.keys(OPTION_OF) as Method[]; // its keys

export const describeChoice: Described = async (_house, _ctx, { person }, _tx, error) => ({
  type: 'choose',
  options: methodsFor(person.facts).map((method) => OPTION_OF[method]),
  again: person.facts.bound,
  ...(error === undefined ? {} : { error }),
});

export const takeChoice: Take = async (house, ctx, stand, { choice }, now) => {
  const method = METHODS.find((one) => OPTION_OF[one] === choice);
  if (method === undefined || !methodsFor(stand.person.facts).includes(method))
    throw new Trouble('invalid_request', { detail: 'choice' });
  if (method === 'otp') return sendToRecord(house, ctx, stand, now);
  await keep(house, stand, { method }, now);
  return undefined;
};

export const chooseAgain: Take = async (house, _ctx, stand, _call, now) => {
  await keep(house, stand, { method: undefined }, now);
  return undefined;
};

export const takeBrake: Take = async (house, _ctx, stand, { guided }, now) => {
  // Only a clear "no" goes on.
  if (guided === 'no') {
    await keep(house, stand, { brakeAnswered: true }, now);
    return undefined;
  }
  if (guided === undefined) throw new Trouble('invalid_request', { detail: 'guided' });
  const { db, origin } = house;
  await recordAccess(db, origin, { kind: 'stepup.brake', outcome: 'refused', actor: 'self', accountId: stand.person.accountId, clientId: stand.client.clientId }, now); // prettier-ignore
  throw new Trouble('access_denied', { detail: 'guided' });
};

/** Writes more into what the transaction keeps. */
export async function keep(
  house: ChallengeHouse,
  stand: Stand,
  more: Partial<Pending>,
  now: Date,
): Promise<void> {
  const tx = await transactionOf(house, stand, now);
  const pending = { ...openPending(house.vault, tx), ...more };
  await advance(house.db, tx, { state: 'choosing', accountId: stand.person.accountId, pending: sealPending(house.vault, tx.id, pending) }, now); // prettier-ignore
}
