// Choosing a way to prove oneself, and going back to the choice. What was chosen is kept in the
// transaction, sealed with the rest; what may be chosen is decided by policies/next-step.ts.

import type { Context } from 'koa';
import { openPending, sealPending } from '../assurance/pending.ts';
import type { Pending } from '../assurance/pending.ts';
import { recordAccess } from '../audit/record.ts';
import { advance } from '../assurance/transaction.ts';
import type { Method } from '../policies/methods.ts';
import { methodsFor } from '../policies/next-step.ts';
import { brakePage, brakeStopPage } from '../views/brake.ts';
import { elsewherePage, waitingPage } from '../views/elsewhere.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

type Form = ReadonlyMap<string, string>;

/** The action behind a method's button. Methods that need a start of their own (VNeID, the code) have another. */
export const choose =
  (method: Method) =>
  async (site: Site, ctx: Context, visit: Visit, _form: Form, now: Date): Promise<void> => {
    if (visit.person !== undefined && methodsFor(visit.person.facts).includes(method))
      await keep(site, visit, visit.person, { method }, now);
    backToVisit(ctx, visit);
  };

/** Back to the choice, from any method's page. */
export async function chooseAgain(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: Form,
  now: Date,
): Promise<void> {
  if (visit.person !== undefined) await keep(site, visit, visit.person, { method: undefined }, now);
  backToVisit(ctx, visit);
}

export async function showBrake(site: Site, ctx: Context, visit: Visit): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  send(ctx, brakePage({ ...shared, action: action('tu-lam') }));
}

export async function answerBrake(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: Form,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  const guided = form.get('guided');
  // Only a clear "no" goes on.
  if (guided === 'no') {
    await keep(site, visit, person, { brakeAnswered: true }, now);
    return backToVisit(ctx, visit);
  }
  if (guided !== 'yes') return backToVisit(ctx, visit);
  await recordAccess(site.db, site.origin, { kind: 'stepup.brake', outcome: 'refused', actor: 'self', accountId: person.accountId, clientId: visit.client.clientId }, now); // prettier-ignore
  const { action: _, ...shared } = stepPage(site, ctx, visit);
  send(ctx, brakeStopPage(shared));
}

export async function showElsewhere(site: Site, ctx: Context, visit: Visit, person: Person): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  const barred = person.move.state === 'barred';
  send(ctx, elsewherePage({ ...shared, moveAction: barred ? undefined : action('chuyen') }));
}

export async function agreeToMove(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: Form,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person?.move.state === 'ask') await keep(site, visit, person, { moveAgreed: true }, now);
  backToVisit(ctx, visit);
}

export async function showWaiting(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
): Promise<void> {
  const { action: _, ...shared } = stepPage(site, ctx, visit);
  send(ctx, waitingPage({ ...shared, until: person.move.state === 'waiting' ? person.move.until : now }));
}

async function keep(
  site: Site,
  visit: Visit,
  person: Person,
  more: Partial<Pending>,
  now: Date,
): Promise<void> {
  const tx = await transactionOf(site, visit, now);
  const pending = { ...openPending(site.vault, tx), ...more };
  await advance(site.db, tx, { state: 'choosing', accountId: person.accountId, pending: sealPending(site.vault, tx.id, pending) }, now); // prettier-ignore
}
