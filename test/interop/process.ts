// A real web server of Debian as a child process: on a free port, with a folder of its own.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
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

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
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
