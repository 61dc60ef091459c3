// A whole first step-up through the sandbox: what the broker takes for all its requests together, the
// time at VNeID's twin and the register included, the person's own time not. One person after the
// other, as one phone sees it; prints the sum per person and where it goes.

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { sql } from '../database.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import { migrate } from '../migrations/migrate.ts';
import { startHouse } from '../test/support/broker.ts';
import { createPortal } from '../test/support/rp.ts';
import { LEVEL_TWO, meet } from '../test/support/visitor.ts';
import { median } from './rounds.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '200' } } });
const WARM_UP = 20;
const TARGET_P99_MS = 150;
const requestLine = z.object({
  event: z.literal('request'),
  method: z.string(),
  route: z.string(),
  ms: z.number(),
  waitedMs: z.number().default(0),
});

const postgres = await startPostgres({
  dataDir: `/tmp/tnid-bench-${process.pid}`,
  durable: true,
  temporary: true,
});
await migrate(postgres.url);
const house = await startHouse(postgres.url, { environment: { TNID_SMS_PER_HOUR: '1000000' } });
try {
  const rp = await createPortal(house, 'portal');
  const whole: number[] = [];
  const stepUps: number[] = [];
  const byRoute = new Map<string, number[]>();
  for (let count = -WARM_UP; count < Number(values.people); count += 1) {
    const visitor = await meet(house);
    const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
    // Every visitor of the bench comes from one address.
    await house.db.run(sql`delete from rate_limit`);
    house.logged.length = 0;
    const walked = await visitor.go(request);
    await rp.redeem(request, walked.callback);
    if (count < 0) continue;
    const lines = house.logged.flatMap((line) => {
      const read = requestLine.safeParse(JSON.parse(line));
      if (!read.success) return [];
      // What was waited on purpose (web/even-time.ts) is not the broker's time.
      const { method, route, ms, waitedMs } = read.data;
      return [{ method, route, ms: ms - waitedMs }];
    });
    whole.push(sumOf(lines));
    // The step-up itself: from the page after the Zalo sign-in to the page after the right code.
    const first = lines.findIndex(({ route }) => route === '/interaction/:uid/zalo/ve') + 1;
    const end = lines.findIndex(({ route }) => route === '/interaction/:uid/dong-y');
    stepUps.push(sumOf(lines.slice(first, end)));
    for (const { method, route, ms } of lines) {
      const name = `${method} ${route}`;
      byRoute.set(name, [...(byRoute.get(name) ?? []), ms]);
    }
  }
  for (const [name, times] of byRoute) {
    const each = times.length / whole.length;
    console.log(
      `${name.padEnd(44)} ${each.toFixed(1).padStart(4)} × ${median(times).toFixed(1).padStart(6)} ms`,
    );
  }
  const [from, to] = [at(stepUps, 0.5), at(stepUps, 0.99)];
  const verdict = to <= TARGET_P99_MS ? 'within' : 'OVER';
  console.log(`\n${whole.length} people, broker time of all requests of one person`);
  console.log(
    `step-up              p50 ${from.toFixed(0)} ms, p99 ${to.toFixed(0)} ms (${verdict} ${TARGET_P99_MS} ms)`,
  );
  console.log(
    `sign-in to token     p50 ${at(whole, 0.5).toFixed(0)} ms, p99 ${at(whole, 0.99).toFixed(0)} ms`,
  );
} finally {
  await house.stop();
  await postgres.stop();
}

function sumOf(lines: readonly { readonly ms: number }[]): number {
  return lines.reduce((sum, { ms }) => sum + ms, 0);
}

function at(all: readonly number[], share: number): number {
  const sorted = all.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
