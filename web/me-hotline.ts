// The link between a citizen's Zalo chat and the 1022 hotline ({iss}/me/hotline, protocol design 7), made
// and ended by the citizen, signed in inside the mini app, and by nobody else.

import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { CODE_SECONDS, findLink, offerCode, unlink } from '../hotline/link.ts';
import type { Hotline } from '../hotline/link.ts';
import { agree, isAgreed, offerNotice, offerOf } from '../hotline/offer.ts';
import type { Offer } from '../hotline/offer.ts';
import { acrOf } from '../policies/level.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { wordsOf } from '../views/words/words.ts';
import { meRoute, readMeBody } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

type Desk = { readonly hotline: Hotline; readonly offer: Offer };

const answerShape = z.strictObject({
  notice_version: z.string().max(100),
  purposes: z.array(z.string().max(100)).max(20),
});

/** Where no hotline is set up, or its client is not registered, there is nothing to link: 404. */
export function meHotlineRoutes(site: Site, guards: OwnGuards): Router {
  const router = new Router();
  const route = (handle: (desk: Desk, ctx: Context, me: MeCaller) => Promise<object | undefined>) =>
    meRoute(site, guards.me, async (ctx, me) => handle(await deskOf(site), ctx, me));
  router.get(
    '/me/hotline',
    route((desk, _ctx, me) => look(site, desk, me)),
  );
  router.post(
    '/me/hotline',
    route((desk, ctx, me) => link(site, desk, ctx, me)),
  );
  router.delete(
    '/me/hotline',
    route(async ({ hotline }, _ctx, { accountId }) => {
      await unlink(site, { hotline, accountId }, site.clock());
      return undefined;
    }),
  );
  return router;
}

async function deskOf(site: Site): Promise<Desk> {
  const { hotline, catalogue } = site;
  const client = hotline === undefined ? undefined : await site.findClient(hotline.clientId);
  const service = catalogue.serviceById.get(client?.serviceId ?? '');
  if (hotline === undefined || client?.kind !== 'hotline' || service === undefined)
    throw new Refusal('missing', 'no hotline is set up');
  return { hotline, offer: offerOf(service) };
}

async function look(site: Site, { hotline, offer }: Desk, { accountId, lang }: MeCaller): Promise<object> {
  const now = site.clock();
  const [since, agreed] = [
    await findLink(site.db, { hotline, accountId }),
    await isAgreed(site, { offer, accountId, clientId: hotline.clientId }, now),
  ];
  const { version } = offerNotice(offer, lang);
  return {
    // A chat without consent is answered nothing, so it does not count as linked.
    linked: since !== undefined && agreed,
    since: agreed ? since : undefined,
    agreed,
    oa_id: hotline.oaId,
    notice: {
      version,
      text: wordsOf(lang).hotline.notice(offer.service.owner[lang]),
      purposes: offer.purposes.map((purpose) => ({
        id: purpose.id,
        title: purpose.title[lang],
        text: purpose.text[lang],
        data: purpose.data.map(({ label }) => label[lang]),
        retention: purpose.retentionText[lang],
        recipients: purpose.recipients,
      })),
    },
  };
}

async function link(site: Site, { hotline, offer }: Desk, ctx: Context, me: MeCaller): Promise<object> {
  const { accountId, lang, sessionUid } = me;
  const now = site.clock();
  const { notice_version: shown, purposes } = await readMeBody(ctx, answerShape);
  const notice = offerNotice(offer, lang);
  // The wording changed between showing and answering: what was answered is not what would be recorded.
  if (shown !== notice.version) throw new Refusal('conflict', 'the notice has changed');
  if (purposes.some((id) => !offer.purposes.some((purpose) => purpose.id === id)))
    throw new Refusal('invalid', 'a purpose that was not asked about');
  const { clientId, oaId } = hotline;
  return site.db.transaction(async () => {
    const answer = {
      accountId,
      clientId,
      offer,
      given: purposes,
      notice: { bytes: notice.bytes, language: lang },
      acr: acrOf(me.stands.level === 2 ? 2 : 1, site.acrBase),
      evidence: evidenceOf(site, ctx, sessionUid),
    };
    await agree(site, answer, now);
    if (!(await isAgreed(site, { offer, accountId, clientId }, now))) return { linked: false, agreed: false };
    const since = await findLink(site.db, { hotline, accountId });
    if (since !== undefined) return { linked: true, agreed: true, since };
    const code = await offerCode(site, { hotline, accountId }, now);
    return { linked: false, agreed: true, code, expires_in: CODE_SECONDS, oa_id: oaId, chat_uri: `https://zalo.me/${oaId}` }; // prettier-ignore
  });
}
