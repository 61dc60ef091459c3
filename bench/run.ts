// The bench: every scenario at our broker and at the bare library, round by round, and the table.

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { DEVICE_COOKIE } from './cast.ts';
import { openConnection } from './connection.ts';
import { measureGuard } from './guard-process.ts';
import { openScene } from './house.ts';
import { serverCore } from './pinning.ts';
import { median, runRound } from './rounds.ts';
import type { Round } from './rounds.ts';
import { scenarios } from './scenarios.ts';
import type { Ground, Scenario, User } from './scenarios.ts';
import { guardTable, table } from './table.ts';
import type { Line } from './table.ts';
import { startProfile } from './profile.ts';
import type { Target } from './target.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    users: { type: 'string', default: '32' },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    'no-bare': { type: 'boolean', default: false },
  },
});
const seconds = values.full ? 8 : Number(values.seconds);
const rounds = values.full ? 7 : Number(values.rounds);
/** V8 needs some thousand requests to settle; shorter, both servers look half as fast. */
const warmUpSeconds = values.full ? 8 : 1.5;
const userCount = Number(values.users);
const wanted = (name: string) => positionals.length === 0 || positionals.some((word) => name.includes(word));
const chosen = scenarios.filter(({ name }) => wanted(name));
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const core = serverCore();

const guard = wanted('guard') ? await measureGuard(core, seconds / 2, rounds) : undefined;
const lines = chosen.length === 0 ? [] : await measure();
if (values.json) console.log(JSON.stringify({ machine: machine(), lines, guard }));
else {
  console.log(`\n${machine()}\n`);
  if (lines.length > 0) console.log(table(lines));
  if (guard !== undefined) console.log(`\n${guardTable(guard)}`);
}

async function measure(): Promise<Line[]> {
  const scene = await openScene({
    serverCore: core,
    withBare: !values['no-bare'],
    durable: true,
    log: say,
    nodeOptions: values.profile ? startProfile() : [],
  });
  try {
    const results: Line[] = [];
    for (const scenario of chosen) results.push(await measureOne(scenario, scene));
    return results;
  } finally {
    await scene.close();
  }
}

async function measureOne(scenario: Scenario, scene: Awaited<ReturnType<typeof openScene>>): Promise<Line> {
  const targets = [scene.broker, ...(scene.bare === undefined ? [] : [scene.bare])];
  const lanes: { ground: Ground; expected: number; rounds: Round[] }[] = [];
  for (const target of targets) {
    const raise = target === scene.broker ? scene.raiseNewest : async () => {};
    const ground: Ground = { target, key: scene.key, users: await openUsers(target), raise };
    await scenario.setUp(ground);
    // Warms the code up and says how many proofs a round needs.
    const first = await runRound(scenario, ground, { seconds: warmUpSeconds, expected: 300 });
    lanes.push({ ground, expected: first.perSecond, rounds: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const lane of lanes) {
      const result = await runRound(scenario, lane.ground, { seconds, expected: lane.expected });
      lane.expected = Math.max(lane.expected, result.perSecond);
      lane.rounds.push(result);
      say(
        `${scenario.name} · ${lane.ground.target.name} · ${result.perSecond.toFixed(0)}/s · ${result.serverMs.toFixed(2)} ms each · server ${pct(result.serverCpu)} load ${pct(result.loadCpu)} cores ${result.cores.map(pct).join(' ')}`,
      );
    }
  }
  for (const { ground } of lanes) for (const { connection } of ground.users) connection.close();
  const [broker, bare] = lanes.map((lane) => summary(lane.rounds));
  if (broker === undefined) throw new Error('no rounds');
  // Pairs of neighbouring rounds: a slow minute of the machine is in both halves of a pair.
  const ratios = (lanes[0]?.rounds ?? []).flatMap((one, index) => {
    const other = lanes[1]?.rounds[index];
    return other === undefined ? [] : [one.perSecond / other.perSecond];
  });
  return {
    name: scenario.name,
    target: scenario.target,
    broker,
    bare,
    ratio: ratios.length === 0 ? undefined : median(ratios),
  };
}

async function openUsers(target: Target): Promise<User[]> {
  const users: User[] = [];
  for (let count = 0; count < userCount; count += 1)
    users.push({
      connection: await openConnection(target.port),
      jar: new Map([DEVICE_COOKIE]),
      refreshToken: '',
      accessToken: '',
    });
  return users;
}

function summary(all: readonly Round[]) {
  const of = (pick: (round: Round) => number) => median(all.map(pick));
  return {
    perSecond: of((round) => round.perSecond),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    serverMs: of((round) => round.serverMs),
    serverCpu: of((round) => round.serverCpu),
    loadCpu: of((round) => round.loadCpu),
    otherCore: of((round) => round.cores[1] ?? Number.NaN),
  };
}

function pct(share: number): string {
  return Number.isNaN(share) ? '–' : `${Math.round(share * 100)}%`;
}

function machine(): string {
  const [first] = cpus();
  return `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}; ${core === 0 ? 'server on core 0, load and PostgreSQL on core 1' : 'not pinned'}; ${userCount} users, ${rounds} rounds of ${seconds} s, medians; PostgreSQL commits to disk`;
}
