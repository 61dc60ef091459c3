// What an officer does for a person who is here without a sign-in under way: lock or open an account,
// record a replaced number, record a child's representative. Each begins with the card.

import Router from '@koa/router';
import type { Context } from 'koa';
import { decideAccount } from '../counter/account-lock.ts';
import type { AccountReason } from '../counter/account-lock.ts';
import { getCase, openCase, openNumberCase } from '../counter/case.ts';
import type { Case } from '../counter/case.ts';
import { confirmGuardian, nameChild } from '../counter/guardianship.ts';
import { confirmNumber } from '../counter/replaced-number.ts';
import type { NumberReason } from '../counter/replaced-number.ts';
import { recordGuardianship } from '../consent/guardianship.ts';
import { maskPersonalNumber } from '../policies/personal-number.ts';
import { counterCardPage } from '../views/counter-card.ts';
import type { CardError, CardFields, CounterCardModel } from '../views/counter-card.ts';
import { counterDonePage } from '../views/counter-done.ts';
import type { DoneOutcome } from '../views/counter-done.ts';
import { counterLookPage } from '../views/counter-look.ts';
import type { CounterLookModel } from '../views/counter-look.ts';
import { wordsOf } from '../views/words/words.ts';
import { NO_FIELDS, readCard, typedFields } from './counter-card-form.ts';
import {
  atCounter,
  firstLook,
  idOf,
  noteIn,
  onForm,
  reasonIn,
  seenIn,
  shownPerson,
  keptOf,
  seesAll,
} from './counter-officer.ts';
import type { AtWork } from './counter-officer.ts';
import type { Site } from './site.ts';
import { goTo, staffCsrf, staffFrame } from './staff-session.ts';
import { send } from './step-page.ts';

const LOCK: readonly AccountReason[] = ['lost_phone', 'fraud', 'other'];
const UNLOCK: readonly AccountReason[] = ['found_again', 'mistake', 'other'];
const NUMBER: readonly NumberReason[] = ['sex_corrected', 'birth_corrected', 'registered_wrongly', 'other'];
type Form = ReadonlyMap<string, string>;
const OPENERS = [
  ['/counter/tai-khoan', 'account'],
  ['/counter/doi-so', 'number'],
  ['/counter/giam-ho', 'guardian'],
] as const;

export function counterCaseRoutes(site: Site): Router {
  const router = new Router();
  for (const [path, kind] of OPENERS) {
    const show = (ctx: Context, work: AtWork, fields: CardFields, error?: CardError) =>
      showCard(site, ctx, work, { what: kind, action: path, fields, error });
    router.get(path, (ctx) => atCounter(site, ctx, (work) => show(ctx, work, NO_FIELDS)));
    router.post(path, (ctx) =>
      onForm(site, ctx, async (work, form) => {
        const fields = typedFields(form);
        const read = readCard(form, work.now);
        if (!read.ok) return show(ctx, work, fields, read.error);
        const { claim } = read;
        const { officer, now } = work;
        const opened =
          kind === 'number'
            ? await openNumberCase(site, { officer, claim, oldNumber: fields.oldNumber }, now)
            : await openCase(site, { officer, kind, claim }, now);
        if (opened.outcome === 'opened') return goTo(ctx, `/counter/ho-so/${opened.id}`);
        return show(ctx, work, fields, opened.outcome);
      }),
    );
  }
  router.get('/counter/ho-so/:id', (ctx) => atCounter(site, ctx, (work) => showCase(site, ctx, work, {})));
  router.post('/counter/ho-so/:id/tre', (ctx) =>
    onForm(site, ctx, (work, form) => takeChild(site, ctx, work, form)),
  );
  router.post('/counter/ho-so/:id/xac-nhan', (ctx) =>
    onForm(site, ctx, (work, form) => decide(site, ctx, work, form)),
  );
  // By the button that was pressed, not by what the account is now: an old page must not do the other.
  for (const [word, wish] of [['khoa', 'lock'], ['mo', 'unlock']] as const) // prettier-ignore
    router.post(`/counter/ho-so/:id/${word}`, (ctx) => onForm(site, ctx, (work, form) => decideLock(site, ctx, work, { form, wish }))); // prettier-ignore
  return router;
}

