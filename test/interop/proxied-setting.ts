// A proxy, a tnid-guard, a service and a broker of one test file, and what comes of one request.

import type { TestFn } from 'ava';
import {
  send,
  startBackend,
  startForwardAuth,
  type AtEnd,
  type Raw,
  type Reply,
  type Running,
  type Seen,
} from '../guard/forward-auth-setting.ts';
import type { Issuer } from '../guard/issuer.ts';

export type Proxy = 'nginx' | 'apache';
export type StartProxy = (
  atEnd: AtEnd,
  guardPort: number,
  servicePort: number,
  pagePort: number,
) => Promise<number>;
export type Setting = { readonly port: number; readonly seen: Seen[]; readonly guard: Running };

export async function startAll(
  atEnd: AtEnd,
  proxy: Proxy,
  startProxy: StartProxy,
  members: Record<string, unknown> = {},
  options: Parameters<typeof startForwardAuth>[2] = {},
): Promise<Setting> {
  const backend = await startBackend(atEnd);
  const guard = await startForwardAuth(atEnd, { proxy, healthListen: '127.0.0.1:0', ...members }, options);
  const port = await startProxy(atEnd, guard.address.port, backend.port, guard.healthAddress?.port ?? 0);
  return { port, seen: backend.seen, guard };
}

/** What the client got, and what reached the service meanwhile. */
export async function reach(from: Setting, raw: Raw): Promise<{ reply: Reply; seen: Seen[] }> {
  const before = from.seen.length;
  const reply = await send(from.port, raw);
  return { reply, seen: from.seen.slice(before) };
}

/** One for the tests of a file that change nothing; they run one after the other. */
export function shareSetting(test: TestFn, proxy: Proxy, startProxy: StartProxy): () => Setting {
  const undos: (() => Promise<void>)[] = [];
  let all: Setting | undefined;
  test.before(async () => {
    all = await startAll((undo) => undos.push(undo), proxy, startProxy, {}, { prepare: endSome });
  });
  test.after.always(async () => {
    for (const undo of undos.toReversed()) await undo();
  });
  return () => {
    if (all === undefined) throw new Error('not started');
    return all;
  };
}

// Watermarks for row 5.
function endSome(issuer: Issuer): void {
  issuer.state.entries = [
    { k: 'consent', id: 'c_gone', min_ver: 99 },
    { k: 'sub', id: 'ended-1', min_iat: 9_999_999_999 },
  ];
}
