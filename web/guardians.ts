// The pages of a legal representative: which children, what waits for an answer, what was given for
// them. All of it is another person's life, so all of it asks for level 2 of the last minutes.

import Router from '@koa/router';
import type { Context } from 'koa';
import { answerRequest, openRequestsFor } from '../consent/guardian-request.ts';
import type { GuardianRequest } from '../consent/guardian-request.ts';
import { childrenOf } from '../consent/guardianship.ts';
import type { Child } from '../consent/guardianship.ts';
import { noticeBytes } from '../consent/give.ts';
import { findConsentPage, findHistory } from '../consent/my-consents.ts';
import { purposesFor } from '../consent/purposes.ts';
import { withdrawConsent } from '../consent/withdraw.ts';
import { Refusal } from '../errors.ts';
import { acrOf } from '../policies/level.ts';
import { consentPage } from '../views/consent.ts';
import { childPage, childrenPage } from '../views/guardians.ts';
import type { GuardianResult } from '../views/guardians.ts';
import { withdrawPage } from '../views/withdraw.ts';
import { wordsOf } from '../views/words/words.ts';
import type { Lang } from '../views/words/words.ts';
import { choiceIn, noticeVersion, shownPurpose } from './consent-model.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { signInHere } from './own-sign-in.ts';
import { FRESH_SECONDS, findOwner, ownCsrf, ownFrame, readOwnForm } from './owner.ts';
import type { Owner } from './owner.ts';
import type { Site } from './site.ts';
import { noteOf, send } from './step-page.ts';

const HOME = '/toi/con';
const RESULTS: Readonly<Record<string, GuardianResult>> = {
  'da-tra-loi': 'answered',
  'da-xong': 'ended',
  'hoi-lai': 'void',
  'da-rut': 'withdrawn',
};

export function guardianRoutes(site: Site): Router {
  const router = new Router();
  const withMe = (run: (site: Site, ctx: Context, me: Owner) => Promise<void>) => async (ctx: Context) => {
    const me = await findOwner(site, ctx, site.clock());
    return me?.isFresh === true ? run(site, ctx, me) : proveFirst(site, ctx);
  };
  router.get(HOME, withMe(showChildren));
  // Who stopped on the way is not asked again by the page that asked before.
  router.get(`${HOME}/ve`, (ctx) => goTo(ctx, ctx.query['error'] === undefined ? HOME : '/toi'));
  router.get(`${HOME}/hoi/:id`, withMe(showQuestion));
  router.post(`${HOME}/hoi/:id`, withMe(takeAnswer));
  router.get(`${HOME}/em/:id`, withMe(showChild));
  router.get(`${HOME}/em/:id/rut/:recordId`, withMe(showWithdraw));
  router.post(`${HOME}/em/:id/rut/:recordId`, withMe(withdraw));
  return router;
}

const proveFirst = (site: Site, ctx: Context) =>
  signInHere(site, ctx, { back: 'children', level2WithinSeconds: FRESH_SECONDS });

async function showChildren(site: Site, ctx: Context, me: Owner): Promise<void> {
  const now = site.clock();
  const page = ownFrame(site, ctx, me);
  const children = await childrenOf(site, me.accountId, now);
  const requests = await openRequestsFor(site, me.accountId, now);
  send(
    ctx,
    childrenPage({
      page,
      result: resultOf(ctx),
      requests: requests.map(({ child, request }) => ({
        childName: child.name,
        serviceTitle:
          site.catalogue.serviceById.get(request.serviceId)?.title[page.lang] ?? request.serviceId,
        expiresAt: request.expiresAt,
        href: `${HOME}/hoi/${request.id}`,
      })),
      children: children.map((child) => ({
        name: child.name,
        lastDay: new Date(child.endsAt.getTime() - 1),
        href: child.accountId === undefined ? undefined : `${HOME}/em/${child.guardianshipId}`,
      })),
      backHref: '/toi',
    }),
  );
}

