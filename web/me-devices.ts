// Where a person is signed in, and on which machines they have proven who they are.

import Router from '@koa/router';
import { Refusal } from '../errors.ts';
import { listDevices, removeDevice } from '../safety/devices.ts';
import { endLaunch, listLaunches } from '../safety/launches.ts';
import { idIn, meRoute } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

export function meDeviceRoutes(site: Site, guards: OwnGuards): Router {
  const router = new Router();
  router.get(
    '/me/devices',
    meRoute(site, guards.me, (_ctx, me) => list(site, me)),
  );
  // Signs out everywhere, this launch included: what was opened on the machine is not told apart.
  router.post(
    '/me/devices/:id/remove',
    meRoute(site, guards.me, async (ctx, { accountId }) => {
      const removed = await removeDevice(site, { accountId, id: idIn(ctx, 'id') }, site.clock());
      if (!removed) throw new Refusal('missing', 'no such machine');
      return undefined;
    }),
  );
  router.post(
    '/me/sessions/:id/end',
    meRoute(site, guards.me, async (ctx, { accountId }) => {
      const ended = await endLaunch(site, { accountId, id: idIn(ctx, 'id') }, site.clock());
      if (!ended) throw new Refusal('missing', 'no such session');
      return undefined;
    }),
  );
  router.post(
    '/me/sign-out',
    meRoute(site, guards.me, async (_ctx, { accountId, familyId }) => {
      await endLaunch(site, { accountId, id: familyId }, site.clock());
      return undefined;
    }),
  );
  return router;
}

async function list(site: Site, { accountId, deviceKey, familyId }: MeCaller): Promise<object> {
  const now = site.clock();
  const devices = await listDevices(site.db, { accountId, deviceKey }, now);
  const launches = await listLaunches(site.db, accountId, now);
  return {
    devices: devices.map(({ id, kind, firstProvenAt, lastSeenAt, isThis }) => ({
      id,
      kind,
      since: firstProvenAt,
      last_seen: lastSeenAt,
      current: isThis,
    })),
    sessions: launches.map(({ id, openedAt, kind }) => ({
      id,
      opened_at: openedAt,
      kind,
      current: id === familyId,
    })),
  };
}
