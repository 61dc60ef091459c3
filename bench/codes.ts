// How many one-time codes a process can check in a second: the server-side function with everything it
// writes, on a PostgreSQL that commits to disk, over a pool of ten. Right codes and wrong ones apart.
//     node bench/codes.ts [--codes 2000] [--at-once 32]

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { signInWithZalo } from '../accounts/sign-in.ts';
import { createBudgets } from '../codes/budgets.ts';
import type { Budgets } from '../codes/budgets.ts';
import { checkCode, sendCode } from '../codes/otp.ts';
import { openTransaction, proveStep } from '../assurance/transaction.ts';
import { openDatabase, sql } from '../database.ts';
import { openEnvelope } from '../keys/envelope.ts';
import { openVault } from '../keys/vault.ts';
import { migrate } from '../migrations/migrate.ts';
import { openFolder } from '../sandbox/postgres-binaries.ts';
import { startPostgres } from '../sandbox/postgres.ts';

const { values } = parseArgs({
  options: { codes: { type: 'string', default: '2000' }, 'at-once': { type: 'string', default: '32' } },
});
const count = Number(values.codes);
const atOnce = Number(values['at-once']);
const TARGET = 700;

const dataDir = join(openFolder(), `tnid-bench-${randomBytes(6).toString('hex')}`);
const postgres = await startPostgres({ dataDir, durable: true, temporary: true });
const now = new Date();
await migrate(postgres.url);
const db = openDatabase(postgres.url, { maxConnections: 10 });
const vault = await openVault(db, openEnvelope(randomBytes(32).toString('base64url')), now);
const real = createBudgets(db, { channelPerHour: 1_000_000 });
// Sending is not what is measured.
const budgets: Budgets = { ...real, chargeSend: async () => ({ outcome: 'charged' }) };
const house = { db, vault, budgets, origin: 'bench' };

type Live = { readonly transactionId: string; readonly accountId: string; readonly code: string };

async function makeCode(n: number): Promise<Live> {
  const profile = { appId: '1', zaloId: `70${String(n).padStart(16, '0')}`, name: 'Đo', picture: undefined };
  const signIn = await db.transaction(() => signInWithZalo(db, vault, profile, now));
  if (signIn.outcome === 'locked') throw new Error('a new account is locked');
  const { accountId } = signIn;
  const tx = await openTransaction(db, { interactionUid: `bench-${n}`, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, now); // prettier-ignore
  const request = { transactionId: tx.id, accountId, e164: '+84912345678', action: 'do', displayCode: 'TN-10', addressKey: `${n}`, networkKey: `${n}`, clientId: 'portal' }; // prettier-ignore
  await sendCode(house, request, now);
  const row = await db.row<{ id: string; text: Buffer }>(sql`
    select m.id, m.text_sealed as text from otp o join message_outbox m on m.id = o.message_id where o.transaction_id = ${tx.id}`);
  if (row === undefined) throw new Error('no code was made');
  return {
    transactionId: tx.id,
    accountId,
    code: vault.open(`message/${row.id}/text`, row.text).slice(0, 6),
  };
}

async function all<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T, at); // `at` is below the length
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

async function measure(
  what: string,
  codes: readonly Live[],
  outcome: string,
  spoil: (code: string) => string,
) {
  const cpuBefore = await cpuSeconds();
  const startedAt = performance.now();
  const took: number[] = [];
  const ends = await all(codes, async ({ transactionId, accountId, code }) => {
    const from = performance.now();
    const accept = ({ otpId }: { otpId: string }) =>
      proveStep(db, { transactionId, step: 'otp', accountId, upstreamRef: otpId }, now);
    const checked = await checkCode(house, { transactionId, accountId, code: spoil(code) }, accept, now);
    took.push(performance.now() - from);
    return checked.outcome;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (!ends.every((end) => end === outcome)) throw new Error(`not every code was ${outcome}`);
  const perSecond = codes.length / seconds;
  took.sort((a, b) => a - b);
  const p99 = took[Math.floor(took.length * 0.99)] ?? 0;
  const cpuMs = (((await cpuSeconds()) - cpuBefore) / codes.length) * 1000;
  console.log(`${what}: ${perSecond.toFixed(0)}/s, ${cpuMs.toFixed(2)} ms of CPU each with PostgreSQL (two cores: ${(2000 / cpuMs).toFixed(0)}/s), p99 ${p99.toFixed(1)} ms (target ${TARGET}/s ${perSecond >= TARGET ? 'met' : 'missed'})`); // prettier-ignore
}

/** Ours and PostgreSQL's so far. Other programs on the machine slow a rate down, but not this. Linux only. */
async function cpuSeconds(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const [postmaster = ''] = (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  const stats = await Promise.all(
    [postmaster, ...children.trim().split(' ')].map((pid) =>
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    ),
  );
  // Fields 14 and 15, after the name in brackets; in hundredths of a second (proc(5), CLK_TCK).
  const ticks = stats.map((stat) =>
    stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13),
  );
  const spent = ticks.flat().reduce((all, tick) => all + (Number(tick) || 0), 0);
  return (user + system) / 1_000_000 + spent / 100;
}

try {
  const numbers = Array.from({ length: count + 200 }, (_, n) => n);
  const codes = await all(numbers, makeCode);
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  await measure('warm-up', codes.slice(count), 'right', (code) => code);
  await measure('wrong codes', codes.slice(0, count), 'wrong', wrong);
  await measure('right codes', codes.slice(0, count), 'right', (code) => code);
} finally {
  await db.close();
  await postgres.stop();
}
