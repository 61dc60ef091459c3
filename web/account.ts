// The citizen's own page: level, connected services, history, withdrawal, receipts.

import Router from '@koa/router';
import type { Context } from 'koa';
import type { Profile } from '../accounts/profile.ts';
import { LONGEST_PROOF_SECONDS } from '../assurance/level.ts';
import { findConsentPage, findHistory, findReceipt } from '../consent/my-consents.ts';
import { withdrawConsent } from '../consent/withdraw.ts';
import { Refusal } from '../errors.ts';
import { acrOf } from '../policies/level.ts';
import { recentNotices } from '../safety/notices.ts';
import { isIdentitySource } from '../policies/methods.ts';
import { maskPersonalNumber } from '../policies/personal-number.ts';
import { maskPhoneNumber } from '../policies/phone-number.ts';
import { accountPage } from '../views/account.ts';
import { receiptPage } from '../views/receipt.ts';
import { withdrawPage } from '../views/withdraw.ts';
import { withdrawnPage } from '../views/withdrawn.ts';
import { wordsOf } from '../views/words/words.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { signInHere } from './own-sign-in.ts';
import { findOwner, ownCsrf, ownFrame, readOwnForm } from './owner.ts';
import type { Owner } from './owner.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

// The notice goes out as long before, too (safety/).
const ENDING_MS = 30 * 86_400_000;

export function accountRoutes(site: Site): Router {
  const router = new Router();
  const owner = (ctx: Context) => findOwner(site, ctx, site.clock());

  router.get('/toi', async (ctx) => {
    const me = await owner(ctx);
    return me === undefined ? signInHere(site, ctx) : showAccount(site, ctx, me);
  });
  // The sign-in of this page is for its session only: the code it ends with is never redeemed.
  router.get('/toi/ve', (ctx) => {
    ctx.redirect('/toi');
    ctx.status = 303;
  });
  router.get('/toi/dong-y/:recordId', async (ctx) => {
    const me = await owner(ctx);
    return me === undefined ? signInHere(site, ctx) : showWithdraw(site, ctx, me);
  });
  router.post('/toi/dong-y/:recordId', async (ctx) => {
    const me = await owner(ctx);
    if (me === undefined) throw new Refusal('unauthenticated', 'no session');
    return withdraw(site, ctx, me);
  });
  // Ends in the protocol's own log-out, which also tells the services (back channel).
  router.post('/toi/dang-xuat', async (ctx) => {
    const me = await owner(ctx);
    if (me !== undefined) await readOwnForm(site, ctx, me);
    ctx.redirect(me === undefined ? '/' : '/session/end');
    ctx.status = 303;
  });
  router.get('/toi/bien-nhan/:eventId', async (ctx) => {
    const me = await owner(ctx);
    return me === undefined ? signInHere(site, ctx) : showReceipt(site, ctx, me);
  });
  return router;
}

async function showAccount(site: Site, ctx: Context, me: Owner): Promise<void> {
  const page = ownFrame(site, ctx, me);
  const words = wordsOf(page.lang).account;
  const now = site.clock();
  const { stands } = me;
  const verifiedAt =
    stands.level === 2 && stands.authTime !== undefined ? new Date(stands.authTime * 1000) : undefined;
  const services = await findConsentPage(site, { accountId: me.accountId, lang: page.lang }, now);
  const notices = await recentNotices(site.db, me.accountId, now);
  const history = await findHistory(site.db, site.catalogue, me.accountId, page.lang);
  const { phone, binding } = me.profile;
  send(
    ctx,
    accountPage({
      page,
      name: me.profile.greeting ?? 'Tây Ninh ID',
      level: stands.level === 2 ? 2 : 1,
      verifiedAt,
      validUntil: verifiedAt && new Date(verifiedAt.getTime() + LONGEST_PROOF_SECONDS * 1000),
      identity: binding && identityOf(binding, now),
      links: LINKS,
      notices: notices.map(({ at, kind }) => ({ at, title: wordsOf(page.lang).notices.kinds[kind] })),
      phoneMasked: phone === undefined ? undefined : maskPhoneNumber(phone),
      personalNumberMasked:
        binding?.personalNumber === undefined ? undefined : maskPersonalNumber(binding.personalNumber),
      services: services.map((service) => ({
        ...service,
        consents: service.consents.map((consent) => ({
          ...consent,
          withdrawAction: consent.live ? `/toi/dong-y/${consent.recordId}` : undefined,
          receiptHref: consent.eventId === undefined ? undefined : `/toi/bien-nhan/${consent.eventId}`,
        })),
      })),
      csrf: ownCsrf(site, me),
      logoutAction: '/toi/dang-xuat',
      history: history.map(({ at, state, title, service, byRepresentative }) => ({
        at,
        title: `${(byRepresentative ? wordsOf(page.lang).guardian.happened : words.happened)[state]}: ${title}`,
        detail: service,
      })),
    }),
  );
}

