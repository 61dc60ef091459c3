// Memory of the broker over many tokens: client_credentials and refresh in turn. Prints a short
// series, after a full garbage collection each, and fails when the last third is not flat.

import { parseArgs } from 'node:util';
import { DEVICE_COOKIE } from './cast.ts';
import { openConnection } from './connection.ts';
import { openScene } from './house.ts';
import { serverCore } from './pinning.ts';
import { median } from './rounds.ts';
import { scenarios } from './scenarios.ts';
import type { Ground, User } from './scenarios.ts';

const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '100000' }, users: { type: 'string', default: '32' } },
});
const tokens = Number(values.tokens);
const STEPS = 12;
/** How far from their middle the later readings may lie. */
const FLAT = 0.1;

const scene = await openScene({ serverCore: serverCore(), withBare: false, durable: true, log: () => {} });
try {
  const users: User[] = [];
  for (let count = 0; count < Number(values.users); count += 1)
    users.push({ connection: await openConnection(scene.broker.port), jar: new Map([DEVICE_COOKIE]), refreshToken: '', accessToken: '' }); // prettier-ignore
  const ground: Ground = { target: scene.broker, key: scene.key, users, raise: scene.raiseNewest };
  const mix = scenarios.filter(({ name }) => name === 'client_credentials' || name === 'refresh');
  for (const scenario of mix) await scenario.setUp(ground);

  const readings: { rssMb: number; heapMb: number }[] = [];
  console.log('tokens      rss MB   heap MB');
  for (let step = 0; step <= STEPS; step += 1) {
    const reading = await scene.broker.stand(true);
    readings.push(reading);
    console.log(`${String(Math.round((tokens / STEPS) * step)).padEnd(10)}${reading.rssMb.toFixed(1).padStart(8)}${reading.heapMb.toFixed(1).padStart(10)}`); // prettier-ignore
    if (step < STEPS)
      for (const scenario of mix) await issue(scenario, ground, Math.ceil(tokens / STEPS / 2));
  }
  for (const { connection } of users) connection.close();

  // The first readings are start-up: code compiled, pools filled.
  const later = readings.slice(Math.ceil(STEPS / 3));
  const swing = Math.max(
    ...(['rssMb', 'heapMb'] as const).map((name) => swingOf(later.map((one) => one[name]))),
  );
  const isFlat = swing <= FLAT;
  console.log(
    `${isFlat ? 'flat' : 'NOT FLAT'}: within ±${(swing * 100).toFixed(1)} % of the middle after the first third`,
  );
  process.exitCode = isFlat ? 0 : 1;
} finally {
  await scene.close();
}

async function issue(scenario: (typeof scenarios)[number], ground: Ground, count: number): Promise<void> {
  const work = await scenario.prepare(ground, count);
  let left = count;
  await Promise.all(
    ground.users.map(async (user) => {
      while (left > 0) {
        left -= 1;
        await work(user);
      }
    }),
  );
}

function swingOf(all: readonly number[]): number {
  const middle = median(all);
  return Math.max(...all.map((one) => Math.abs(one - middle) / middle));
}
