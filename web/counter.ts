// The officer's desk: take a request by its code, ask the register about the card, look, decide.

import Router from '@koa/router';
import type { Context } from 'koa';
import { checkCard, claimRequest, getRequest } from '../counter/claim.ts';
import { confirmRequest, refuseRequest } from '../counter/decide.ts';
import { listTasks } from '../counter/desk.ts';
import { openFacts } from '../counter/facts.ts';
import type { ConfirmReason, RefuseReason } from '../counter/officer.ts';
import { Refusal } from '../errors.ts';
import { counterCardPage } from '../views/counter-card.ts';
import type { CardError, CardFields } from '../views/counter-card.ts';
import { counterDonePage, isDoneOutcome, isGuardianReason } from '../views/counter-done.ts';
import { counterLookPage } from '../views/counter-look.ts';
import type { CounterLookModel } from '../views/counter-look.ts';
import { counterPage } from '../views/counter.ts';
import { NO_FIELDS, readCard, typedFields } from './counter-card-form.ts';
import {
  atCounter,
  firstLook,
  idOf,
  keptOf,
  seesAll,
  noteIn,
  onForm,
  reasonIn,
  seenIn,
  shownPerson,
} from './counter-officer.ts';
import type { AtWork } from './counter-officer.ts';
import type { Site } from './site.ts';
import { goTo, staffCsrf, staffFrame } from './staff-session.ts';
import { send } from './step-page.ts';

const CONFIRM: readonly ConfirmReason[] = [
  'no_vneid',
  'no_chip_reader',
  'needs_help',
  'lost_access',
  'other',
];
const REFUSE: readonly RefuseReason[] = ['face_differs', 'card_damaged', 'card_expired', 'not_confirmed', 'under_pressure', 'other']; // prettier-ignore

export function counterRoutes(site: Site): Router {
  const router = new Router();
  router.get('/counter', (ctx) =>
    atCounter(site, ctx, (work) => showDesk(site, ctx, work, { value: '', error: undefined })),
  );
  router.post('/counter/ma', (ctx) =>
    onForm(site, ctx, async (work, form) => {
      const typed = (form.get('code') ?? '').slice(0, 20);
      const claimed = await claimRequest(site, { officer: work.officer, typed }, work.now);
      if (claimed.outcome === 'claimed') return goTo(ctx, `/counter/yeu-cau/${claimed.id}`);
      return showDesk(site, ctx, work, { value: typed, error: 'codeUnknown' });
    }),
  );
  router.get('/counter/yeu-cau/:id', (ctx) => atCounter(site, ctx, (work) => showRequest(site, ctx, work)));
  router.post('/counter/yeu-cau/:id/the', (ctx) =>
    onForm(site, ctx, async (work, form) => {
      const id = idOf(ctx);
      const read = readCard(form, work.now);
      if (!read.ok) return showCard(site, ctx, work, { id, fields: typedFields(form), error: read.error });
      const error = await checkCard(site, { officer: work.officer, id, claim: read.claim }, work.now);
      if (error === 'match') return goTo(ctx, `/counter/yeu-cau/${id}`);
      return showCard(site, ctx, work, { id, fields: typedFields(form), error });
    }),
  );
  router.post('/counter/yeu-cau/:id/xac-nhan', (ctx) =>
    onForm(site, ctx, async (work, form) => {
      const id = idOf(ctx);
      const reason = reasonIn(form, CONFIRM);
      const seen = seenIn(form);
      const confirmed =
        reason === undefined
          ? ({ outcome: 'incomplete', missing: 'reason' } as const)
          : await confirmRequest(
              site,
              { officer: work.officer, id, reason, note: noteIn(form), seen },
              work.now,
            );
      if (confirmed.outcome === 'incomplete')
        return showLook(site, ctx, work, {
          id,
          error: seesAll(seen) ? confirmed.missing : 'checks',
          kept: keptOf(form),
        });
      return goTo(ctx, `/counter/xong/${confirmed.outcome}`);
    }),
  );
  router.post('/counter/yeu-cau/:id/tu-choi', (ctx) =>
    onForm(site, ctx, async (work, form) => {
      const id = idOf(ctx);
      const reason = reasonIn(form, REFUSE);
      const refused =
        reason === undefined
          ? ({ outcome: 'reason_missing' } as const)
          : await refuseRequest(site, { officer: work.officer, id, reason, note: noteIn(form) }, work.now);
      if (refused.outcome === 'reason_missing')
        return showLook(site, ctx, work, { id, error: 'reason', refuseOnly: true, kept: keptOf(form, true) });
      return goTo(ctx, `/counter/xong/${refused.outcome}`);
    }),
  );
  router.get('/counter/xong/:outcome', (ctx) =>
    atCounter(site, ctx, async ({ me }) => {
      const page = staffFrame(site, ctx, me);
      const outcome = ctx.params['outcome'] ?? '';
      const reason = String(ctx.query['ly-do'] ?? '');
      if (isDoneOutcome(outcome)) return send(ctx, counterDonePage({ page, backHref: '/counter', outcome }));
      if (outcome !== 'not_recorded' || !isGuardianReason(reason))
        throw new Refusal('missing', 'no such outcome');
      return send(ctx, counterDonePage({ page, backHref: '/counter', outcome, reason }));
    }),
  );
  return router;
}

