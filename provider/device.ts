// The random number a browser keeps so that it is known again (web/device.ts gives it out). Read here
// too: at the authorization endpoint what was proven before may have to wait for a new machine.

import type { Context } from 'koa';

export const DEVICE_COOKIE = '__Host-tnid-device';

/** 128 bits: 22 characters of base64url. Anything else is not of ours. */
export function deviceNumberOf(ctx: Pick<Context, 'cookies'>): string | undefined {
  const kept = ctx.cookies.get(DEVICE_COOKIE, { signed: false });
  return kept !== undefined && /^[A-Za-z0-9_-]{22}$/.test(kept) ? kept : undefined;
}
