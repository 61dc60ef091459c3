// What Zalo tells us by itself. POST /zalo/su-kien: events of an Official Account (ours: template messages
// that arrived; the hotline's: a link code that a citizen sent, handed on by the hotline unchanged).
// POST /zalo/thu-hoi: a citizen took the consent back in Zalo's settings. Both come from the open net:
// nothing happens that is not signed, and everything happens once. The work is a few statements, far below
// the two seconds Zalo waits, so it is done before the answer; after an outage Zalo repeats the event.

import Router from '@koa/router';
import type { Context } from 'koa';
import { verifyMiniAppEvent, verifyOaEvent } from '../accounts/zalo-webhook.ts';
import type { OaVerification } from '../accounts/zalo-webhook.ts';
import { recordDelivery } from '../codes/delivery.ts';
import { OUR_WEBHOOK, takeEvent } from '../hotline/event.ts';
import { codeIn, linkByCode } from '../hotline/link.ts';
import { endByZalo } from '../safety/zalo-revoked.ts';
import { readBytes } from './json-body.ts';
import type { Site } from './site.ts';

const MOST_BYTES = 64 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Without a secret nothing is heard, and the address does not exist. */
export function zaloEventRoutes(site: Site): Router {
  const router = new Router();
  const accounts = [site.houseOa, site.hotline].filter((account) => account !== undefined);
  if (accounts.length > 0) {
    router.get('/zalo/su-kien', onlyPost);
    router.post('/zalo/su-kien', async (ctx) => {
      const bytes = await bodyOf(ctx);
      if (bytes === undefined) return answer(ctx, 413);
      const headers = { signature: header(ctx, 'x-zevent-signature'), timestamp: header(ctx, 'x-zevent-timestamp') }; // prettier-ignore
      const verified = verifyOaEvent({ rawBody: bytes, headers, accounts, now: site.clock() });
      if (!verified.ok) return refuse(site, ctx, verified.reason);
      await hear(site, verified);
      answer(ctx, 200);
    });
  }
  const { miniAppEvents } = site;
  if (miniAppEvents !== undefined) {
    const { miniAppId, apiKey, appId } = miniAppEvents;
    router.get('/zalo/thu-hoi', onlyPost);
    router.post('/zalo/thu-hoi', async (ctx) => {
      const bytes = await bodyOf(ctx);
      if (bytes === undefined) return answer(ctx, 413);
      const signature = header(ctx, 'x-zevent-signature');
      const verified = verifyMiniAppEvent({ rawBody: bytes, signature, apiKey, miniAppId });
      if (!verified.ok) return refuse(site, ctx, verified.reason);
      const { event } = verified;
      site.count('zalo_event', { kind: event.kind });
      if (event.kind === 'consent_revoked') {
        const ended = await endByZalo(site, { appId, zaloId: event.userId, at: event.at }, site.clock());
        site.log('info', 'zalo.consent_revoked', { ended });
      } else site.log('info', 'zalo.event_kept_out', { kind: event.kind });
      answer(ctx, 200, { errorCode: 0, message: 'ok' });
    });
  }
  return router;
}

/** One transaction: an event whose work failed is not used up. */
async function hear(site: Site, verified: OaVerification & { ok: true }): Promise<void> {
  const { event, eventKey, oaId, matched } = verified;
  const now = site.clock();
  await site.db.transaction(async () => {
    if (!(await takeEvent(site.db, { eventKey, usedBy: OUR_WEBHOOK }, now))) {
      site.count('zalo_event', { kind: 'repeated' });
      return;
    }
    site.count('zalo_event', { kind: event.kind });
    if (event.kind === 'other') {
      // A word of Zalo's, cut to the letters such words have.
      site.log('info', 'zalo.event_unknown', { told: event.name?.replaceAll(/[^a-z_]/g, '').slice(0, 40), matched }); // prettier-ignore
    } else if (event.kind === 'delivery' && oaId === site.houseOa?.oaId) {
      const messageId = event.trackingId ?? '';
      if (!UUID.test(messageId)) return;
      // Zalo's two times have no fixed order, and a clock ahead of ours proves nothing: never later than now.
      const at = new Date(Math.min(event.deliveredAt.getTime(), now.getTime()));
      await recordDelivery(site.db, { messageId, state: 'delivered', reason: undefined, at });
    } else if (event.kind === 'text' && site.hotline !== undefined && oaId === site.hotline.oaId) {
      const digits = codeIn(event.text);
      if (digits === undefined) return;
      const outcome = await linkByCode(site, { hotline: site.hotline, userId: event.userId, digits }, now);
      site.log('info', 'hotline.code', { outcome });
    }
  });
}

async function bodyOf(ctx: Context): Promise<Buffer | undefined> {
  ctx.set('cache-control', 'no-store');
  const bytes = await readBytes(ctx, MOST_BYTES);
  if (bytes === undefined) ctx.set('connection', 'close'); // nobody reads the rest
  return bytes;
}

const header = (ctx: Context, name: string): string | undefined => {
  const value = ctx.get(name);
  return value === '' ? undefined : value;
};

function refuse(site: Site, ctx: Context, reason: string): void {
  site.log('warn', 'zalo.event_refused', { reason });
  site.count('zalo_event', { kind: 'refused' });
  answer(ctx, 401);
}

// No greeting: what is asked of other networks' webhooks by GET is not asked of Zalo's (contract U21).
function onlyPost(ctx: Context): void {
  ctx.set('allow', 'POST');
  answer(ctx, 405);
}

function answer(ctx: Context, status: number, body: object | null = null): void {
  ctx.status = status;
  ctx.body = body;
  ctx.status = status; // an empty body turns any status into 204
}
