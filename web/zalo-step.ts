import type { Context } from 'koa';
import { beginUpstream } from '../assurance/upstream-state.ts';
import { finishZalo } from '../assurance/zalo.ts';
import { Refusal } from '../errors.ts';
import { loginPage } from '../views/login.ts';
import type { LoginModel } from '../views/login.ts';
import type { Site } from './site.ts';
import { noteOf, send, stepPage } from './step-page.ts';
import { callbackTarget, takeAnswer } from './upstream-callback.ts';
import { wantedBy } from './visit.ts';
import type { Visit } from './visit.ts';

const NOTES: Readonly<Record<string, LoginModel['error']>> = {
  'zalo-tu-choi': 'declined',
  'zalo-loi': 'failed',
  'zalo-ban': 'unavailable',
  'het-gio': 'expired',
};

export async function showLogin(site: Site, ctx: Context, visit: Visit): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  const error = noteOf(ctx, NOTES);
  send(
    ctx,
    loginPage({ ...shared, zaloAction: action('zalo'), recoveryHref: action('khoi-phuc'), error }),
    error === 'unavailable' ? 503 : 200,
  );
}

export async function startZalo(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: unknown,
  now: Date,
): Promise<void> {
  const attempt = await beginUpstream(
    site.db,
    site.vault,
    { provider: 'zalo', interactionUid: visit.uid },
    now,
  );
  ctx.redirect(site.zalo.authorizationUrl(attempt));
  ctx.status = 303;
}

export const zaloCallback = (site: Site, ctx: Context) => callbackTarget(site, ctx, 'zalo');

export const zaloReturn = (site: Site, ctx: Context, visit: Visit, now: Date) =>
  takeAnswer(site, ctx, visit, 'zalo', async (answer) => {
    const wanted = { ...wantedBy(visit, visit.person?.accountId), sessionUid: visit.sessionUid };
    const signedIn = await finishZalo(site, answer, wanted, now);
    if (signedIn.outcome === 'signed_in') return { note: undefined };
    if (signedIn.reason === 'expired') return { note: 'het-gio' };
    if (signedIn.reason === 'zalo') return { note: 'zalo-loi' };
    throw new Refusal('forbidden', 'this account cannot sign in here', { reason: signedIn.reason });
  });
