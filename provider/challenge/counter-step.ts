// The citizen's side of the counter: a code to show, and what has become of it.

import { askCounter, askCounterAgain } from '../../counter/request.ts';
import type { Described } from './answer.ts';
import { transactionOf } from './flow.ts';
import type { Take } from './replies.ts';

const LOOK_AGAIN_SECONDS = 5;

export const describeCounter: Described = async (house, _ctx, { person }, tx, _error, now) => {
  const stands = await askCounter(house, { tx, accountId: person.accountId }, now);
  return {
    type: 'counter',
    interval: LOOK_AGAIN_SECONDS,
    state: stands.state,
    ...('code' in stands
      ? {
          user_code: stands.code,
          expires_in: Math.max(0, Math.round((stands.expiresAt.getTime() - now.getTime()) / 1000)),
        }
      : {}),
    ...('unit' in stands ? { unit: stands.unit } : {}),
  };
};

export const takeCounter: Take = async (house, _ctx, stand, call, now) => {
  if (call.step === 'counter_again') {
    const tx = await transactionOf(house, stand, now);
    await askCounterAgain(house, { tx, accountId: stand.person.accountId }, now);
  }
  return undefined;
};
