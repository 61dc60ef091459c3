// Accepting an invitation: a password of one's own, then ten codes shown once.

import Router from '@koa/router';
import type { Context } from 'koa';
import { makeRecoveryCodes } from '../authenticators/recovery-codes.ts';
import { Refusal } from '../errors.ts';
import { acceptInvitation, findInvited } from '../staff/invitation.ts';
import { beginStaffSession } from '../staff/session.ts';
import { staffInvitationPage } from '../views/staff-invitation.ts';
import type { StaffInvitationModel } from '../views/staff-invitation.ts';
import { staffCodesPage } from '../views/staff-safety.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';
import { keepSession } from './staff-session.ts';
import { send } from './step-page.ts';

export function staffRoutes(site: Site): Router {
  const router = new Router();
  router.get('/nhan-vien/loi-moi/:token', (ctx) => show(site, ctx, undefined));
  router.post('/nhan-vien/loi-moi/:token', async (ctx) => {
    const form = await readForm(ctx);
    const token = ctx.params['token'] ?? '';
    checkForm(ctx, site, `invitation/${token}`, form.get('csrf'));
    const accepted = await acceptInvitation(
      site,
      { token, password: form.get('password') ?? '' },
      site.clock(),
    );
    if (accepted.outcome === 'weak') return show(site, ctx, accepted.problem);
    if (accepted.outcome === 'ended') throw ended();
    ctx.set('cache-control', 'no-store');
    const now = site.clock();
    const { staffId } = accepted;
    const codes = await makeRecoveryCodes(site, { kind: 'staff', id: staffId }, now);
    // Good for adding a passkey, not for work: the password has yet to be typed once more.
    keepSession(ctx, await site.db.transaction(() => beginStaffSession(site, { staffId, method: 'invitation' }, now))); // prettier-ignore
    const page = frameOf(ctx, site, { home: true, switchable: false });
    send(ctx, staffCodesPage({ page, codes, nextHref: '/can-bo/bao-mat' }));
  });
  return router;
}

async function show(site: Site, ctx: Context, error: StaffInvitationModel['error']): Promise<void> {
  ctx.set('cache-control', 'no-store');
  const token: unknown = ctx['params']?.token;
  const invited =
    typeof token === 'string' && token.length < 100
      ? await findInvited(site.db, token, site.clock())
      : undefined;
  if (invited === undefined || typeof token !== 'string') throw ended();
  const csrf = csrfOf(site.csrfKey, `invitation/${token}`);
  const page = frameOf(ctx, site, { switchable: error === undefined });
  send(
    ctx,
    staffInvitationPage({ page, action: ctx.path, csrf, ...invited, error }),
    error === undefined ? 200 : 400,
  );
}

// Used, expired and invented links are one answer.
const ended = () => new Refusal('missing', 'no such invitation', { reason: 'invitation' });
