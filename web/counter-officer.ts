// What the pages of the counter share: who works here, and reading what a decision consists of.

import type { Context } from 'koa';
import { officerOf } from '../counter/officer.ts';
import type { Officer, Seen } from '../counter/officer.ts';
import type { RegisterFacts } from '../counter/facts.ts';
import { Refusal } from '../errors.ts';
import { maskPersonalNumber } from '../policies/personal-number.ts';
import type { RegisterPerson } from '../views/counter-look.ts';
import { toDoor } from './staff-door.ts';
import { findMe, getMe, readStaffForm } from './staff-session.ts';
import type { Me } from './staff-session.ts';
import type { Site } from './site.ts';

export type AtWork = { readonly me: Me; readonly officer: Officer; readonly now: Date };

/** Shows a page to an officer; others are sent to the door, or told that it is not theirs. */
export async function atCounter(
  site: Site,
  ctx: Context,
  show: (work: AtWork) => Promise<void>,
): Promise<void> {
  const now = site.clock();
  const me = await findMe(site, ctx, now);
  return me === undefined ? toDoor(ctx) : show({ me, officer: officerOf(me), now });
}

/** Does one thing for an officer who sent a form of ours. @throws Refusal unauthenticated, forbidden */
export async function onForm(
  site: Site,
  ctx: Context,
  act: (work: AtWork, form: ReadonlyMap<string, string>) => Promise<void>,
): Promise<void> {
  const now = site.clock();
  const me = await getMe(site, ctx, now);
  const form = await readStaffForm(site, ctx, me);
  await act({ me, officer: officerOf(me), now }, form);
}

export function idOf(ctx: Context): string {
  const id: unknown = ctx['params']?.id;
  if (typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new Refusal('missing', 'not an id of ours', { reason: 'counter' });
}

export const seenIn = (form: ReadonlyMap<string, string>): Seen => ({
  face: form.get('face') === 'yes',
  card: form.get('card') === 'yes',
  freeWill: form.get('freeWill') === 'yes',
});

/** A reason of the list, or undefined: no reason was chosen. */
export const reasonIn = <Reason extends string>(
  form: ReadonlyMap<string, string>,
  reasons: readonly Reason[],
): Reason | undefined => reasons.find((reason) => reason === form.get('reason'));

export const noteIn = (form: ReadonlyMap<string, string>): string =>
  (form.get('note') ?? '').normalize('NFC').slice(0, 300);

/** The register's own words, masked: an officer compares, and has no reason to copy the number. */
export const shownPerson = ({
  name,
  birthdate,
  personalNumber,
}: Omit<RegisterFacts, 'checkId'>): RegisterPerson => ({
  // prettier-ignore
  name,
  birthYear: birthdate.slice(0, 4),
  numberMasked: maskPersonalNumber(personalNumber),
});
