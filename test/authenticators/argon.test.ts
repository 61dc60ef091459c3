import test from 'ava';
import { performance } from 'node:perf_hooks';
import { hashSecret, verifySecret } from '../../authenticators/argon.ts';
import { Refusal } from '../../errors.ts';

test.serial('argon2id at the cost OWASP names; right and wrong are told apart', async (t) => {
  const hash = await hashSecret('mật khẩu rất dài của tôi');
  t.regex(hash, /^\$argon2id\$v=19\$m=47104,(?:t=1,p=1|p=1,t=1)\$/);
  t.true(await verifySecret(hash, 'mật khẩu rất dài của tôi'));
  t.false(await verifySecret(hash, 'mật khẩu rất dài của ai'));
});

test.serial('a secret is the same however its marks are composed', async (t) => {
  const hash = await hashSecret('mật khẩu'.normalize('NFD'));
  t.true(await verifySecret(hash, 'mật khẩu'.normalize('NFC')));
});

test.serial('no hash takes as long as a wrong secret', async (t) => {
  const hash = await hashSecret('một');
  const timeOf = async (stored: string | undefined) => {
    const startedAt = performance.now();
    for (const _ of Array(8)) t.false(await verifySecret(stored, 'hai'));
    return performance.now() - startedAt;
  };
  await timeOf(hash);
  const [known, unknown] = [await timeOf(hash), await timeOf(undefined)];
  t.true(unknown > known * 0.5 && unknown < known * 2, `${known} ms against ${unknown} ms`);
});

test.serial('two hundred at once: some are told to come back, memory and the event loop stay', async (t) => {
  const before = process.memoryUsage.rss();
  let most = before;
  let longestMs = 0;
  let beatAt = performance.now();
  const beat = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
    longestMs = Math.max(longestMs, performance.now() - beatAt);
    beatAt = performance.now();
  }, 10);
  const settled = await Promise.allSettled(Array.from({ length: 200 }, () => hashSecret('lũ')));
  clearInterval(beat);
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  t.is(settled.length - refused.length, 67, 'three at work and sixty-four waiting');
  t.true(refused.every((reason) => reason instanceof Refusal && reason.kind === 'throttled'));
  t.true(refused.every((reason) => reason instanceof Refusal && reason.retryAfterSeconds === 2));
  t.true(most - before < 400 * 2 ** 20, `${Math.round((most - before) / 2 ** 20)} MiB more`);
  t.true(longestMs < 1_000, `the event loop stood for ${Math.round(longestMs)} ms`);
  t.log(`${Math.round((most - before) / 2 ** 20)} MiB more, longest stop ${Math.round(longestMs)} ms`);
  t.true(await verifySecret(await hashSecret('sau'), 'sau'), 'and the queue is empty again');
});
