// The citizen's page while an officer looks at the card. It asks again by itself, without a script;
// when the officer has decided, the next step is shown instead of this one.

import type { Context } from 'koa';
import { askCounter, askCounterAgain } from '../counter/request.ts';
import type { CounterState } from '../counter/request.ts';
import { maskPhoneNumber } from '../policies/phone-number.ts';
import { counterStepPage } from '../views/counter-step.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const REFRESH_SECONDS = 5;
const WAITS: readonly CounterState['state'][] = ['open', 'claimed', 'second'];

export async function showCounter(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
): Promise<void> {
  const tx = await transactionOf(site, visit, now);
  const state = await askCounter(site, { tx, accountId: person.accountId }, now);
  const lookHref = `/interaction/${visit.uid}`;
  // WCAG 2.2.1: whoever is disturbed by a page that moves can stop it.
  const asksItself = WAITS.includes(state.state) && ctx.query['dung'] === undefined;
  // A header and no meta element: a reader that stops pages from refreshing can stop this one too.
  if (asksItself) ctx.set('refresh', String(REFRESH_SECONDS));
  const { action, clientName: _, ...shared } = stepPage(site, ctx, visit);
  const phone = person.pending.phone ?? person.profile.phone;
  send(
    ctx,
    counterStepPage({
      ...shared,
      now: state,
      phoneMasked: phone === undefined ? undefined : maskPhoneNumber(phone),
      lookHref,
      pauseHref: asksItself ? `${lookHref}?dung=1` : undefined,
      againAction: action('ma-quay'),
      otherAction: action('chon-lai'),
    }),
  );
}

/** After a refusal: a new code, because the citizen asks for one. */
export async function askAgain(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  if (visit.person !== undefined && visit.tx !== undefined)
    await askCounterAgain(site, { tx: visit.tx, accountId: visit.person.accountId }, now);
  backToVisit(ctx, visit);
}
