// Ports a person can remember, where they are free; any free one where they are not.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

export type PortChoice<Name extends string> = {
  readonly ports: Readonly<Record<Name, number>>;
  /** Names whose usual port was taken. */
  readonly moved: readonly Name[];
};

/** 0 asks for any free port. */
export async function choosePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
): Promise<PortChoice<Name>> {
  const ports: Partial<Record<Name, number>> = {};
  const moved: Name[] = [];
  const taken = new Set<number>();
  for (const name of Object.keys(wanted) as Name[]) {
    // the keys of `wanted` are its names
    const usual = wanted[name];
    if (usual !== 0 && !taken.has(usual) && (await isFree(usual))) ports[name] = usual;
    else {
      if (usual !== 0) moved.push(name);
      do ports[name] = await anyFreePort();
      while (taken.has(ports[name] ?? 0));
    }
    taken.add(ports[name] ?? 0);
  }
  return { ports: ports as Record<Name, number>, moved }; // every name was given one above
}

// "localhost" is 127.0.0.1 or ::1: a stranger on either would answer for us.
async function isFree(port: number): Promise<boolean> {
  return (await mayListen(port, '127.0.0.1')) && (await mayListen(port, '::1'));
}

async function mayListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    // A machine without IPv6 has no ::1 that could be taken.
    return (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')
    );
  } finally {
    server.close();
  }
}

// Below what Linux gives to outgoing connections and to port 0 (32768 and up): between the look and
// the listening nobody is handed such a port by chance.
const LOWEST = 11_000;
const HIGHEST = 20_000;

/** For what must know its own address before it listens. */
export async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}
