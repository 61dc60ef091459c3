// What an operator on the telephone asks the citizen to allow, and the citizen's answer, in the mini app
// (docs/assisted-requests.md). The only place where it is given.

import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { endedRequests, getOpenRequest, openRequests } from '../assisted/answer.ts';
import type { AssistedRequest } from '../assisted/answer.ts';
import { approve, deny, proofFor, termsOf } from '../provider/assisted-answer.ts';
import type { Lacking, Terms } from '../provider/assisted-answer.ts';
import { ME_SCOPE, meAudience, meMetadataUrl } from '../provider/own-api.ts';
import { titlesShown } from '../provider/visit/action-titles.ts';
import { noticeShown } from '../provider/visit/notice-shown.ts';
import { Refusal } from '../errors.ts';
import { wordsOf } from '../views/words/words.ts';
import { idIn, mePreflight, meRoute, readMeBody } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

const answerSchema = z.discriminatedUnion('answer', [
  z.object({
    answer: z.literal('approve'),
    /** `text_hash` of the notice that was shown; needed where one was. */
    notice_version: z.string().max(100).optional(),
    purposes: z.array(z.string().max(100)).max(50).default([]),
  }),
  z.object({ answer: z.literal('deny') }),
]);

export function meRequestRoutes(site: Site, { me: guard }: OwnGuards): Router {
  const router = new Router();
  router.options('/me/requests', mePreflight);
  router.options('/me/requests/:id', mePreflight);
  router.get(
    '/me/requests',
    meRoute(site, guard, (_ctx, me) => list(site, me)),
  );
  router.post(
    '/me/requests/:id',
    meRoute(site, guard, (ctx, me) => answer(site, ctx, me)),
  );
  return router;
}

async function list(site: Site, me: MeCaller): Promise<object> {
  const now = site.clock();
  const [open, ended] = await Promise.all([
    openRequests(site, me.accountId, now),
    endedRequests(site.db, me.accountId, now),
  ]);
  const requests = await Promise.all(
    open.map(async (request) => {
      const terms = await termsOf(site, { request, accountId: me.accountId }, now).catch(gone);
      return terms === undefined ? [] : [await shown(site, me, request, terms, now)];
    }),
  );
  const history = ended.map(async (row) => ({
    id: row.id,
    at: row.asked_at,
    by: await nameOf(site, row.client_id, me),
    title: titleOf(site, row.scopes, me),
    state: row.state,
  }));
  return { requests: requests.flat(), history: await Promise.all(history) };
}

// A service that left the catalogue a moment ago asks for nothing any more.
function gone(error: unknown): undefined {
  if (error instanceof Refusal && error.kind === 'missing') return undefined;
  throw error;
}

async function shown(site: Site, me: MeCaller, request: AssistedRequest, terms: Terms, now: Date): Promise<object> {
  const { service, wanted, consent, open, noticeNeeded } = terms;
  const { scopes, operator } = request;
  const desk = await nameOf(site, request.clientId, me);
  return {
    id: request.id,
    by: `${operator} · ${desk}`,
    operator,
    desk,
    title: titleOf(site, scopes, me),
    service: service.title[me.lang],
    level: wanted.level,
    /** The same letters are on the operator's screen. */
    code: request.bindingMessage,
    message: request.reason,
    asked_at: request.askedAt,
    expires_in: Math.max(0, Math.ceil((request.expiresAt.getTime() - now.getTime()) / 1000)),
    ...(noticeNeeded ? { notice: noticeShown(service, { scopes, open, decisions: consent?.decisions ?? [] }, me.lang) } : {}), // prettier-ignore
  };
} // prettier-ignore

async function answer(site: Site, ctx: Context, me: MeCaller): Promise<object> {
  const now = site.clock();
  const id = idIn(ctx, 'id');
  const said = await readMeBody(ctx, answerSchema);
  const { accountId, sessionUid, lang } = me;
  const request = await getOpenRequest(site, { id, accountId }, now);
  if (said.answer === 'deny') {
    await deny(site, { request, accountId }, now);
    return { state: 'denied' };
  }
  const terms = await termsOf(site, { request, accountId }, now);
  const stands = await proofFor(site, { wanted: terms.wanted, accountId, sessionUid }, now);
  if ('acr' in stands) return stepUp(site, ctx, me, stands);
  const notice = { hash: said.notice_version, purposes: said.purposes, lang };
  await approve(site, ctx, { request, terms, accountId, sessionUid, stands, notice }, now);
  return { state: 'approved' };
}

// As a service words it (RFC 9470), so that the app's client runs its steps and asks again by itself. The
// level is proven for the account's own page: no token for the service comes of it, and no consent.
function stepUp(site: Site, ctx: Context, { lang }: MeCaller, { acr, maxAge }: Lacking): object {
  const required = { acr, ...(maxAge === undefined ? {} : { max_age: maxAge }), scope: ME_SCOPE, resource: meAudience(site.issuer) }; // prettier-ignore
  const age = maxAge === undefined ? '' : `, max_age=${maxAge}`;
  const { title, what } = wordsOf(lang).me.problems.stepUp;
  ctx.status = 401;
  ctx.set('content-language', lang);
  ctx.set('www-authenticate', `DPoP error="insufficient_user_authentication", acr_values="${acr}"${age}, scope="${ME_SCOPE}", algs="ES256", resource_metadata="${meMetadataUrl(site.issuer)}"`); // prettier-ignore
  ctx.type = 'application/problem+json';
  return { type: `${site.issuer}/problems/step-up`, title, status: 401, detail: what, required };
}

const titleOf = (site: Site, scopes: readonly string[], { lang }: MeCaller): string =>
  titlesShown(site.catalogue, { service: undefined, scopes }, lang).join(', ');

async function nameOf(site: Site, clientId: string, { lang }: MeCaller): Promise<string> {
  const client = await site.provider().Client.find(clientId);
  return client?.clientName ?? wordsOf(lang).me.unknownApp;
}
