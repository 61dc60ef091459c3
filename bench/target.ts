// A server under test: a process of its own on a core of its own.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { JWT_SERVICE } from './cast.ts';
import { openConnection, requestBytes } from './connection.ts';
import { readySchema, standSchema } from './server-side.ts';
import type { Stand } from './server-side.ts';
import type { Key } from './proofs.ts';
import { clientAssertion, dpopProof } from './proofs.ts';

export type TargetName = 'broker' | 'bare';
export type Target = {
  readonly name: TargetName;
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  /** CPU and memory it has used; with `collect`, after a full garbage collection. */
  stand(collect?: boolean): Promise<Stand>;
  /** A DPoP nonce it accepts now. */
  nonce(): Promise<string>;
  stop(): Promise<void>;
};

/** Starts a command on one core where `taskset` exists; anywhere otherwise. */
export function pinned(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command];
}

export async function startTarget(
  name: TargetName,
  options: {
    readonly key: Key;
    readonly core: number | undefined;
    readonly logFile: string;
    readonly environment: (facts: { issuer: string; port: number }) => Record<string, string>;
    readonly nodeOptions?: readonly string[];
  },
): Promise<Target> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const file = new URL(`serve-${name}.ts`, import.meta.url).pathname;
  const node = [process.execPath, '--expose-gc', ...(options.nodeOptions ?? []), file];
  const [command = '', ...rest] = pinned(options.core, node);
  const child = spawn(command, rest, {
    stdio: ['ignore', 'inherit', openSync(options.logFile, 'a'), 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  child.send({ port, key: options.key.publicJwk, environment: options.environment({ issuer, port }) });
  readySchema.parse(await answerOf(child, options.logFile));
  const host = `localhost:${port}`;
  return {
    name,
    issuer,
    host,
    port,
    async stand(collect = false) {
      child.send(collect ? 'collect' : 'stand');
      return standSchema.parse(await answerOf(child, options.logFile));
    },
    async nonce() {
      // Refused for want of a nonce, and told one.
      const connection = await openConnection(port);
      const form = `grant_type=refresh_token&refresh_token=none&resource=${encodeURIComponent(JWT_SERVICE.id)}&${clientAssertion(options.key, 'bench-portal', issuer)}`;
      const dpop = dpopProof(options.key, { method: 'POST', address: `${issuer}/token` });
      const { dpopNonce, body } = await connection.send(requestBytes(host, '/token', { form, dpop }));
      connection.close();
      if (dpopNonce === undefined) throw new Error(`${name} gave no nonce: ${body}`);
      return dpopNonce;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

function answerOf(child: ChildProcess, logFile: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a server ended with ${code}; see ${logFile}`));
    child.once('exit', ended);
    child.once('message', (message: unknown) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0)); // listening on TCP
    });
  });
}
