import type { Context } from 'koa';
import { beginHold, holdState } from '../safety/hold.ts';
import { holdPage } from '../views/hold.ts';
import { deviceOf } from './device.ts';
import type { Site } from './site.ts';
import { send, stepPage } from './step-page.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const REFRESH_SECONDS = 10;

/** A new machine waits here. The first look sends the notice; the page comes back by itself. */
export async function showHold(
  site: Site,
  ctx: Context,
  visit: Visit,
  { accountId, profile }: Person,
  now: Date,
): Promise<void> {
  const device = { accountId, deviceKey: deviceOf(site, ctx) };
  await beginHold(site, device, now);
  const state = await holdState(
    site.db,
    { ...device, highRisk: true, boundSince: profile.binding?.boundAt },
    now,
  );
  const { action: _, ...shared } = stepPage(site, ctx, visit);
  // A header and no meta element: a reader that stops pages from refreshing can stop this one too.
  ctx.set('refresh', String(REFRESH_SECONDS));
  send(
    ctx,
    holdPage({
      ...shared,
      selfHref: `/interaction/${visit.uid}`,
      destination: profile.phone === undefined ? undefined : `***${profile.phone.slice(-3)}`,
      until: typeof state === 'object' ? state.until : undefined,
    }),
  );
}
