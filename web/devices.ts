// /toi/thiet-bi: the machines a person has verified on, and "this is not me".

import Router from '@koa/router';
import { Refusal } from '../errors.ts';
import { listDevices, removeDevice } from '../safety/devices.ts';
import { devicesPage } from '../views/devices.ts';
import { deviceOf } from './device.ts';
import { signInHere } from './own-sign-in.ts';
import { findOwner, ownCsrf, ownFrame, readOwnForm } from './owner.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

const PATH = '/toi/thiet-bi';

export function deviceRoutes(site: Site): Router {
  const router = new Router();
  router.get(PATH, async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    if (me === undefined) return signInHere(site, ctx);
    const device = { accountId: me.accountId, deviceKey: deviceOf(site, ctx) };
    const devices = await listDevices(site.db, device, site.clock());
    const page = ownFrame(site, ctx, me);
    send(ctx, devicesPage({ page, devices, removeAction: PATH, csrf: ownCsrf(site, me), backHref: '/toi' }));
  });
  router.post(PATH, async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    if (me === undefined) throw new Refusal('unauthenticated', 'no session');
    const form = await readOwnForm(site, ctx, me);
    const id = form.get('device') ?? '';
    // Somebody else's machine, one that is gone and no id at all are one answer: the list as it is now.
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      await removeDevice(site, { accountId: me.accountId, id }, site.clock());
    ctx.redirect(PATH);
    ctx.status = 303;
  });
  return router;
}
