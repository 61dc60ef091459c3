// For races: one broker in this process, one in a process of its own, one database and issuer.

import { startHouse } from './broker.ts';
import type { TestHouse } from './broker.ts';
import { useDatabase } from './database.ts';
import { startBrokerProcess } from './second-broker.ts';
import type { BrokerProcess } from './second-broker.ts';

export type TwoBrokers = {
  readonly house: TestHouse;
  readonly second: BrokerProcess;
  /** Runs `work` `times` times at once, taking turns between the two. */
  race<T>(times: number, work: (at: string, turn: number) => Promise<T>): Promise<T[]>;
  stop(): Promise<void>;
};

export async function startTwoBrokers(): Promise<TwoBrokers> {
  const house = await startHouse((await useDatabase()).url);
  const second = await startBrokerProcess(house.config);
  const sides = [house.issuer, second.at];
  return {
    house,
    second,
    race: (times, work) =>
      Promise.all(Array.from({ length: times }, (_, turn) => work(sides[turn % 2] ?? house.issuer, turn))),
    async stop() {
      await second.stop();
      await house.stop();
    },
  };
}

/** How many answers have each status. */
export function tally(replies: readonly { readonly status: number }[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