async function showCase(
  site: Site,
  ctx: Context,
  work: AtWork,
  { error, kept }: Pick<CounterLookModel, 'error' | 'kept'>,
): Promise<void> {
  const { me, officer, now } = work;
  const id = idOf(ctx);
  const found = await getCase(site, { officer, id }, now);
  const { row, facts } = found;
  const page = staffFrame(site, ctx, me);
  const waitsForOther = row.state === 'second' && row.staff_id === officer.staffId;
  if (facts === undefined || waitsForOther)
    return send(ctx, counterDonePage({ page, backHref: '/counter', outcome: waitsForOther ? 'sent_on' : 'gone' })); // prettier-ignore
  if (row.kind === 'guardian' && facts.child === undefined)
    return showCard(site, ctx, work, {
      what: 'child',
      action: `/counter/ho-so/${id}/tre`,
      fields: NO_FIELDS,
    });
  const papers = wordsOf(page.lang).counterCard.papers;
  const { evidence, oldNumber } = facts;
  send(
    ctx,
    counterLookPage({
      page,
      csrf: staffCsrf(site, me),
      person: shownPerson(facts.person),
      child: facts.child && shownPerson(facts.child),
      paper: evidence && evidence.kind !== 'register' ? `${papers[evidence.kind]}, ${evidence.reference}` : undefined, // prettier-ignore
      oldName: facts.oldName,
      oldNumberMasked: oldNumber === undefined ? undefined : maskPersonalNumber(oldNumber),
      account: row.kind !== 'account' ? undefined : found.locked ? 'locked' : 'unlocked',
      ...(row.state === 'second' ? await firstLook(site, { id, staffId: row.staff_id }) : {}),
      confirm: choiceOf(found),
      backHref: '/counter',
      error,
      kept,
    }),
    error === undefined ? 200 : 400,
  );
}

function choiceOf({ row, locked }: Case): NonNullable<CounterLookModel['confirm']> {
  const here = `/counter/ho-so/${row.id}`;
  if (row.kind === 'number') return { action: `${here}/xac-nhan`, button: 'replace', reasons: NUMBER };
  if (row.kind === 'guardian') return { action: `${here}/xac-nhan`, button: 'record', reasons: [] };
  return locked
    ? { action: `${here}/mo`, button: 'unlock', reasons: UNLOCK }
    : { action: `${here}/khoa`, button: 'lock', reasons: LOCK };
}

async function takeChild(site: Site, ctx: Context, work: AtWork, form: Form): Promise<void> {
  const id = idOf(ctx);
  const fields = typedFields(form);
  const again = (error: CardError) =>
    showCard(site, ctx, work, { what: 'child', action: `/counter/ho-so/${id}/tre`, fields, error });
  const read = readCard(form, work.now);
  if (!read.ok) return again(read.error);
  const { paperKind: kind, paperNumber: reference } = fields;
  if ((kind !== 'birth_certificate' && kind !== 'court') || reference === '') return again('paper');
  const paper = { kind, reference } as const;
  const named = await nameChild(site, { officer: work.officer, id, claim: read.claim, paper }, work.now);
  if (named === 'gone') return goTo(ctx, '/counter/xong/gone');
  return named === 'match' ? goTo(ctx, `/counter/ho-so/${id}`) : again(named);
}

async function decide(site: Site, ctx: Context, work: AtWork, form: Form): Promise<void> {
  const { officer, now } = work;
  const id = idOf(ctx);
  const { row } = await getCase(site, { officer, id }, now);
  const common = { officer, id, note: noteIn(form), seen: seenIn(form) };
  if (row.kind === 'guardian') {
    const decided = await confirmGuardian(
      site,
      common,
      (facts, at) => recordGuardianship(site, facts, at),
      now,
    );
    if (decided.outcome === 'refused') return goTo(ctx, `/counter/xong/not_recorded?ly-do=${decided.reason}`);
    return tell(site, ctx, work, form, decided.outcome);
  }
  const reason = reasonIn(form, NUMBER);
  if (reason === undefined)
    return tell(site, ctx, work, form, seesAll(seenIn(form)) ? 'reason_missing' : 'checks_missing');
  return tell(site, ctx, work, form, (await confirmNumber(site, { ...common, reason }, now)).outcome);
}

async function decideLock(
  site: Site,
  ctx: Context,
  work: AtWork,
  { form, wish }: { form: Form; wish: 'lock' | 'unlock' },
): Promise<void> {
  const reason = reasonIn(form, wish === 'lock' ? LOCK : UNLOCK);
  if (reason === undefined)
    return tell(site, ctx, work, form, seesAll(seenIn(form)) ? 'reason_missing' : 'checks_missing');
  const decision = { officer: work.officer, id: idOf(ctx), wish, reason, note: noteIn(form), seen: seenIn(form) }; // prettier-ignore
  return tell(site, ctx, work, form, (await decideAccount(site, decision, work.now)).outcome);
}

async function tell(
  site: Site,
  ctx: Context,
  work: AtWork,
  form: Form,
  outcome: DoneOutcome | 'checks_missing' | 'reason_missing',
): Promise<void> {
  if (outcome === 'checks_missing') return showCase(site, ctx, work, { error: 'checks', kept: keptOf(form) });
  if (outcome === 'reason_missing') return showCase(site, ctx, work, { error: 'reason', kept: keptOf(form) });
  return goTo(ctx, `/counter/xong/${outcome}`);
}

async function showCard(
  site: Site,
  ctx: Context,
  { me }: AtWork,
  more: Pick<CounterCardModel, 'what' | 'action' | 'fields'> & { readonly error?: CardError | undefined },
): Promise<void> {
  send(
    ctx,
    counterCardPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      backHref: '/counter',
      ...more,
    }),
    more.error === undefined ? 200 : 400,
  );
}
