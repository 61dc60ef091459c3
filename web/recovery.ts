// "Không vào được Zalo?": a code from paper in place of the Zalo login. Only where the login is the
// next step, and only for this interaction.

import Router from '@koa/router';
import type { Context } from 'koa';
import { signInWithCode } from '../assurance/recovery.ts';
import { nextStep } from '../policies/next-step.ts';
import { recoveryPage } from '../views/recovery.ts';
import { checkForm } from './csrf.ts';
import { readForm } from './form.ts';
import { addressOf } from '../provider/visit/address.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { lookAtVisit, wantedBy } from './visit.ts';
import type { Visit } from './visit.ts';

export function recoveryRoutes(site: Site): Router {
  const router = new Router();
  router.get('/interaction/:uid/khoi-phuc', async (ctx) => {
    const visit = await lookAtVisit(site, ctx, site.clock());
    return isLogin(visit) ? show(site, ctx, visit, undefined) : backToVisit(ctx, visit);
  });
  router.post('/interaction/:uid/khoi-phuc', async (ctx) => {
    const now = site.clock();
    const visit = await lookAtVisit(site, ctx, now);
    const form = await readForm(ctx);
    checkForm(ctx, site, `interaction/${visit.uid}`, form.get('csrf'));
    if (!isLogin(visit)) return backToVisit(ctx, visit);
    const addressKey = site.vault.keyOf('address', addressOf(ctx, site.trustedProxies)).toString('base64url');
    const recovered = await signInWithCode(
      site,
      { code: form.get('code') ?? '', addressKey },
      { ...wantedBy(visit, visit.person?.accountId), sessionUid: visit.sessionUid },
      (accountId) => site.notify({ accountId, kind: 'recovery_used', key: visit.uid, link: true }, now),
      now,
    );
    return recovered.outcome === 'wrong' ? show(site, ctx, visit, 'wrong') : backToVisit(ctx, visit);
  });
  return router;
}

const isLogin = ({ person }: Visit) => person === undefined || nextStep(person.facts) === 'login';

function show(site: Site, ctx: Context, visit: Visit, error: 'wrong' | undefined): void {
  ctx.set('cache-control', 'no-store');
  const { action, page, ...shared } = stepPage(site, ctx, visit);
  const here = action('khoi-phuc');
  const otherLangHref = page.otherLangHref?.replace(`/interaction/${visit.uid}`, here);
  send(
    ctx,
    recoveryPage({
      ...shared,
      page: { ...page, otherLangHref },
      action: here,
      backHref: `/interaction/${visit.uid}`,
      error,
    }),
    error === undefined ? 200 : 400,
  );
}
