// Opening the mini app: one launch is two requests, /authorize-challenge with Zalo's evidence and /token.
// Counted with the Zalo twin as a real server on the load's core; timed, request by request, with Zalo
// inside the broker's process, so that what is left is the broker's own time.

import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startZalo } from '../sandbox/zalo/server.ts';
import { APP } from './cast.ts';
import { openConnection, requestBytes } from './connection.ts';
import type { Connection } from './connection.ts';
import { openScene } from './house.ts';
import type { Scene } from './house.ts';
import { serverCore } from './pinning.ts';
import { startProfile } from './profile.ts';
import { dpopProof, makeKey } from './proofs.ts';
import { median, quantile } from './rounds.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    users: { type: 'string', default: '16' },
    launches: { type: 'string', default: '400' },
    profile: { type: 'boolean', default: false },
  },
});
const TARGET_PER_SECOND = 250;
const TARGET_P99_MS = 30;
const PEOPLE = 2_000;
const zaloApp = { appId: '1234567890123456789', appSecret: randomBytes(16).toString('hex') };
const people = Array.from({ length: PEOPLE }, (_, n) => String(8_000_000_000_000_000_000n + BigInt(n)));

type Ready = { readonly first: string; readonly token: (code: string) => string };

/** A launch with its key and proofs made beforehand: on a phone that is the phone's work. */
function readyLaunch({ broker }: Scene, nonce: string, accessToken: string): Ready {
  const key = makeKey('launch');
  const verifier = randomBytes(32).toString('base64url');
  const proofAt = (path: string) =>
    dpopProof(key, { method: 'POST', address: `${broker.issuer}${path}`, nonce });
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: APP,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    scope: 'tn:me',
    resource: `${broker.issuer}/me`,
    subject_evidence_type: `${broker.issuer}/evidence/zalo-access-token`,
    zalo_access_token: accessToken,
  });
  const tokenProof = proofAt('/token');
  return {
    first: requestBytes(broker.host, '/authorize-challenge', {
      form: String(asked),
      dpop: proofAt('/authorize-challenge'),
    }),
    token(code) {
      const form = new URLSearchParams({ grant_type: 'authorization_code', client_id: APP, code, code_verifier: verifier, resource: `${broker.issuer}/me` }); // prettier-ignore
      return requestBytes(broker.host, '/token', { form: String(form), dpop: tokenProof });
    },
  };
}

/** Milliseconds of the two requests. */
async function open(connection: Connection, launch: Ready): Promise<readonly [number, number]> {
  const startedAt = performance.now();
  const first = await connection.send(launch.first);
  const between = performance.now();
  const code = /"authorization_code":"([^"]+)"/.exec(first.body)?.[1];
  if (code === undefined) throw new Error(`no code: ${first.status} ${first.body}`);
  const given = await connection.send(launch.token(code));
  if (given.status !== 200) throw new Error(`no token: ${given.status} ${given.body}`);
  return [between - startedAt, performance.now() - between];
}

const core = serverCore();
const nodeOptions = values.profile ? startProfile() : [];
const shared = { serverCore: core, withBare: false, durable: true, nodeOptions, log: () => {} } as const;

async function counted(): Promise<void> {
  const zalo = await startZalo({
    apps: [{ ...zaloApp, redirectUris: [] }],
    citizens: people.map((zaloId) => ({ zaloId, name: 'Bảy Lành' })),
  });
  const scene = await openScene({ ...shared, zalo: { ...zaloApp, url: zalo.url } });
  try {
    const { broker } = scene;
    const connections = await Promise.all(Array.from({ length: Number(values.users) }, () => openConnection(broker.port))); // prettier-ignore
    const rates: number[] = [];
    const cpu: number[] = [];
    // The first round warms up and makes every person's account.
    for (let round = -1; round < Number(values.rounds); round += 1) {
      const nonce = await broker.nonce();
      const count = round < 0 ? PEOPLE : Math.ceil(700 * Number(values.seconds));
      const ready = Array.from({ length: count }, (_, n) => {
        const zaloId = people[n % PEOPLE] ?? '';
        return readyLaunch(scene, nonce, zalo.mintMiniAppTokens({ zaloId, scopes: [] }).accessToken);
      });
      const before = await broker.stand();
      const startedAt = performance.now();
      const untilMs = round < 0 ? Infinity : startedAt + Number(values.seconds) * 1_000;
      let done = 0;
      await Promise.all(
        connections.map(async (connection) => {
          for (
            let launch = ready.pop();
            launch !== undefined && performance.now() < untilMs;
            launch = ready.pop()
          ) {
            // prettier-ignore
            await open(connection, launch);
            done += 1;
          }
        }),
      );
      if (round < 0) continue;
      const elapsed = (performance.now() - startedAt) / 1_000;
      rates.push(done / elapsed);
      cpu.push(((await broker.stand()).cpuMs - before.cpuMs) / done);
    }
    const rate = median(rates);
    const verdict = rate >= TARGET_PER_SECOND ? 'met' : 'MISSED';
    console.log(`launches a second     ${rate.toFixed(0)} (${rates.map((one) => one.toFixed(0)).join(', ')}), target ${TARGET_PER_SECOND} ${verdict}; ${median(cpu).toFixed(2)} ms of processor each`); // prettier-ignore
    for (const connection of connections) connection.close();
  } finally {
    await scene.close();
    await zalo.close();
  }
}

async function timed(): Promise<void> {
  const scene = await openScene(shared);
  try {
    const { broker } = scene;
    const connection = await openConnection(broker.port);
    const both: number[] = [];
    const [firsts, seconds]: [number[], number[]] = [[], []];
    for (let n = -100; n < Number(values.launches); n += 1) {
      if (n % 100 === 0) await broker.stand(true);
      const launch = readyLaunch(scene, await broker.nonce(), `${people[(n + 100) % 200]}.${n + 100}.${randomBytes(8).toString('hex')}`); // prettier-ignore
      const [first, second] = await open(connection, launch);
      if (n < 0) continue;
      firsts.push(first);
      seconds.push(second);
      both.push(first + second);
    }
    const line = (name: string, all: readonly number[]) => {
      const sorted = all.toSorted((a, b) => a - b);
      return `${name.padEnd(22)}p50 ${quantile(sorted, 0.5).toFixed(1)} ms, p99 ${quantile(sorted, 0.99).toFixed(1)} ms`;
    };
    const p99 = quantile(
      both.toSorted((a, b) => a - b),
      0.99,
    );
    console.log(line('/authorize-challenge', firsts));
    console.log(line('/token', seconds));
    console.log(
      `${line('one launch', both)}, target p99 ${TARGET_P99_MS} ms ${p99 <= TARGET_P99_MS ? 'met' : 'MISSED'}`,
    );
    connection.close();
  } finally {
    await scene.close();
  }
}

await timed();
await counted();
