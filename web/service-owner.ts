// How a service fares, for who answers for it: /can-bo/dich-vu. An owner sees their own service;
// operators and auditors see any.

import Router from '@koa/router';
import type { Context } from 'koa';
import { findingsOf } from '../audit/service-figures-findings.ts';
import { readFigures, type Period } from '../audit/service-figures.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { Refusal } from '../errors.ts';
import { signalDelivery } from '../signals/delivery.ts';
import { findStream } from '../signals/stream-store.ts';
import { clock, day } from '../views/format.ts';
import {
  serviceChoicePage,
  serviceOwnerPage,
  shortDay,
  type ServiceOwnerModel,
} from '../views/service-owner.ts';
import { wordsOf, type Lang } from '../views/words/words.ts';
import { drawFigures } from './service-owner-charts.ts';
import { toDoor } from './staff-door.ts';
import { findMe, goTo, staffFrame } from './staff-session.ts';
import type { Me } from './staff-session.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

const HERE = '/can-bo/dich-vu';
const SAFETY = '/can-bo/bao-mat';
const PERIODS = { '24h': '24-gio', '30d': '30-ngay' } as const;

export function serviceOwnerRoutes(site: Site): Router {
  const router = new Router();
  router.get(HERE, async (ctx) => {
    const now = site.clock();
    const me = await findMe(site, ctx, now);
    if (me === undefined) return toDoor(ctx);
    if (me.method === 'invitation') return goTo(ctx, SAFETY);
    const code = serviceFor(me, textIn(ctx.query['dich-vu']));
    if (code === undefined) return showChoice(site, ctx, me);
    const service = site.catalogue.serviceByCode.get(code);
    if (service === undefined) throw new Refusal('missing', 'no such service', { reason: 'service' });
    const period = textIn(ctx.query['ky']) === PERIODS['30d'] ? '30d' : '24h';
    return showService(site, ctx, { me, service, period }, now);
  });
  return router;
}

/**
 * The code of the service to show; undefined: one has yet to be chosen.
 * @throws Refusal forbidden, for an unknown service as well: an owner learns nothing about others
 */
function serviceFor({ role, serviceCode }: Me, asked: string | undefined): string | undefined {
  if (role === 'operator' || role === 'auditor') return asked;
  if (role === 'owner' && serviceCode !== undefined && (asked ?? serviceCode) === serviceCode)
    return serviceCode;
  throw new Refusal('forbidden', 'not the service of this member of staff', { reason: 'staff' });
}

async function showService(
  site: Site,
  ctx: Context,
  { me, service, period }: { me: Me; service: CatalogueService; period: Period },
  now: Date,
): Promise<void> {
  const frame = staffFrame(site, ctx, me);
  const { lang } = frame;
  const href = (to: Period, more = '') => `${HERE}?dich-vu=${service.code}&ky=${PERIODS[to]}${more}`;
  const [figures, signals] = await Promise.all([
    readFigures(site.db, { serviceId: service.id, period }, now),
    signalsOf(site, service.id, now),
  ]);
  const shown = {
    slots: figures.slots.map((slot) => ({ ...slot, ...slotNames(slot.from, period, lang) })),
    causes: figures.causes,
    actions: figures.actions.map(({ action, allowed, refused }) => ({ title: titleOf(service, action, lang), allowed, refused })), // prettier-ignore
  };
  const model: ServiceOwnerModel = {
    ...figures,
    page: { ...frame, otherLangHref: href(period, `&lang=${lang === 'vi' ? 'en' : 'vi'}`) },
    service: { title: service.title[lang], code: service.code, owner: service.owner[lang] },
    at: now,
    period,
    periodHrefs: { '24h': href('24h'), '30d': href('30d') },
    othersHref: me.role === 'owner' ? undefined : HERE,
    safetyHref: SAFETY,
    findings: findingsOf(figures, signals?.overdue, now),
    ...shown,
    signals,
    charts: await drawFigures(shown, lang),
  };
  send(ctx, serviceOwnerPage(model));
}

function showChoice(site: Site, ctx: Context, me: Me): void {
  const page = staffFrame(site, ctx, me);
  const services = site.catalogue.services.map(({ title, owner, code }) => ({
    title: title[page.lang],
    owner: owner[page.lang],
    href: `${HERE}?dich-vu=${code}`,
  }));
  send(ctx, serviceChoicePage({ page, services, safetyHref: SAFETY }));
}

async function signalsOf(site: Site, serviceId: string, now: Date): Promise<ServiceOwnerModel['signals']> {
  if ((await findStream(site.db, serviceId)) === undefined) return undefined;
  const { pending, overdue } = await signalDelivery(site.db, serviceId, now, now);
  return { pending, overdue };
}

function slotNames(from: Date, period: Period, lang: Lang): { label: string; name: string } {
  if (period === '30d') return { label: shortDay(from), name: day(from, lang) };
  const words = wordsOf(lang).owner;
  const hour = String(Number(clock(from).slice(0, 2)));
  return { label: words.hour(hour), name: words.hourFrom(hour, day(from, lang)) };
}

const titleOf = (service: CatalogueService, name: string, lang: Lang): string =>
  service.actions.find(({ action }) => action === name)?.title[lang] ?? wordsOf(lang).owner.actions.other;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
