// The printed card: one page, three ways to fill it, one question to the register.

import { performance } from 'node:perf_hooks';
import type { Context } from 'koa';
import { proveByRegister } from '../assurance/card.ts';
import type { CardStep } from '../assurance/card.ts';
import { readClaim } from '../cards/claim.ts';
import type { CardClaim, CardFields } from '../cards/claim.ts';
import { Refusal } from '../errors.ts';
import { cardPage } from '../views/card.ts';
import type { CardAnswer, CardFieldError } from '../views/card.ts';
import { pause, untilBeat } from '../provider/visit/even-time.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const STATUS = { not_confirmed: 400, too_often: 429, unavailable: 503 } as const;
const NOTHING: CardFields = { qr: '', mrz: '', number: '', name: '', day: '', month: '', year: '' };

export async function showCard(
  site: Site,
  ctx: Context,
  visit: Visit,
  _person: Person,
  _now: Date,
): Promise<void> {
  show(site, ctx, visit, NOTHING, {});
}

export async function takeCard(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  const field = (name: keyof CardFields) => form.get(name) ?? '';
  const fields: CardFields = {
    qr: field('qr'),
    mrz: field('mrz'),
    number: field('number'),
    name: field('name'),
    day: field('day'),
    month: field('month'),
    year: field('year'),
  };
  const reading = readClaim(fields, now);
  if (!reading.ok) return show(site, ctx, visit, fields, { errors: reading.errors });
  const startedAt = performance.now();
  const step = await ask(site, visit, person, reading.claim, now);
  if (step.outcome === 'proven') return backToVisit(ctx, visit);
  await pause(ctx, untilBeat(performance.now() - startedAt));
  const answer: CardAnswer =
    step.outcome === 'not_confirmed' ? { kind: 'not_confirmed', left: step.left } : { kind: step.outcome };
  show(site, ctx, visit, fields, { answer });
}

async function ask(
  site: Site,
  visit: Visit,
  { accountId }: Person,
  claim: CardClaim,
  now: Date,
): Promise<CardStep> {
  const { register, registerTerms } = site;
  // The method is not offered then, so this is a form from another time or another hand.
  if (register === undefined || registerTerms?.matchCounts !== true)
    throw new Refusal('missing', 'no register here', { reason: 'register' });
  const tx = await transactionOf(site, visit, now);
  const house = { ...site, register, registerTerms };
  return proveByRegister(house, { tx, accountId, sessionUid: visit.sessionUid }, claim, now);
}

function show(
  site: Site,
  ctx: Context,
  visit: Visit,
  { number, name, day, month, year }: CardFields,
  { errors = [], answer }: { errors?: readonly CardFieldError[]; answer?: CardAnswer },
): void {
  const { action, page, csrf, cancelAction } = stepPage(site, ctx, visit);
  send(
    ctx,
    cardPage({
      page,
      csrf,
      cancelAction,
      action: action('doi-chieu'),
      otherAction: action('chon-lai'),
      transactionCode: visit.tx?.display_code,
      typed: { number, name, day, month, year },
      errors,
      answer,
    }),
    answer === undefined ? (errors.length === 0 ? 200 : 400) : STATUS[answer.kind],
  );
}
