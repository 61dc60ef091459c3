// The catalogue for people and auditors: /catalogue, and every version at an address of its own.

import Router from '@koa/router';
import type { Context } from 'koa';
import { findPublishedVersion, listHistory } from '../catalogue/published.ts';
import type { HistoryEntry } from '../catalogue/published.ts';
import { cataloguePath } from '../catalogue/sign.ts';
import { Refusal } from '../errors.ts';
import { catalogueHistoryPage, catalogueVersionPage } from '../views/catalogue-history.ts';
import type { ShownVersion } from '../views/catalogue-history.ts';
import { catalogueServicePage } from '../views/catalogue-service.ts';
import { catalogueWhoPage } from '../views/catalogue-who.ts';
import { cataloguePage } from '../views/catalogue.ts';
import { groupsOf, serviceModel, subjectsOf } from './catalogue-shown.ts';
import { readQuestion, whatIsPossible } from './catalogue-who.ts';
import { isHeld } from './etag.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

const HOME = '/catalogue';
const HISTORY = '/catalogue/lich-su';
const WHO = '/catalogue/ai-lam-duoc-gi';

export function catalogueRoutes(site: Site): Router {
  const router = new Router();
  const { catalogue } = site;

  router.get(HOME, (ctx) => {
    const page = frameOf(ctx, site, { home: true });
    const { version, sha256 } = catalogue;
    const hrefs = { whoHref: WHO, historyHref: HISTORY, signedHref: cataloguePath };
    send(ctx, cataloguePage({ page, groups: groupsOf(catalogue, page.lang), version, sha256, ...hrefs }));
  });

  router.get(WHO, (ctx) => {
    const frame = frameOf(ctx, site, { home: true });
    const { asked, ...question } = readQuestion(ctx.query);
    // The other language keeps the question.
    const query = new URLSearchParams({ muc: question.level, phut: question.minutes, cach: question.way, lang: frame.lang === 'vi' ? 'en' : 'vi' }); // prettier-ignore
    const page = question.minutes === '' ? frame : { ...frame, otherLangHref: `${WHO}?${query.toString()}` };
    const answers = asked && whatIsPossible(catalogue, asked, { lang: page.lang, now: site.clock() });
    send(ctx, catalogueWhoPage({ page, action: WHO, ...question, answers, backHref: HOME }), question.failed ? 400 : 200); // prettier-ignore
  });

  router.get(HISTORY, async (ctx) => {
    const history = await listHistory(site.db);
    const versions = history.map((one) => ({ ...shown(one, history), href: `/catalogue/phien-ban/${one.number}` })); // prettier-ignore
    send(ctx, catalogueHistoryPage({ page: frameOf(ctx, site, { home: true }), versions, backHref: HOME }));
  });
  router.get('/catalogue/phien-ban/:number', (ctx) => showVersion(site, ctx));

  // Unsigned on purpose: the address is the hash of the bytes, and a fresh signature under an old
  // catalogue would be a tool for bringing it back.
  router.get(`${cataloguePath}/:sha256`, async (ctx) => {
    const version = await findPublishedVersion(site.db, parameterOf(ctx, 'sha256'));
    if (version === undefined) throw unknown();
    const { canonical, sha256 } = version.catalogue;
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    if (isHeld(ctx, `"${sha256}"`)) return;
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = canonical;
  });

  router.get('/catalogue/:code', (ctx) => {
    const service = catalogue.serviceByCode.get(parameterOf(ctx, 'code'));
    if (service === undefined) throw unknown();
    const page = frameOf(ctx, site, { home: true });
    send(ctx, catalogueServicePage({ page, ...serviceModel(service, page.lang), backHref: HOME }));
  });
  return router;
}

async function showVersion(site: Site, ctx: Context): Promise<void> {
  const history = await listHistory(site.db);
  const entry = history.find(({ number }) => String(number) === parameterOf(ctx, 'number'));
  if (entry === undefined) throw unknown();
  const [before, after] = await Promise.all([
    entry.base === undefined ? undefined : findPublishedVersion(site.db, entry.base),
    findPublishedVersion(site.db, entry.sha256),
  ]);
  if (after === undefined) throw unknown();
  const page = frameOf(ctx, site, { home: true });
  const both = { before: before?.catalogue, after: after.catalogue, lang: page.lang };
  const subjects = subjectsOf(entry.changes, both);
  send(ctx, catalogueVersionPage({ page, version: shown(entry, history), subjects, backHref: HISTORY }));
}

// Newest first: the first is in force.
const shown = (one: HistoryEntry, [newest]: readonly HistoryEntry[]): ShownVersion => ({
  number: one.number,
  version: one.version,
  sha256: one.sha256,
  base: one.base,
  direction: one.direction,
  publishedAt: one.publishedAt,
  approvedBy: one.approvedBy,
  isCurrent: one.number === newest?.number,
  downloadHref: `${cataloguePath}/${one.sha256}`,
});

function parameterOf(ctx: Context, name: string): string {
  const value: unknown = ctx['params']?.[name];
  return typeof value === 'string' ? value : '';
}

const unknown = () => new Refusal('missing', 'not in the catalogue', { reason: 'catalogue' });
