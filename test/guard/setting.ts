// One broker, one app and one clock for each test, so that a test may break any of them.

import type { ExecutionContext } from 'ava';
import { createGuard, type CheckResult, type Guard, type GuardOptions } from '../../packages/guard/guard.ts';
import { audience, createApp, startIssuer, type Issuer } from './issuer.ts';

export const baseUrl = 'https://hoso.example';
export const cataloguePath = '/.well-known/tayninh-service-catalogue';

export type Setting = {
  issuer: Issuer;
  app: Awaited<ReturnType<typeof createApp>>;
  clock: { shiftMs: number };
  start(options?: Partial<GuardOptions>): Promise<Guard>;
  ask(guard: Guard, claims?: Record<string, unknown>, action?: string): Promise<string>;
};

export async function setUp(t: ExecutionContext): Promise<Setting> {
  const issuer = await startIssuer();
  const app = await createApp(issuer);
  const clock = { shiftMs: 0 };
  const guards: Guard[] = [];
  t.teardown(async () => {
    await Promise.all(guards.map((guard) => guard.stop()));
    await issuer.stop();
  });
  return {
    issuer,
    app,
    clock,
    async start(options = {}) {
      const guard = createGuard({
        ...issuer.options,
        audience,
        baseUrl,
        now: () => new Date(Date.now() + clock.shiftMs),
        feedIntervalMs: 3_600_000,
        onTrouble: () => undefined, // tests break things on purpose
        ...options,
      });
      guards.push(guard);
      await guard.start();
      return guard;
    },
    async ask(guard, claims = {}, action = 'hoso.nop') {
      const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
      const token = await app.token({ iat, exp: iat + 300, auth_time: iat - 10, ...claims });
      return answerOf(await guard.check(await app.request(token, { iat }), action));
    },
  };
}

export function answerOf(result: CheckResult): string {
  if (result.ok) return 'allowed';
  if (result.status === 503 && result.headers['Retry-After'] === undefined) return 'no Retry-After';
  const error = /error="([^"]*)"/.exec(result.headers['WWW-Authenticate'] ?? '')?.[1] ?? '';
  return `${result.status} ${error}`.trim();
}

/** Until the broker was asked `times` more; the answer before the last has then been read. */
export async function asked(issuer: Issuer, path: string, times = 2): Promise<void> {
  const count = (): number => issuer.hits.filter((hit) => hit === path).length;
  const wanted = count() + times;
  while (count() < wanted) await new Promise((resolve) => setTimeout(resolve, 2));
}
