// Security events for services (protocol design 12): discovery, keys, the service's own stream, poll
// and verification. What the Shared Signals Framework leaves open is answered as a problem (RFC 9457).

import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '../errors.ts';
import type { RefusalKind } from '../errors.ts';
import { publicKeySet } from '../keys/signing-keys.ts';
import type { Guard } from '../packages/guard/guard.ts';
import {
  askVerification,
  changeStream,
  createStream,
  deleteStream,
  findStream,
  getStream,
  setStatus,
} from '../signals/streams.ts';
import { pollStream } from '../signals/poll.ts';
import { apiCaller } from './api-caller.ts';
import type { ApiCaller } from './api-caller.ts';
import { readJson } from './signals-body.ts';
import * as body from './signals-body.ts';
import { patched, replaced, streamView, wantedOf } from './signals-stream.ts';
import type { Site } from './site.ts';

const ENDPOINTS = { streams: '/ssf/streams', status: '/ssf/status', verify: '/ssf/verify', poll: '/ssf/poll' }; // prettier-ignore
const KEYS = '/ssf/jwks';

export function signalRoutes(site: Site, guard: Guard): Router {
  const router = new Router();
  const { db, clock, issuer } = site;
  const house = { ...site, receiver: site.signals.receiver };

  router.get('/.well-known/ssf-configuration', (ctx) => {
    published(ctx);
    ctx.body = configurationOf(issuer);
  });
  router.get(KEYS, async (ctx) => {
    const keys = await site.signals.keys();
    published(ctx);
    ctx.body = publicKeySet(keys);
  });

  const answering = (work: (ctx: Context, caller: ApiCaller) => Promise<void>) => async (ctx: Context) => {
    const caller = await apiCaller(site, guard, ctx, 'tn.signals');
    if (caller === undefined) return;
    try {
      await work(ctx, caller);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      site.log('info', 'signals.refused', { service: caller.service.id, kind: error.kind, reason: error.reason, reference: ctx.state['reference'] }); // prettier-ignore
      refuse(site, ctx, error);
    }
  };

  router.get(ENDPOINTS.streams, answering(async (ctx, { service }) => {
    const id = streamIdOf(ctx);
    if (id !== undefined) return void (ctx.body = streamView(site, await getStream(db, service.id, id)));
    const row = await findStream(db, service.id);
    ctx.body = row === undefined ? [] : [streamView(site, row)];
  })); // prettier-ignore
  router.post(ENDPOINTS.streams, answering(async (ctx, caller) => {
    const sent = await readJson(ctx, body.creation);
    const row = await createStream(house, caller, wantedOf(site, sent), clock());
    ctx.status = 201;
    ctx.body = streamView(site, row);
  })); // prettier-ignore
  for (const [method, change] of [['patch', patched], ['put', replaced]] as const) {
    router[method](ENDPOINTS.streams, answering(async (ctx, caller) => {
      const sent = await readJson(ctx, body.change);
      const row = await changeStream(house, caller, sent.stream_id, (before) => change(site, before, sent), clock());
      ctx.body = streamView(site, row);
    }));
  } // prettier-ignore
  router.delete(ENDPOINTS.streams, answering(async (ctx, caller) => {
    await deleteStream(house, caller, streamIdOf(ctx) ?? '', clock());
    ctx.status = 204;
  })); // prettier-ignore

  router.get(ENDPOINTS.status, answering(async (ctx, { service }) => {
    const { id, status, status_reason: reason } = await getStream(db, service.id, streamIdOf(ctx) ?? '');
    ctx.body = { stream_id: id, status, ...(reason === null ? {} : { reason }) };
  })); // prettier-ignore
  router.post(ENDPOINTS.status, answering(async (ctx, caller) => {
    const { stream_id: streamId, status, reason } = await readJson(ctx, body.status);
    await setStatus(house, caller, { streamId, status, reason }, clock());
    ctx.body = { stream_id: streamId, status, ...(reason === undefined ? {} : { reason }) };
  })); // prettier-ignore
  router.post(ENDPOINTS.verify, answering(async (ctx, caller) => {
    const { stream_id: streamId, state } = await readJson(ctx, body.verification);
    await askVerification(house, caller, { streamId, state }, clock());
    ctx.status = 204;
  })); // prettier-ignore

  router.post(ENDPOINTS.poll, answering(async (ctx, { service }) => {
    const sent = await readJson(ctx, body.poll);
    const row = await findStream(db, service.id);
    // Whoever is pushed to has no such address.
    if (row === undefined || row.method !== 'poll') throw new Refusal('missing', 'no stream to poll', { reason: 'stream' });
    const gone = new AbortController();
    ctx.res.once('close', () => gone.abort());
    ctx.body = await pollStream({ ...site, ...site.signals }, row.id, sent, gone.signal);
  })); // prettier-ignore
  return router;
}

const configurationOf = (issuer: string) => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}${KEYS}`,
  delivery_methods_supported: [body.PUSH, body.POLL],
  configuration_endpoint: `${issuer}${ENDPOINTS.streams}`,
  status_endpoint: `${issuer}${ENDPOINTS.status}`,
  verification_endpoint: `${issuer}${ENDPOINTS.verify}`,
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }, { spec_urn: 'urn:ietf:rfc:9449' }],
  // A service hears of everybody it knows; subjects are neither added nor removed, so those
  // endpoints are not there.
  default_subjects: 'ALL',
});

function published(ctx: Context): void {
  ctx.set('cache-control', 'public, max-age=300');
  ctx.set('access-control-allow-origin', '*');
}

// Given twice it is no stream's.
function streamIdOf(ctx: Context): string | undefined {
  const id = ctx.query['stream_id'];
  return Array.isArray(id) ? '' : id;
}

const TITLES: Readonly<Record<RefusalKind, readonly [number, string]>> = {
  invalid: [400, 'The request is not as it should be'],
  unauthenticated: [401, 'Not authenticated'],
  forbidden: [403, 'Not allowed'],
  missing: [404, 'This service has no such stream'],
  conflict: [409, 'This service has a stream already'],
  throttled: [429, 'Too many requests'],
  unavailable: [503, 'Not available at the moment'],
};

function refuse({ issuer }: Site, ctx: Context, { kind, reason, retryAfterSeconds }: Refusal): void {
  const [status, title] = TITLES[kind];
  ctx.status = status;
  if (retryAfterSeconds !== undefined) ctx.set('retry-after', String(retryAfterSeconds));
  // The error object of RFC 8935 2.4, which receivers of events know.
  if (ctx.path === ENDPOINTS.poll && status === 400) {
    ctx.body = { err: 'invalid_request', description: `${title}: ${reason}` };
    return;
  }
  ctx.type = 'application/problem+json';
  ctx.body = { type: `${issuer}/problems/${kind}`, title, status, detail: reason };
}
