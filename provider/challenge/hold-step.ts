import { beginHold, holdState } from '../../safety/hold.ts';
import type { Described } from './answer.ts';

const LOOK_AGAIN_SECONDS = 10;

/** A new machine waits. The first look sends the notice; the app asks again by itself. */
export const describeHold: Described = async (house, _ctx, { person, asking }, _tx, _error, now) => {
  const { accountId, profile } = person;
  const device = { accountId, deviceKey: asking.deviceKey() };
  await beginHold(house, device, now);
  const state = await holdState(
    house.db,
    { ...device, highRisk: true, boundSince: profile.binding?.boundAt },
    now,
  );
  return {
    type: 'hold',
    interval: LOOK_AGAIN_SECONDS,
    ...(profile.phone === undefined ? {} : { destination: `***${profile.phone.slice(-3)}` }),
    ...(typeof state === 'object' ? { until: state.until.toISOString() } : {}),
  };
};
