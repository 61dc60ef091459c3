// A random number that the browser keeps, so that a machine a person has proven level 2 on is known
// again. It opens nothing; it only spares the wait of a new machine.

import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { DEVICE_COOKIE, deviceNumberOf } from '../provider/device.ts';
import { DEVICE_DAYS } from '../safety/devices.ts';
import type { Site } from './site.ts';

/** The keyed hash of this browser's number; a browser without one is given one. */
export function deviceOf(site: Site, ctx: Context): Buffer {
  const known = deviceNumberOf(ctx);
  const earlier: unknown = ctx.state['device'];
  const number = known ?? (typeof earlier === 'string' ? earlier : randomBytes(16).toString('base64url'));
  if (earlier === undefined) {
    // Set anew at each visit: the 400 days begin with the last one.
    ctx.cookies.set(DEVICE_COOKIE, number, {
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: true,
      maxAge: DEVICE_DAYS * 86_400_000,
    });
    ctx.state['device'] = number;
  }
  return site.vault.keyOf('device', number);
}
