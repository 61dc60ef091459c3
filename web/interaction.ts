// Signing in: /interaction/:uid and what hangs below it. One GET shows whatever step is next; each
// POST does one thing and sends the browser back to it.

import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '../errors.ts';
import { nextStep } from '../policies/next-step.ts';
import type { Step } from '../policies/next-step.ts';
import { checkForm } from './csrf.ts';
import { readForm } from './form.ts';
import { agreeToMove, answerBrake, choose, chooseAgain, showBrake, showElsewhere, showWaiting } from './choice.ts'; // prettier-ignore
import { showCard, takeCard } from './card-step.ts';
import { showChip, takeChip } from './chip-step.ts';
import { answerConsent, showConsent } from './consent-step.ts';
import { askAgain, showCounter } from './counter-step.ts';
import { showGuardian, takeChild } from './guardian-step.ts';
import { showHold } from './hold-step.ts';
import { showPasskey, takePasskey } from './passkey-step.ts';
import { readUpload } from './upload.ts';
import { finishVisit } from './finish.ts';
import { showLogin, startZalo, zaloCallback, zaloReturn } from './zalo-step.ts';
import {
  answerCodeForm,
  correctPhone,
  resendCode,
  sendByZalo,
  showCode,
  showPhone,
  startCode,
  takePhone,
} from './code-step.ts';
import { showStepUp, startVneid, vneidCallback, vneidReturn } from './vneid-step.ts';
import { allowForms } from './headers.ts';
import type { Site } from './site.ts';
import { backToVisit } from './step-page.ts';
import { lookAtVisit } from './visit.ts';
import type { Visit } from './visit.ts';

type Action = {
  /** The step this answers. At any other moment it does nothing: the browser is shown what is next. */
  readonly steps: readonly Step[] | undefined;
  /** The form carries files (the data of a card's chip). */
  readonly isUpload?: boolean;
  readonly run: (
    site: Site,
    ctx: Context,
    visit: Visit,
    form: ReadonlyMap<string, string>,
    now: Date,
    files: ReadonlyMap<string, Buffer>,
  ) => Promise<void>;
};

// Every page of a chosen method leads back to the choice.
const METHOD_PAGES: readonly Step[] = ['card', 'chip', 'counter', 'passkey', 'code', 'phone'];

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['zalo', { steps: ['login'], run: startZalo }],
  ['tu-lam', { steps: ['brake'], run: answerBrake }],
  ['vneid', { steps: ['choose'], run: startVneid }],
  ['chip', { steps: ['choose'], run: choose('chip') }],
  ['the', { steps: ['choose'], run: choose('card') }],
  ['quay', { steps: ['choose'], run: choose('counter') }],
  ['khoa', { steps: ['choose'], run: choose('passkey') }],
  ['ma-so', { steps: ['choose'], run: startCode }],
  ['chon-lai', { steps: METHOD_PAGES, run: chooseAgain }],
  ['doc-chip', { steps: ['chip'], isUpload: true, run: takeChip }],
  ['doi-chieu', { steps: ['card'], run: takeCard }],
  ['ma-quay', { steps: ['counter'], run: askAgain }],
  ['khoa-tra-loi', { steps: ['passkey'], run: takePasskey }],
  ['chuyen', { steps: ['elsewhere'], run: agreeToMove }],
  ['dien-thoai', { steps: ['phone', 'code'], run: takePhone }],
  ['sua-so', { steps: ['code'], run: correctPhone }],
  ['nhap-ma', { steps: ['code'], run: answerCodeForm }],
  ['gui-lai', { steps: ['code'], run: resendCode }],
  ['gui-zalo', { steps: ['code'], run: sendByZalo }],
  ['tre-em', { steps: ['guardian'], run: takeChild }],
  ['dong-y', { steps: ['consent'], run: answerConsent }],
  ['thoi', { steps: undefined, run: leave }],
]);

const NO_FILES: ReadonlyMap<string, Buffer> = new Map();

const stepOf = ({ person }: Visit): Step => (person === undefined ? 'login' : nextStep(person.facts));

