// A real web server of Debian as a child process: on a free port, with a folder of its own.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { threadId } from 'node:worker_threads';
import type { AtEnd } from '../guard/forward-auth-setting.ts';

/** Where Debian keeps servers may be missing from a user's PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

let given = 0;

/**
 * Neither nginx nor Apache can be told to take any free port. These lie below the ports the system hands
 * out by itself, and each worker of the tests has twenty of its own, so that nobody comes in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + ((process.pid + threadId) % 500) * 20 + (given++ % 20);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Runs in the foreground until the test is over; ready when its port answers. */
export async function runServer(
  atEnd: AtEnd,
  program: string,
  args: readonly string[],
  port: number,
): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = text(child.stderr);
  let ended = false;
  child.once('exit', () => (ended = true));
  atEnd(async () => {
    if (ended) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const until = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (ended) throw new Error(`${program} ended: ${await said}`);
    if (Date.now() > until) throw new Error(`${program} does not listen`);
    await sleep(10);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
