import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Config } from '../../config.ts';

export type BrokerProcess = {
  readonly at: string;
  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null>;
  /** Ends it where it stands, as a power cut would. */
  kill(): Promise<void>;
};

/** Starts main.ts in another process on the same database and issuer, with a port of its own. */
export async function startBrokerProcess(config: Config): Promise<BrokerProcess> {
  const child = spawn(process.execPath, [new URL('./broker-process.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'] },
  });
  const ended = once(child, 'exit');
  child.stdin?.end(JSON.stringify({ ...config, TNID_LISTEN: { host: '127.0.0.1', port: 0 } }));
  if (child.stdout === null) throw new Error('the broker process has no output');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => ['']),
  ]);
  if (!/^\d+$/.test(String(line))) throw new Error('the second broker did not start');
  return {
    at: `http://localhost:${String(line)}`, // by name: cookies go by host, not by port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