export function interactionRoutes(site: Site): Router {
  const router = new Router();

  router.get('/interaction/:uid', async (ctx) => {
    const now = site.clock();
    const visit = await lookAtVisit(site, ctx, now);
    ctx.set('cache-control', 'no-store');
    allowForms(ctx, [...site.upstreamOrigins, redirectOrigin(visit)]);
    await show(site, ctx, visit, now);
  });

  router.post('/interaction/:uid/:action', async (ctx, next) => {
    const action = ACTIONS.get(ctx.params['action'] ?? '');
    if (action === undefined) {
      await next();
      return;
    }
    const now = site.clock();
    const visit = await lookAtVisit(site, ctx, now);
    const { fields: form, files } = action.isUpload === true ? await readUpload(ctx) : { fields: await readForm(ctx), files: NO_FILES }; // prettier-ignore
    checkForm(ctx, site, `interaction/${visit.uid}`, form.get('csrf'));
    ctx.set('cache-control', 'no-store');
    if (action.steps !== undefined && !action.steps.includes(stepOf(visit))) return backToVisit(ctx, visit);
    try {
      await action.run(site, ctx, visit, form, now, files);
    } catch (error) {
      // A second tap on the same button: the first one counted, so show what is next.
      if (!(error instanceof Refusal && error.reason === 'transaction')) throw error;
      backToVisit(ctx, visit);
    }
  });

  // Zalo and VNeID send the browser to addresses without the interaction's cookie (its path is the
  // interaction's); from there it is sent below /interaction/:uid, where the cookie is checked.
  router.get('/zalo/ve', (ctx) => zaloCallback(site, ctx));
  router.get('/vneid/ve', (ctx) => vneidCallback(site, ctx));
  router.get('/interaction/:uid/zalo/ve', async (ctx) =>
    zaloReturn(site, ctx, await lookAtVisit(site, ctx, site.clock()), site.clock()),
  );
  router.get('/interaction/:uid/vneid/ve', async (ctx) =>
    vneidReturn(site, ctx, await lookAtVisit(site, ctx, site.clock()), site.clock()),
  );
  return router;
}

async function show(site: Site, ctx: Context, visit: Visit, now: Date): Promise<void> {
  const { person } = visit;
  if (person === undefined) return showLogin(site, ctx, visit);
  switch (stepOf(visit)) {
    case 'login':
      return showLogin(site, ctx, visit);
    case 'brake':
      return showBrake(site, ctx, visit);
    case 'hold':
      return showHold(site, ctx, visit, person, now);
    case 'choose':
      return showStepUp(site, ctx, visit, person, now);
    case 'card':
      return showCard(site, ctx, visit, person, now);
    case 'chip':
      return showChip(site, ctx, visit, person, now);
    case 'counter':
      return showCounter(site, ctx, visit, person, now);
    case 'passkey':
      return showPasskey(site, ctx, visit, person, now);
    case 'elsewhere':
      return showElsewhere(site, ctx, visit, person);
    case 'waiting':
      return showWaiting(site, ctx, visit, person, now);
    case 'phone':
      return showPhone(site, ctx, visit, {});
    case 'code':
      return showCode(site, ctx, visit, person, now);
    case 'guardian':
      return showGuardian(site, ctx, visit, person, now);
    case 'consent':
      return showConsent(site, ctx, visit, person);
    case 'finish':
      return finishVisit(site, ctx, visit, person);
  }
}

// "Không tiếp tục": the client hears access_denied, nothing is kept.
async function leave(site: Site, ctx: Context): Promise<void> {
  const result = { error: 'access_denied', error_description: 'the citizen did not continue' };
  ctx.redirect(await site.provider().interactionResult(ctx.req, ctx.res, result));
  ctx.status = 303;
}

function redirectOrigin(visit: Visit): string {
  const uri = visit.interaction.params['redirect_uri'];
  return typeof uri === 'string' ? (URL.parse(uri)?.origin ?? '') : '';
}