async function showDesk(
  site: Site,
  ctx: Context,
  { me, officer, now }: AtWork,
  { value, error }: { value: string; error: 'codeUnknown' | undefined },
): Promise<void> {
  const tasks = await listTasks(site.db, officer, now);
  const shown = (list: typeof tasks.inHand) =>
    list.map(({ kind, id, since, login, staffId }) => ({
      kind,
      since,
      login,
      href: kind === 'request' ? `/counter/yeu-cau/${id}` : `/counter/ho-so/${id}`,
      mine: staffId === me.staffId,
    }));
  send(
    ctx,
    counterPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      unit: officer.unit,
      communeCode: officer.communeCode,
      codeAction: '/counter/ma',
      value,
      error,
      inHand: shown(tasks.inHand).map((task) => ({ ...task, mine: false })),
      waiting: shown(tasks.waiting),
      hrefs: { account: '/counter/tai-khoan', number: '/counter/doi-so', guardian: '/counter/giam-ho', safety: '/can-bo/bao-mat' }, // prettier-ignore
      signOutAction: '/can-bo/thoat',
    }),
    error === undefined ? 200 : 400,
  );
}

async function showRequest(site: Site, ctx: Context, work: AtWork): Promise<void> {
  const id = idOf(ctx);
  const { officer, now } = work;
  const { state, facts_sealed: facts, staff_id: first } = await getRequest(site, { officer, id }, now);
  if (state === 'claimed') {
    if (ctx.query['tu-choi'] !== undefined) return showLook(site, ctx, work, { id, refuseOnly: true });
    return facts === null || ctx.query['the'] !== undefined
      ? showCard(site, ctx, work, { id, fields: NO_FIELDS, error: undefined })
      : showLook(site, ctx, work, { id });
  }
  if (state === 'second' && first !== officer.staffId) return showLook(site, ctx, work, { id });
  const outcome = state === 'second' ? 'sent_on' : state === 'confirmed' ? 'proven' : state === 'refused' ? 'refused' : 'gone'; // prettier-ignore
  send(ctx, counterDonePage({ page: staffFrame(site, ctx, work.me), backHref: '/counter', outcome }));
}

async function showCard(
  site: Site,
  ctx: Context,
  { me }: AtWork,
  { id, fields, error }: { id: string; fields: CardFields; error: CardError | undefined },
): Promise<void> {
  const here = `/counter/yeu-cau/${id}`;
  send(
    ctx,
    counterCardPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      action: `${here}/the`,
      what: 'citizen',
      fields,
      error,
      backHref: '/counter',
      refuseHref: `${here}?tu-choi=1`,
    }),
    error === undefined ? 200 : 400,
  );
}

async function showLook(
  site: Site,
  ctx: Context,
  { me, officer, now }: AtWork,
  { id, error, kept, refuseOnly = false }: Pick<CounterLookModel, 'error' | 'kept'> & { id: string; refuseOnly?: boolean }, // prettier-ignore
): Promise<void> {
  const row = await getRequest(site, { officer, id }, now);
  const here = `/counter/yeu-cau/${id}`;
  const sealed = row.facts_sealed;
  if (sealed === null && !refuseOnly) return goTo(ctx, here);
  const isSecond = row.state === 'second';
  const confirms = sealed !== null && !refuseOnly;
  send(
    ctx,
    counterLookPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      person: sealed === null ? undefined : shownPerson(openFacts(site.vault, id, sealed)),
      ...(isSecond ? await firstLook(site, { id, staffId: row.staff_id ?? '' }) : {}),
      confirm: confirms ? { action: `${here}/xac-nhan`, button: 'confirm', reasons: CONFIRM } : undefined,
      refuse: { action: `${here}/tu-choi`, reasons: REFUSE },
      otherCardHref: isSecond || !confirms ? undefined : `${here}?the=1`,
      backHref: '/counter',
      error,
      kept,
    }),
    error === undefined ? 200 : 400,
  );
}