const LINKS = [
  { id: 'passkeys', href: '/toi/khoa' },
  { id: 'recovery', href: '/toi/ma-khoi-phuc' },
  { id: 'devices', href: '/toi/thiet-bi' },
  { id: 'children', href: '/toi/con' },
] as const;

/** Who the person is here, for how long. */
export function identityOf({ source, boundAt, expiresAt }: NonNullable<Profile['binding']>, now: Date) {
  if (!isIdentitySource(source)) throw new Error('a binding of an unknown source');
  const left = expiresAt.getTime() - now.getTime();
  const state = left <= 0 ? ('ended' as const) : left < ENDING_MS ? ('ending' as const) : ('fine' as const);
  return { source, at: boundAt, until: expiresAt, state };
}

async function showWithdraw(site: Site, ctx: Context, me: Owner): Promise<void> {
  const page = ownFrame(site, ctx, me);
  const consent = await myConsent(site, ctx, me, page.lang);
  if (!consent.live) {
    ctx.redirect('/toi');
    ctx.status = 303;
    return;
  }
  send(
    ctx,
    withdrawPage({
      page,
      serviceTitle: consent.serviceTitle,
      purposeTitle: consent.title,
      consequences:
        consent.stops.length > 0
          ? wordsOf(page.lang).withdraw.stops(consent.stops)
          : wordsOf(page.lang).withdraw.stopsNothing,
      action: `/toi/dong-y/${consent.recordId}`,
      csrf: ownCsrf(site, me),
      version: String(consent.recordVersion),
      backHref: '/toi',
    }),
  );
}

async function withdraw(site: Site, ctx: Context, me: Owner): Promise<void> {
  const form = await readOwnForm(site, ctx, me);
  const page = ownFrame(site, ctx, me);
  const consent = await myConsent(site, ctx, me, page.lang);
  const now = site.clock();
  const { stands } = me;
  const withdrawn = await withdrawConsent(
    site,
    {
      accountId: me.accountId,
      recordId: consent.recordId,
      expectedVersion: Number(form.get('version')),
      language: page.lang,
      acr: acrOf(stands.level === 2 ? 2 : 1, site.acrBase),
      evidence: evidenceOf(site, ctx, me.sessionUid),
    },
    now,
  );
  // Twice is quiet; a page that has grown old shows how things stand now.
  if (withdrawn.outcome !== 'withdrawn') {
    ctx.redirect('/toi');
    ctx.status = 303;
    return;
  }
  send(
    ctx,
    withdrawnPage({
      page,
      serviceTitle: consent.serviceTitle,
      purposeTitle: consent.title,
      at: now,
      receiptHref: `/toi/bien-nhan/${withdrawn.eventId}`,
      effects: wordsOf(page.lang).withdraw.effects,
      accountHref: '/toi',
    }),
  );
}

async function showReceipt(site: Site, ctx: Context, me: Owner): Promise<void> {
  const page = ownFrame(site, ctx, me);
  const eventId = uuidOf(ctx.params['eventId']);
  const receipt = await findReceipt(site.db, site.vault, site.catalogue, {
    accountId: me.accountId,
    eventId,
    lang: page.lang,
  });
  if (ctx.query['dang'] === 'jws') {
    ctx.type = 'application/jwt';
    ctx.attachment(`bien-nhan-${eventId}.jwt`);
    ctx.body = receipt.jws;
    return;
  }
  send(
    ctx,
    receiptPage({ page, ...receipt, downloadHref: `/toi/bien-nhan/${eventId}?dang=jws`, backHref: '/toi' }),
  );
}

async function myConsent(site: Site, ctx: Context, me: Owner, lang: 'vi' | 'en') {
  const recordId = uuidOf(ctx['params']?.recordId);
  const services = await findConsentPage(site, { accountId: me.accountId, lang }, site.clock());
  const consent = services
    .flatMap((service) => service.consents.map((one) => ({ ...one, serviceTitle: service.serviceTitle })))
    .find((one) => one.recordId === recordId);
  // Somebody else's record and no record are one answer.
  if (consent === undefined) throw new Refusal('missing', 'no such consent');
  return consent;
}

function uuidOf(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value;
  throw new Refusal('missing', 'not an id of ours');
}
