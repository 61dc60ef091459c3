// Opening and closing of HTTP servers.

import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RunningServer = {
  readonly port: number;
  /** Takes nothing new, lets what runs finish, then cuts what is left. */
  drain(seconds: number): Promise<void>;
};

/** Header and time limits keep a slow or endless request from holding a connection. */
export async function openServer(
  { host, port }: { readonly host: string; readonly port: number },
  handler: RequestListener,
): Promise<RunningServer> {
  const limits = {
    maxHeaderSize: 16_384,
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 65_000,
  };
  const server = createServer(limits, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo; // a TCP server that listens has one
  return { port: address.port, drain: (seconds) => drain(server, seconds) };
}

async function drain(server: Server, seconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A client keeps its connection after its last answer; each one that has gone quiet is closed.
  const quiet = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), seconds * 1000);
  await closed;
  clearInterval(quiet);
  clearTimeout(cut);
}
