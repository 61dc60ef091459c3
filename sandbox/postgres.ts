// A real PostgreSQL for the demo and the tests, from the npm package that carries it. Started
// with nothing installed on the machine, stopped even when Node is killed.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync, closeSync } from 'node:fs';
import { chown, mkdtemp, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { Refusal } from '../errors.ts';
import { findBinaries, prepareDataDir, type Binaries } from './postgres-binaries.ts';
import { anyFreePort } from './ports.ts';

const run = promisify(execFile);

// A predecessor whose Node was killed is still shutting down; one that was killed itself leaves
// children holding its shared memory for a moment.
const predecessorTimeoutMs = 5_000;
// Recovery after a crash replays the log before the first connection is let in.
const readyTimeoutMs = 60_000;

export type Postgres = { readonly url: string; readonly port: number; stop(): Promise<void> };

export type PostgresOptions = {
  readonly dataDir: string;
  /** A free port if absent. Only 127.0.0.1 listens. */
  readonly port?: number;
  /** False for tests: nothing waits for the disk, and a power cut may lose everything. */
  readonly durable: boolean;
  /** Deletes `dataDir` when PostgreSQL stops, however this program ends. */
  readonly temporary?: boolean;
};

/**
 * Starts PostgreSQL on `dataDir`, making the cluster the first time.
 * Refuses `conflict` if another one runs there, `unavailable` if it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const binaries = findBinaries();
  const home = prepareDataDir(resolve(options.dataDir), binaries.as);
  const password = await makeCluster(home, binaries);

  const deadline = Date.now() + predecessorTimeoutMs;
  for (;;) {
    await removeStaleLock(join(home, 'cluster'));
    const port = options.port ?? (await anyFreePort());
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const guard = launch(home, port, binaries, options);
    if (await becomesReady(guard, url, join(home, 'cluster'))) {
      return { url, port, stop: () => stop(guard) };
    }
    const log = (await readFile(join(home, 'postgres.log'), 'utf8')).slice(-2_000);
    const locked = /lock file "postmaster.pid" already exists|shared memory block .* still in use/.test(log);
    const portTaken = /could not bind|Address already in use/.test(log);
    if (Date.now() > deadline || (!locked && !(portTaken && options.port === undefined))) {
      const why = locked
        ? `another PostgreSQL runs on ${options.dataDir}`
        : `PostgreSQL does not start:\n${log}`;
      throw new Refusal(locked ? 'conflict' : 'unavailable', why);
    }
    await sleep(100);
  }
}

// initdb works beside the final place and the folder is moved when whole, so that a kill in the
// middle does not leave half a cluster. Answers the password of the role `postgres`.
async function makeCluster(home: string, { bin, as }: Binaries): Promise<string> {
  const passwordFile = join(home, 'password');
  const cluster = join(home, 'cluster');
  if (existsSync(cluster)) return (await readFile(passwordFile, 'utf8')).trim();

  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const fresh = await mkdtemp(join(home, 'initdb-'));
  if (as.uid !== undefined && as.gid !== undefined) {
    await chown(passwordFile, as.uid, as.gid);
    await chown(fresh, as.uid, as.gid);
  }
  const flags = [
    // Without these an empty LANG gives an SQL_ASCII cluster.
    '--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 --lc-messages=C',
    '--username=postgres --auth=scram-sha-256 --no-sync --no-instructions',
  ].join(' ');
  await run(join(bin, 'initdb'), [`--pgdata=${fresh}`, `--pwfile=${passwordFile}`, ...flags.split(' ')], {
    ...as,
    cwd: home,
    env: environment,
  }).catch((cause: unknown) => {
    const said = cause instanceof Error ? cause.message : '';
    throw new Refusal('unavailable', `initdb failed: ${said.slice(-2_000)}`, { cause });
  });
  await rename(fresh, cluster);
  return password;
}

// Whatever PGPORT, PGOPTIONS or LANG this program was started with is not meant for this cluster.
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

// PostgreSQL outlives a killed Node, and the next start then fails on its lock file. So a shell
// stands between: the pipe on its stdin closes when Node ends in any way, and it asks for a fast
// shutdown. The reader is a background job, whose stdin POSIX points at /dev/null: hence fd 3.
const guardScript = `
  doomed=$1; shift
  exec 3<&0
  "$@" </dev/null 3<&- & postgres=$!
  (read -r _ <&3; kill -INT $postgres) 2>/dev/null & reader=$!
  wait $postgres; code=$?
  kill $reader 2>/dev/null
  [ -z "$doomed" ] || rm -rf "$doomed"
  exit $code`;

function launch(home: string, port: number, { bin, as }: Binaries, options: PostgresOptions): ChildProcess {
  const doomed = options.temporary === true ? home : '';
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
    // /dev/shm is 64 MB or absent in containers.
    'dynamic_shared_memory_type=mmap',
    ...(options.durable
      ? []
      : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']),
  ];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const log = openSync(join(home, 'postgres.log'), 'w', 0o600);
  try {
    return spawn(
      '/bin/sh',
      [
        '-c',
        guardScript,
        'tnid-postgres',
        doomed,
        join(bin, 'postgres'),
        '-D',
        join(home, 'cluster'),
        ...flags,
      ],
      // A session of its own: Ctrl-C reaches Node only, which closes its connections first.
      { ...as, cwd: home, env: environment, detached: true, stdio: ['pipe', log, log] },
    );
  } finally {
    closeSync(log);
  }
}

async function becomesReady(guard: ChildProcess, url: string, cluster: string): Promise<boolean> {
  let spawnFailed = false;
  guard.on('error', () => (spawnFailed = true));
  guard.stdin?.on('error', () => {}); // the guard ended first
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    if (spawnFailed || guard.exitCode !== null || guard.signalCode !== null) return false;
    if (await answers(url, cluster)) return true;
    await sleep(15);
  }
  await stop(guard);
  return false;
}

// Asks for the data folder too: on a given port somebody else's server may answer.
async function answers(url: string, cluster: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function stop(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  const gone = once(guard, 'exit');
  guard.stdin?.end();
  await gone;
}

// After a container restart the number in the lock file may belong to any program, and PostgreSQL
// then refuses for ever. The lock of a process that is simply gone stays: PostgreSQL needs it to
// see whether children of the dead one still write.
async function removeStaleLock(cluster: string): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !(await isSomethingElse(pid, cluster))) return;
  await sleep(1_000); // it may be a dead postmaster nobody has reaped, with children still ending
  await rm(lock, { force: true });
}

async function isSomethingElse(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // The postmaster works in its data folder. A zombie has no folder, a stranger's is hidden.
    return readlink(`/proc/${pid}/cwd`).then(
      (folder) => folder !== cluster,
      () => true,
    );
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return !stdout.includes(cluster);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
