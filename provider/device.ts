// The random number a browser keeps so that it is known again (web/device.ts gives it out). Read here
// too: at the authorization endpoint what was proven before may have to wait for a new machine.

import type { Context } from 'koa';
import type { DeviceKind } from '../safety/devices.ts';

export const DEVICE_COOKIE = '__Host-tnid-device';

/** 128 bits: 22 characters of base64url. Anything else is not of ours. */
export function deviceNumberOf(ctx: Pick<Context, 'cookies'>): string | undefined {
  const kept = ctx.cookies.get(DEVICE_COOKIE, { signed: false });
  return kept !== undefined && /^[A-Za-z0-9_-]{22}$/.test(kept) ? kept : undefined;
}

const SIGNS: readonly [RegExp, DeviceKind][] = [
  [/iPad/, 'ipad'],
  [/iPhone/, 'iphone'],
  [/Android/, 'android'],
  [/Windows/, 'windows'],
  [/Macintosh/, 'mac'],
  [/Linux|X11/, 'linux'],
];

/** What sort of machine the browser says it is: for the person's own list, never for a decision. */
export function deviceKind(ctx: Pick<Context, 'get'>): DeviceKind {
  const agent = ctx.get('user-agent').slice(0, 500);
  return SIGNS.find(([sign]) => sign.test(agent))?.[1] ?? 'other';
}
