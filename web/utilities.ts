// GET /tien-ich.json: the utilities of the province as the mini app lists them, from the published
// catalogue. It is the first thing the app asks; the nonce in the answer spares its login a round trip.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import Router from '@koa/router';
import type { Catalogue, CatalogueService } from '../catalogue/catalogue.ts';
import type { CatalogueAction } from '../policies/decide.ts';
import { isHeld } from './etag.ts';
import type { Site } from './site.ts';

/** The province's hotline: telephone, and the account on Zalo that answers. */
type Hotline = { readonly phone: string; readonly oa: string | null };

const PHONE = '1022';

export function utilityRoutes(site: Site): Router {
  const router = new Router();
  const { plain, packed } = documentOf(site.catalogue, { phone: PHONE, oa: site.hotline?.oaId ?? null });
  router.get('/tien-ich.json', (ctx) => {
    ctx.set('cache-control', 'public, max-age=60');
    // Public and without cookies: any page may read it, so that an app under test can.
    ctx.set('access-control-allow-origin', '*');
    ctx.set('access-control-expose-headers', 'DPoP-Nonce');
    ctx.set('dpop-nonce', site.nonces.next(site.clock()));
    ctx.vary('Accept-Encoding');
    const isPacked = ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
    const { body, etag } = isPacked ? packed : plain;
    if (isHeld(ctx, etag)) return;
    ctx.type = 'application/json';
    if (isPacked) ctx.set('content-encoding', 'gzip');
    ctx.body = body;
  });
  return router;
}

// Packed once a catalogue. Each form has a name of its own: they are other bytes (RFC 9110 §8.8.3.3).
function documentOf({ version, services }: Catalogue, hotline: Hotline) {
  const text = JSON.stringify({ version, hotline, services: services.map(serviceOf) });
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return {
    plain: { body: Buffer.from(text), etag: `"${name}"` },
    packed: { body: gzipSync(text, { level: 9 }), etag: `"${name}-gzip"` },
  };
}

const serviceOf = ({ id, code, title, actions, public: open }: CatalogueService) => ({
  id,
  code,
  title,
  open: open.flatMap((route) => route.title ?? []),
  actions: actions.filter(isForApp).map(actionOf),
});

/** What no app of the province may ask is not offered in it. */
const isForApp = ({ require: { clients } }: CatalogueAction) =>
  clients === undefined || clients.includes('first_party');

const actionOf = ({ action, title, require, handover, http }: CatalogueAction) => ({
  action,
  title,
  level: require.level,
  max_age: require.maxAge,
  scopes: require.scopes,
  methods: require.evidenceAnyOf,
  handover,
  route: http[0],
});
