import type { Context } from 'koa';
import { beginUpstream, consumeUpstream, findUpstream } from '../assurance/upstream-state.ts';
import { finishZalo } from '../assurance/zalo.ts';
import { Refusal } from '../errors.ts';
import { loginPage } from '../views/login.ts';
import type { LoginModel } from '../views/login.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { callbackTarget, one } from './upstream-callback.ts';
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
  const error = NOTES[String(ctx.query['bao'] ?? '')];
  send(ctx, loginPage({ ...shared, zaloAction: action('zalo'), error }), error === 'unavailable' ? 503 : 200);
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

export const zaloCallback = (site: Site, ctx: Context) => callbackTarget(site, ctx, 'zalo', findUpstream);

export async function zaloReturn(site: Site, ctx: Context, visit: Visit, now: Date): Promise<void> {
  const state = one(ctx, 'state');
  const code = one(ctx, 'code');
  if (state === undefined) throw new Refusal('invalid', 'no state', { reason: 'state' });
  if (code === undefined) {
    // How Zalo tells a refusal is not documented: no code is one.
    const spent = await consumeUpstream(
      site.db,
      site.vault,
      { provider: 'zalo', interactionUid: visit.uid, state },
      now,
    );
    return backToVisit(ctx, visit, spent === undefined ? 'het-gio' : 'zalo-tu-choi');
  }
  try {
    const wanted = { ...wantedBy(visit, visit.person?.accountId), sessionUid: visit.sessionUid };
    const signedIn = await finishZalo(site, { state, code }, wanted, now);
    if (signedIn.outcome === 'signed_in') return backToVisit(ctx, visit);
    if (signedIn.reason === 'expired') return backToVisit(ctx, visit, 'het-gio');
    if (signedIn.reason === 'zalo') return backToVisit(ctx, visit, 'zalo-loi');
    throw new Refusal('forbidden', 'this account cannot sign in here', { reason: signedIn.reason });
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'unavailable' && error.reason !== 'database') {
      site.log('warn', 'zalo.unavailable', { reason: error.reason, reference: ctx.state['reference'] });
      return backToVisit(ctx, visit, 'zalo-ban');
    }
    throw error;
  }
}