async function showQuestion(site: Site, ctx: Context, me: Owner): Promise<void> {
  const question = await myQuestion(site, ctx, me);
  return question === undefined ? goTo(ctx, `${HOME}?bao=da-xong`) : sendQuestion(site, ctx, me, question);
}

type Question = { readonly child: Child; readonly request: GuardianRequest };

async function sendQuestion(
  site: Site,
  ctx: Context,
  me: Owner,
  { child, request }: Question,
  error?: 'changed',
): Promise<void> {
  const page = ownFrame(site, ctx, me);
  const { lang } = page;
  const words = wordsOf(lang).guardian;
  const service = site.catalogue.serviceById.get(request.serviceId);
  if (service === undefined) return goTo(ctx, `${HOME}?bao=hoi-lai`);
  const client = await site.provider().Client.find(request.clientId);
  const shown = purposesFor(service, request.scopes);
  const asked = shown.filter(({ id }) => request.asked.includes(id));
  const refused = asked.filter(({ id }) => request.childChoices?.[id] === 'refused');
  const open = asked.filter((purpose) => !refused.includes(purpose));
  const law = shown.filter(({ basis }) => basis !== 'consent');
  send(
    ctx,
    consentPage({
      page: { ...page, otherLangHref: `${ctx.path}?lang=${lang === 'vi' ? 'en' : 'vi'}` },
      clientName: client?.clientName ?? request.clientId,
      serviceTitle: service.title[lang],
      ownerName: service.owner[lang],
      action: `${HOME}/hoi/${request.id}`,
      csrf: ownCsrf(site, me),
      purposes: [...open, ...law].map((purpose) => shownPurpose(purpose, lang, [])),
      noticeVersion: noticeVersion(noticeBytes(service, request.scopes, lang)),
      rightsHref: '/quyen-cua-ban',
      error,
      instead: {
        title: words.answerTitle(child.name ?? words.noName),
        lead: words.answerLead,
        client: words.client,
        notes: [
          ...(request.childChoices === undefined ? [] : [words.childSaidYes]),
          ...(refused.length === 0
            ? []
            : [words.childSaidNo(refused.map(({ title }) => title[lang]).join(', '))]),
        ],
        submit: words.answerSubmit,
        back: { href: HOME, label: words.back },
      },
    }),
    error === undefined ? 200 : 409,
  );
}

async function takeAnswer(site: Site, ctx: Context, me: Owner): Promise<void> {
  const form = await readOwnForm(site, ctx, me);
  const question = await myQuestion(site, ctx, me);
  const service = question && site.catalogue.serviceById.get(question.request.serviceId);
  if (question === undefined || service === undefined) return goTo(ctx, `${HOME}?bao=da-xong`);
  const { request } = question;
  const { lang: language } = ownFrame(site, ctx, me);
  const bytes = noticeBytes(service, request.scopes, language);
  // The wording changed between showing and answering: what was answered is not what would be recorded.
  if (form.get('notice_version') !== noticeVersion(bytes))
    return sendQuestion(site, ctx, me, question, 'changed');
  const answered = await answerRequest(
    site,
    {
      requestId: request.id,
      guardianAccountId: me.accountId,
      sessionUid: me.sessionUid,
      choices: Object.fromEntries(request.asked.map((id) => [id, choiceIn(form, id)] as const)),
      notice: { bytes, language },
      acr: acrOf(2, site.acrBase),
      evidence: evidenceOf(site, ctx, me.sessionUid),
    },
    site.clock(),
  );
  if (answered.outcome === 'level') return proveFirst(site, ctx);
  const result = { answered: 'da-tra-loi', ended: 'da-xong', void: 'hoi-lai' }[answered.outcome];
  goTo(ctx, `${HOME}?bao=${result}`);
}

