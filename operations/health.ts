// /healthz: this process answers. /readyz: it can do its work, said per dependency; a load balancer
// takes it out while one that every request needs is away.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { Dependencies } from './dependencies.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

type Parts = {
  readonly db: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dependencies: Dependencies;
};

/** Answers the two health addresses. False: another address. */
export function answerHealth(parts: Parts, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (request.url === '/healthz') {
    send(response, 200, { status: 'ok' });
    return true;
  }
  if (request.url !== '/readyz') return false;
  void readiness(parts).then(({ ready, dependencies }) =>
    send(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', dependencies }),
  );
  return true;
}

async function readiness({ db, log, metrics, dependencies }: Parts) {
  const database = await db
    .apart(() => db.row(sql`select 1 as one`))
    .then(
      () => 'ok' as const,
      (error: unknown) => {
        log('warn', 'ready.database', { message: error instanceof Error ? error.message : 'unknown' });
        return 'unavailable' as const;
      },
    );
  metrics.dependency('database', database === 'ok');
  // Zalo, VNeID and SMS are shown but do not decide: without them people already signed in go on.
  return { ready: database === 'ok', dependencies: { database, ...dependencies.states() } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
  });
  response.end(JSON.stringify(body));
}
