// A listening server that can be closed without cutting a question off.

import { once } from 'node:events';
import type { Server } from 'node:net';
import type { Address } from './config.ts';

export type Door = { readonly server: Server; closeIdle(): void; closeAll(): void };

const drainMs = 5000;

export async function openDoor({ server }: Door, { host, port }: Address): Promise<Address> {
  server.listen({ host, port, backlog: 1024 });
  await once(server, 'listening');
  const bound = server.address();
  // A TCP server that is listening has an address object; null and strings belong to closed and to pipes.
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { host: bound.address, port: bound.port };
}

/** The proxy keeps its connections: the quiet ones end now, those with a question when it is answered. */
export async function closeDoor({ server, closeIdle, closeAll }: Door): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  closeIdle();
  const quiet = setInterval(closeIdle, 20);
  const cut = setTimeout(closeAll, drainMs);
  await closed;
  clearInterval(quiet);
  clearTimeout(cut);
}
