// The SMS gateway reports deliveries here: POST /tin-nhan/bao-nhan/sms, JSON, signed with a shared
// secret over the exact bytes. A report changes one thing once, so replaying one is harmless; an old one
// is refused all the same, so that a stolen copy does not stay good. A reference nobody knows is answered
// like any other: the answer tells a stranger nothing.

import { createHmac, timingSafeEqual } from 'node:crypto';
import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { recordDelivery } from '../codes/delivery.ts';
import { readBytes } from './json-body.ts';
import type { Site } from './site.ts';

const MOST_BYTES = 16 * 1024;
const WINDOW_MS = 5 * 60_000;

const report = z.object({
  reference: z.uuid(),
  state: z.enum(['delivered', 'failed']),
  // The gateway's word for a failure; only its class is kept.
  reason: z.string().max(200).optional(),
  /** When the report was made. */
  at: z.iso.datetime({ offset: true }),
});

const REASONS = new Set(['unreachable_number', 'invalid_number', 'blocked_number', 'expired']);

/** Without a secret deliveries are not reported, and the address does not exist. */
export function deliveryRoutes(site: Pick<Site, 'db' | 'clock' | 'log' | 'smsWebhookSecret'>): Router {
  const router = new Router();
  const { smsWebhookSecret: secret } = site;
  if (secret === undefined) return router;
  router.post('/tin-nhan/bao-nhan/sms', async (ctx) => {
    ctx.set('cache-control', 'no-store');
    const bytes = await readBytes(ctx, MOST_BYTES);
    if (bytes === undefined) return answer(ctx, 413);
    if (!isSigned(ctx.get('x-signature'), bytes, secret)) return refuse(site, ctx, 401, 'signature');
    const parsed = report.safeParse(jsonOrNothing(bytes));
    if (!parsed.success) return refuse(site, ctx, 400, 'shape');
    const now = site.clock();
    const at = new Date(parsed.data.at);
    if (Math.abs(now.getTime() - at.getTime()) > WINDOW_MS) return refuse(site, ctx, 401, 'time');
    const { reference: messageId, state, reason } = parsed.data;
    await recordDelivery(site.db, {
      messageId,
      state,
      reason: state === 'failed' ? classOf(reason) : undefined,
      at,
    });
    answer(ctx, 204);
  });
  return router;
}

const classOf = (reason: string | undefined) =>
  reason !== undefined && REASONS.has(reason) ? reason : 'other';

function isSigned(header: string, bytes: Buffer, secret: string): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header) ?? [];
  const expected = createHmac('sha256', secret).update(bytes).digest();
  // Compared for a malformed header too: the time to refuse says nothing about its shape.
  const given = hex === undefined ? Buffer.alloc(expected.length) : Buffer.from(hex, 'hex');
  return timingSafeEqual(expected, given) && hex !== undefined;
}

function refuse(site: Pick<Site, 'log'>, ctx: Context, status: number, reason: string): void {
  site.log('warn', 'delivery.refused', { reason });
  answer(ctx, status);
}

function answer(ctx: Context, status: number): void {
  ctx.status = status;
  ctx.body = null;
  ctx.status = status; // an empty body turns any status into 204
}

function jsonOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
