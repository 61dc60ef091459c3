// Services hand in what their guards decided: POST /decisions (protocol §10.9). All of a batch or
// nothing of it; sent again it changes nothing, so a sender repeats until it hears 202.

import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { OTHER_ACTIONS, takeDecisions, type Decided } from '../audit/decisions.ts';
import type { Guard } from '../packages/guard/guard.ts';
import { apiCaller } from './api-caller.ts';
import { readJson } from './json-body.ts';
import type { Site } from './site.ts';

const MOST_BYTES = 256 * 1024;
const MOST_RECORDS = 500;
const OLDEST_SECONDS = 48 * 3_600;
const AHEAD_SECONDS = 60;

// The catalogue's own spelling. A service may ask its guard about any text, and a mistyped name must not
// cost the owner the batch that would show it; but only such a name is kept and shown.
const ACTION = /^(?=.{1,100}$)[a-z0-9]+([.-][a-z0-9]+)*$/;
const hash128 = z.string().regex(/^[0-9a-f]{32}$/);
const word = z.string().regex(/^[\x21-\x7e]+$/);
const record = z
  .strictObject({
    decision_id: z.string().regex(/^d_[0-9A-Za-z]{16,64}$/),
    action: z.string().min(1).max(1_000),
    allow: z.boolean(),
    failed: z.array(z.string().regex(/^[a-z]+(-[a-z]+)*$/).max(40)).max(20), // prettier-ignore
    sub_hash: hash128.optional(),
    client: word.max(200).optional(),
    acr: word.max(200).optional(),
    age: z.int().min(0).max(2_000_000_000).optional(),
    pol: word.max(100).optional(),
    jti_hash: hash128.optional(),
    ts: z.int(),
    took_ms: z.number().min(0).max(600_000).optional(),
  })
  .refine(({ allow, failed }) => allow === (failed.length === 0), { path: ['allow'] });
const batch = z.strictObject({
  records: z.array(record).max(MOST_RECORDS),
  dropped: z.int().min(0).max(1_000_000_000).optional(),
});
type SentRecord = z.infer<typeof record>;

export function decisionRoutes(site: Site, guard: Guard): Router {
  const router = new Router();
  router.post('/decisions', async (ctx) => {
    const caller = await apiCaller(site, guard, ctx, 'tn.decisions');
    if (caller === undefined) return;
    const { service } = caller;
    const body = await readJson(ctx, MOST_BYTES);
    if ('status' in body) return refuse(site, ctx, body.status, body.error);
    const sent = batch.safeParse(body.value);
    // Where it is wrong, and no value: this answer lands in somebody's log.
    if (!sent.success) return refuse(site, ctx, 400, placeOf(sent.error.issues[0]?.path ?? []));
    const now = site.clock();
    const { records, dropped = 0 } = sent.data;
    const mayAllow = (name: string) => ACTION.test(name) && (site.catalogue.actionByName.get(name)?.service ?? service.id) === service.id; // prettier-ignore
    for (const [index, one] of records.entries()) {
      if (!isTimely(one.ts, now)) return refuse(site, ctx, 400, placeOf(['records', index, 'ts']));
      // No action of this service has such a name, so it may have been refused and nothing else.
      if (one.allow && !mayAllow(one.action)) return refuse(site, ctx, 400, placeOf(['records', index, 'action'])); // prettier-ignore
    }
    const ownActions = new Set(service.actions.map(({ action }) => action));
    const handed = { serviceId: service.id, ownActions, records: records.map(decidedOf), dropped };
    const accepted = await takeDecisions(site.db, handed, now);
    ctx.status = 202;
    ctx.body = { accepted, known: records.length - accepted };
  });
  return router;
}

function isTimely(ts: number, now: Date): boolean {
  const nowSeconds = now.getTime() / 1000;
  return ts >= nowSeconds - OLDEST_SECONDS && ts <= nowSeconds + AHEAD_SECONDS;
}

const decidedOf = (sent: SentRecord): Decided => ({
  decisionId: sent.decision_id,
  at: new Date(sent.ts * 1000),
  action: ACTION.test(sent.action) ? sent.action : OTHER_ACTIONS,
  allow: sent.allow,
  failed: sent.failed,
  subHash: bytesOf(sent.sub_hash),
  clientId: sent.client,
  acr: sent.acr,
  ageSeconds: sent.age,
  catalogueVersion: sent.pol,
  jtiHash: bytesOf(sent.jti_hash),
  tookMs: sent.took_ms,
});

const bytesOf = (hex: string | undefined) => (hex === undefined ? undefined : Buffer.from(hex, 'hex'));

// `records[3].ts`, from the names of our own schema.
const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the body'
    : path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`)).join(''); // prettier-ignore

function refuse(site: Site, ctx: Context, status: 400 | 413 | 415, detail: string): void {
  ctx.status = status;
  ctx.body = {
    type: `${site.issuer}/problems/invalid-request`,
    title: 'Yêu cầu không hợp lệ',
    status,
    detail,
  };
  ctx.type = 'application/problem+json';
}
