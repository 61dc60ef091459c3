// What a password or a recovery code costs: argon2id in the thread pool, three at a time.
//     node bench/argon.ts
// Says how many a second, what one takes alone and under load, how long the event loop stood still,
// and how much memory a flood of 200 added.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { hashSecret, verifySecret } from '../authenticators/argon.ts';

const ROUNDS = 60;
const FLOOD = 200;

const hash = await hashSecret('mật khẩu rất dài của tôi');
const alone = await timed(20, 1);
const loaded = await timed(ROUNDS, 8);

const loop = monitorEventLoopDelay({ resolution: 5 });
const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
loop.enable();
const settled = await Promise.allSettled(Array.from({ length: FLOOD }, () => hashSecret('lũ')));
loop.disable();
clearInterval(watch);
const done = settled.filter(({ status }) => status === 'fulfilled').length;

process.stdout.write(
  [
    `alone       p50 ${ms(alone.p50)}  p99 ${ms(alone.p99)}`,
    `8 waiting   p50 ${ms(loaded.p50)}  p99 ${ms(loaded.p99)}  ${loaded.perSecond.toFixed(1)}/s`,
    `flood ${FLOOD}   ${done} hashed, ${FLOOD - done} told to come back, ${((most - before) / 2 ** 20).toFixed(0)} MiB more`,
    `event loop  p99 ${ms(loop.percentile(99) / 1e6)}  longest ${ms(loop.max / 1e6)}`,
    '',
  ].join('\n'),
);

async function timed(count: number, atOnce: number) {
  const took: number[] = [];
  const startedAt = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while ((left -= 1) >= 0) {
        const from = performance.now();
        await verifySecret(hash, 'mật khẩu rất dài của tôi');
        took.push(performance.now() - from);
      }
    }),
  );
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), perSecond: (count * 1000) / (performance.now() - startedAt) };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
