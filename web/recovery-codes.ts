// Making recovery codes, on the citizen's own pages. The codes stand in the answer to the post and
// nowhere else: a page that could be fetched again would have to keep them.

import Router from '@koa/router';
import { makeRecoveryCodes, recoveryCodesLeft } from '../authenticators/recovery-codes.ts';
import { Refusal } from '../errors.ts';
import { tellServices } from '../signals/tell.ts';
import { recoveryCodesMadePage, recoveryCodesPage } from '../views/recovery.ts';
import { FRESH_SECONDS, findOwner, ownCsrf, ownFrame, readOwnForm } from './owner.ts';
import { signInHere } from './own-sign-in.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

const HERE = '/toi/ma-khoi-phuc';

export function recoveryCodeRoutes(site: Site): Router {
  const router = new Router();

  router.get(HERE, async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    if (me === undefined) return signInHere(site, ctx, { back: 'recovery' });
    const stands = await recoveryCodesLeft(site.db, { kind: 'account', id: me.accountId });
    return send(
      ctx,
      recoveryCodesPage({
        page: ownFrame(site, ctx, me),
        ...stands,
        action: HERE,
        csrf: ownCsrf(site, me),
        backHref: '/toi',
      }),
    );
  });
  router.get(`${HERE}/ve`, (ctx) => {
    ctx.redirect(HERE);
    ctx.status = 303;
  });
  router.post(HERE, async (ctx) => {
    const now = site.clock();
    const me = await findOwner(site, ctx, now);
    if (me === undefined) throw new Refusal('unauthenticated', 'no session');
    await readOwnForm(site, ctx, me);
    if (!me.isFresh) return signInHere(site, ctx, { back: 'recovery', level2WithinSeconds: FRESH_SECONDS });
    const { accountId } = me;
    const codes = await makeRecoveryCodes(site, { kind: 'account', id: accountId }, now, async () => {
      await site.notify({ accountId, kind: 'recovery_made', key: now.toISOString(), link: true }, now);
      await tellServices(site.db, { accountId, changes: [{ kind: 'credential-change', by: 'user', credential: 'recovery-code', change: 'create' }] }, now); // prettier-ignore
    });
    const page = ownFrame(site, ctx, me, { switchable: false });
    return send(ctx, recoveryCodesMadePage({ page, codes, madeAt: now, backHref: '/toi' }));
  });
  return router;
}