async function showChild(site: Site, ctx: Context, me: Owner): Promise<void> {
  const child = await myChild(site, ctx, me);
  const page = ownFrame(site, ctx, me);
  const { lang } = page;
  const words = wordsOf(lang).guardian;
  const services = await findConsentPage(site, { accountId: child.accountId, lang }, site.clock());
  const history = await findHistory(site.db, site.catalogue, child.accountId, lang);
  send(
    ctx,
    childPage({
      page,
      name: child.name,
      result: resultOf(ctx),
      services: services.map((service) => ({
        ...service,
        consents: service.consents.map((consent) => ({
          ...consent,
          withdrawAction: consent.live ? withdrawPath(child, consent.recordId) : undefined,
        })),
      })),
      history: history.map(({ at, state, title, service, byRepresentative }) => ({
        at,
        title: `${(byRepresentative ? words.happened : words.happenedByChild)[state]}: ${title}`,
        detail: service,
      })),
      backHref: HOME,
    }),
  );
}

async function showWithdraw(site: Site, ctx: Context, me: Owner): Promise<void> {
  const child = await myChild(site, ctx, me);
  const page = ownFrame(site, ctx, me);
  const consent = await childConsent(site, ctx, child, page.lang);
  if (!consent.live) return goTo(ctx, `${HOME}/em/${child.guardianshipId}`);
  const words = wordsOf(page.lang).guardian;
  send(
    ctx,
    withdrawPage({
      page,
      serviceTitle: consent.serviceTitle,
      purposeTitle: consent.title,
      consequences: consent.stops.length > 0 ? words.stops(consent.stops) : words.stopsNothing,
      action: withdrawPath(child, consent.recordId),
      csrf: ownCsrf(site, me),
      version: String(consent.recordVersion),
      backHref: `${HOME}/em/${child.guardianshipId}`,
    }),
  );
}

async function withdraw(site: Site, ctx: Context, me: Owner): Promise<void> {
  const form = await readOwnForm(site, ctx, me);
  const child = await myChild(site, ctx, me);
  const { lang } = ownFrame(site, ctx, me);
  const consent = await childConsent(site, ctx, child, lang);
  const withdrawn = await withdrawConsent(
    site,
    {
      accountId: child.accountId,
      recordId: consent.recordId,
      expectedVersion: Number(form.get('version')),
      language: lang,
      acr: acrOf(2, site.acrBase),
      evidence: evidenceOf(site, ctx, me.sessionUid),
      by: {
        role: 'legal_representative',
        guardianshipId: child.guardianshipId,
        representativeId: me.accountId,
      },
    },
    site.clock(),
  );
  // Twice is quiet; a page that has grown old shows how things stand now.
  const note = withdrawn.outcome === 'withdrawn' ? '?bao=da-rut' : '';
  goTo(ctx, `${HOME}/em/${child.guardianshipId}${note}`);
}

// Answered, expired and not this person's are one answer: nothing waits.
async function myQuestion(site: Site, ctx: Context, me: Owner): Promise<Question | undefined> {
  const id: unknown = ctx['params']?.id;
  return (await openRequestsFor(site, me.accountId, site.clock())).find(({ request }) => request.id === id);
}

// Somebody else's child, one who has turned 16 and no child are one answer.
async function myChild(site: Site, ctx: Context, me: Owner): Promise<Child & { accountId: string }> {
  const id: unknown = ctx['params']?.id;
  const child = (await childrenOf(site, me.accountId, site.clock())).find((one) => one.guardianshipId === id);
  if (child?.accountId === undefined) throw new Refusal('missing', 'no such child', { reason: 'guardian' });
  return { ...child, accountId: child.accountId };
}

async function childConsent(site: Site, ctx: Context, child: Child & { accountId: string }, lang: Lang) {
  const recordId: unknown = ctx['params']?.recordId;
  const services = await findConsentPage(site, { accountId: child.accountId, lang }, site.clock());
  const consent = services
    .flatMap((service) => service.consents.map((one) => ({ ...one, serviceTitle: service.serviceTitle })))
    .find((one) => one.recordId === recordId);
  if (consent === undefined) throw new Refusal('missing', 'no such consent');
  return consent;
}

const withdrawPath = (child: Child, recordId: string) => `${HOME}/em/${child.guardianshipId}/rut/${recordId}`;

const resultOf = (ctx: Context) => noteOf(ctx, RESULTS);

function goTo(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}
