// A person's consents in the mini app: seen, withdrawn, their receipts.

import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { findConsentPage, findHistory, findReceipt } from '../consent/my-consents.ts';
import type { ShownConsent } from '../consent/my-consents.ts';
import { withdrawConsent } from '../consent/withdraw.ts';
import { Refusal } from '../errors.ts';
import { acrOf } from '../policies/level.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { moment } from '../views/format.ts';
import { wordsOf } from '../views/words/words.ts';
import { idIn, meRoute, readMeBody } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

export function meConsentRoutes(site: Site, guards: OwnGuards): Router {
  const router = new Router();
  const mine = (handle: (ctx: Context, me: MeCaller) => Promise<object>) => meRoute(site, guards.me, handle);
  router.get(
    '/me/consents',
    mine((_ctx, me) => list(site, me)),
  );
  router.post(
    '/me/consents/:recordId/withdraw',
    mine((ctx, me) => withdraw(site, ctx, me)),
  );
  router.get(
    '/me/receipts/:eventId',
    mine((ctx, me) => receipt(site, ctx, me)),
  );
  return router;
}

async function list(site: Site, { accountId, lang }: MeCaller): Promise<object> {
  const services = await findConsentPage(site, { accountId, lang }, site.clock());
  const history = await findHistory(site.db, site.catalogue, accountId, lang);
  const { account, guardian } = wordsOf(lang);
  return {
    services: services.map(({ serviceId, serviceTitle, ownerName, consents }) => ({
      id: serviceId,
      title: serviceTitle,
      owner: ownerName,
      consents: consents.map((one) => ({
        record_id: one.recordId,
        version: one.recordVersion,
        notice_version: one.version,
        title: one.title,
        state: one.state,
        live: one.live,
        at: one.since,
        until: one.until,
        stops: one.stops,
        event_id: one.eventId,
      })),
    })),
    history: history.map(({ at, state, title, service, byRepresentative }) => ({
      at,
      title: `${(byRepresentative ? guardian.happened : account.happened)[state]}: ${title}`,
      detail: service,
    })),
  };
}

// Whole numbers that the record's column holds.
const withdrawal = z.strictObject({ version: z.int().min(1).max(2_147_483_647) });

/** Asked again it answers the same; of a page that has grown old it says so. */
async function withdraw(site: Site, ctx: Context, me: MeCaller): Promise<object> {
  const { accountId, sessionUid, stands, lang } = me;
  const recordId = idIn(ctx, 'recordId');
  const { version } = await readMeBody(ctx, withdrawal);
  const withdrawn = await withdrawConsent(
    site,
    {
      accountId,
      recordId,
      expectedVersion: version,
      language: lang,
      acr: acrOf(stands.level === 2 ? 2 : 1, site.acrBase),
      evidence: evidenceOf(site, ctx, sessionUid),
    },
    site.clock(),
  );
  if (withdrawn.outcome === 'changed') throw new Refusal('conflict', 'the consent has changed');
  const { consent, serviceTitle } = await getConsent(site, me, recordId);
  if (consent.state !== 'withdrawn') throw new Refusal('conflict', 'the consent was given again');
  return {
    stopped_at: consent.since,
    receipt_event: consent.eventId,
    recipients: [{ service: serviceTitle, stopped_at: consent.since }],
  };
}

async function getConsent(
  site: Site,
  { accountId, lang }: MeCaller,
  recordId: string,
): Promise<{ readonly consent: ShownConsent; readonly serviceTitle: string }> {
  for (const { consents, serviceTitle } of await findConsentPage(site, { accountId, lang }, site.clock())) {
    const consent = consents.find((one) => one.recordId === recordId);
    if (consent !== undefined) return { consent, serviceTitle };
  }
  throw new Refusal('missing', 'no such consent');
}

async function receipt(site: Site, ctx: Context, { accountId, lang }: MeCaller): Promise<object> {
  const eventId = idIn(ctx, 'eventId');
  const found = await findReceipt(site.db, site.vault, site.catalogue, { accountId, eventId, lang });
  const { receipt: words, guardian } = wordsOf(lang);
  const line = (label: string, value: string) => ({ label, value });
  return {
    title: words.titles[found.state],
    text: found.purposeText,
    lines: [
      line(words.purpose, found.purposeTitle),
      line(words.service, found.serviceTitle),
      line(words.controller, found.controller),
      line(guardian.givenBy, guardian.givers[found.givenBy]),
      line(words.at, moment(found.at, lang)),
      line(words.notice, found.noticeVersion),
      line(words.id, found.receiptId),
      line(words.log, found.logOrigin),
      line(words.noticeHash, found.sha256),
    ],
    jwt: found.jws,
  };
}
