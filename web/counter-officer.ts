// What the pages of the counter share: who works here, and reading what a decision consists of.

import type { Context } from 'koa';
import { firstWord, officerOf } from '../counter/officer.ts';
import type { Officer, Seen } from '../counter/officer.ts';
import type { RegisterFacts } from '../counter/facts.ts';
import { Refusal } from '../errors.ts';
import { maskPersonalNumber } from '../policies/personal-number.ts';
import { isLookReason } from '../views/counter-look.ts';
import type { CounterLookModel, KeptLook, RegisterPerson } from '../views/counter-look.ts';
import { findLogin } from '../staff/store.ts';
import { toDoor } from './staff-door.ts';
import { findMe, getMe, goTo, readStaffForm } from './staff-session.ts';
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
  if (me === undefined) return toDoor(ctx);
  // Has set a password and not signed in yet: that page says what comes next.
  if (me.method === 'invitation') return goTo(ctx, '/can-bo/bao-mat');
  return show({ me, officer: officerOf(me), now });
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

export const seesAll = ({ face, card, freeWill }: Seen): boolean => face && card && freeWill;

/** What the officer's form held, to be shown again. */
export const keptOf = (form: ReadonlyMap<string, string>, refusing = false): KeptLook => ({
  seen: seenIn(form),
  reason: form.get('reason') ?? '',
  note: noteIn(form),
  refusing,
});

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

/** Who looked first and what they wrote, for the second officer. */
export async function firstLook(
  site: Site,
  { id, staffId }: { id: string; staffId: string },
): Promise<Pick<CounterLookModel, 'firstLogin' | 'firstWord'>> {
  const said = await firstWord(site, id);
  return {
    firstLogin: await findLogin(site.db, staffId),
    firstWord: said !== undefined && isLookReason(said.reason) ? { reason: said.reason, note: said.note } : undefined, // prettier-ignore
  };
}
