// /k/:token, the link of a notice. A GET shows what would happen and changes nothing: messengers fetch
// links for their previews. No login: whoever was robbed may have none.

import Router from '@koa/router';
import type { Context } from 'koa';
import { returnTry, takeTry } from '../tries.ts';
import { Refusal } from '../errors.ts';
import { findNotMe, lockByLink } from '../safety/not-me.ts';
import { lockedByLinkPage, notMeEndedPage, notMePage } from '../views/not-me.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf } from './frame.ts';
import { addressOf } from '../provider/visit/address.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

// 120 random bits are not guessed; this keeps a sweep from costing us. Links that are good cost no try.
const LOOKS = { name: 'not-me', most: 60, seconds: 3_600 } as const;

export function notMeRoutes(site: Site): Router {
  const router = new Router();
  // Shorter than any token, so that it is none.
  router.get('/k/da-khoa', (ctx) => {
    ctx.set('cache-control', 'no-store');
    send(ctx, lockedByLinkPage({ page: frameOf(ctx, site, { home: true }) }));
  });
  router.get('/k/:token', async (ctx) => {
    const now = site.clock();
    ctx.set('cache-control', 'no-store');
    const token = ctx.params['token'] ?? '';
    const found = await counted(site, ctx, now, () => findNotMe(site.db, token, now));
    if (found === undefined) return ended(site, ctx);
    const page = frameOf(ctx, site);
    send(
      ctx,
      notMePage({ page, action: `/k/${token}`, csrf: csrfOf(site.csrfKey, `not-me/${token}`), ...found }),
    );
  });
  router.post('/k/:token', async (ctx) => {
    const now = site.clock();
    ctx.set('cache-control', 'no-store');
    const token = ctx.params['token'] ?? '';
    checkForm(ctx, site, `not-me/${token}`, (await readForm(ctx)).get('csrf'));
    const locked = await counted(site, ctx, now, async () =>
      (await lockByLink(site, token, now)) === 'locked' ? true : undefined,
    );
    if (locked === undefined) return ended(site, ctx);
    ctx.redirect('/k/da-khoa');
    ctx.status = 303;
  });
  return router;
}

async function counted<T>(site: Site, ctx: Context, now: Date, look: () => Promise<T | undefined>) {
  const key = site.vault.keyOf('address', addressOf(ctx, site.trustedProxies)).toString('base64url');
  if (!(await takeTry(site.db, LOOKS, key, now)))
    throw new Refusal('throttled', 'too many links that lead nowhere', { reason: 'not_me', retryAfterSeconds: 3_600 }); // prettier-ignore
  const found = await look();
  if (found !== undefined) await returnTry(site.db, LOOKS, key);
  return found;
}

const ended = (site: Site, ctx: Context): void =>
  send(
    ctx,
    notMeEndedPage({ page: frameOf(ctx, site, { home: true, switchable: ctx.method === 'GET' }) }),
    404,
  );
