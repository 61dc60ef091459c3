import type { Context } from 'koa';
import { beginUpstream } from '../assurance/upstream-state.ts';
import { finishVneid } from '../assurance/vneid.ts';
import type { Method } from '../policies/methods.ts';
import { methodsFor } from '../policies/next-step.ts';
import { stepUpPage } from '../views/step-up.ts';
import type { StepUpModel } from '../views/step-up.ts';
import { titlesShown } from '../provider/visit/action-titles.ts';
import type { Site } from './site.ts';
import { backToVisit, noteOf, send, stepPage } from './step-page.ts';
import { callbackTarget, takeAnswer } from './upstream-callback.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const ACTION_OF: Readonly<Record<Method, string>> = {
  vneid: 'vneid',
  chip: 'chip',
  card: 'the',
  counter: 'quay',
  passkey: 'khoa',
  otp: 'ma-so',
};
const NOTES: Readonly<Record<string, StepUpModel['error']>> = {
  'vneid-tu-choi': 'declined',
  'vneid-loi': 'failed',
  'vneid-khong-du': 'not_enough',
  'vneid-ban': 'unavailable',
  'het-gio': 'expired',
  'nguoi-khac': 'other_person',
  // The passkey just shown is stopped for good, so the page of passkeys may be gone.
  'khoa-nghi': 'passkey_stopped',
};

export async function showStepUp(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
): Promise<void> {
  // Opened here, so that the same code stands on every screen and in the message.
  const tx = await transactionOf(site, visit, now);
  const { action, ...shared } = stepPage(site, ctx, visit);
  const methods = methodsFor(person.facts).map((id) => ({
    id,
    action: action(ACTION_OF[id]),
    csrf: shared.csrf,
  }));
  const error = noteOf(ctx, NOTES);
  send(
    ctx,
    stepUpPage({
      ...shared,
      actionTitles: titlesShown(site.catalogue, person.request, shared.page.lang),
      why: person.facts.bound ? 'again' : 'first',
      methods,
      personMasked: person.profile.greeting,
      transactionCode: tx.display_code,
      error,
    }),
    error === 'unavailable' ? 503 : 200,
  );
}

export async function startVneid(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: unknown,
  now: Date,
): Promise<void> {
  if (visit.person === undefined || !methodsFor(visit.person.facts).includes('vneid'))
    return backToVisit(ctx, visit);
  await transactionOf(site, visit, now);
  const attempt = await beginUpstream(
    site.db,
    site.vault,
    { provider: 'vneid', interactionUid: visit.uid },
    now,
  );
  ctx.redirect(await site.vneid.authorizationUrl(attempt));
  ctx.status = 303;
}

export const vneidCallback = (site: Site, ctx: Context) => callbackTarget(site, ctx, 'vneid');

export const vneidReturn = (site: Site, ctx: Context, visit: Visit, now: Date) =>
  takeAnswer(site, ctx, visit, 'vneid', async (answer) => {
    const { person } = visit;
    if (person === undefined) return { note: 'het-gio' };
    const tx = await transactionOf(site, visit, now);
    const who = { tx, accountId: person.accountId, sessionUid: visit.sessionUid };
    const step = await finishVneid(site, answer, who, now);
    if (step.outcome === 'proven') return { note: undefined };
    if (step.reason === 'expired') return { note: 'het-gio' };
    if (step.reason === 'vneid') return { note: 'vneid-khong-du' };
    // This account belongs to another person. Nothing is said of that one; the auditor has the event.
    return { note: 'nguoi-khac' };
  });
