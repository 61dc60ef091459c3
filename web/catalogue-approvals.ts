// Two approvers look at a weaker catalogue: /can-bo/danh-muc. They see what each rule said and is to
// say; publishing is done by an operator, with `tnid catalogue publish`.

import Router from '@koa/router';
import type { Context } from 'koa';
import { judgeProposal } from '../catalogue/approve.ts';
import { getProposal, listProposals } from '../catalogue/propose.ts';
import type { Proposal, ProposalDetail } from '../catalogue/propose.ts';
import { Refusal } from '../errors.ts';
import { catalogueDeskPage, catalogueDonePage, catalogueProposalPage, isDeskOutcome } from '../views/catalogue-desk.ts'; // prettier-ignore
import type { CatalogueProposalModel, ShownProposal } from '../views/catalogue-desk.ts';
import { subjectsOf } from './catalogue-shown.ts';
import type { Site } from './site.ts';
import { toDoor } from './staff-door.ts';
import { findMe, getMe, goTo, readStaffForm, staffCsrf, staffFrame } from './staff-session.ts';
import type { Me } from './staff-session.ts';
import { send } from './step-page.ts';

const DESK = '/can-bo/danh-muc';
const SAFETY = '/can-bo/bao-mat';

export function catalogueApprovalRoutes(site: Site): Router {
  const router = new Router();
  router.get(DESK, (ctx) => atDesk(site, ctx, (me, now) => showDesk(site, ctx, me, now)));
  router.get(`${DESK}/xong/:outcome`, (ctx) =>
    atDesk(site, ctx, async (me) => {
      const outcome: unknown = ctx['params']?.outcome;
      if (typeof outcome !== 'string' || !isDeskOutcome(outcome)) throw unknown();
      send(ctx, catalogueDonePage({ page: staffFrame(site, ctx, me), outcome, backHref: DESK }));
    }),
  );
  router.get(`${DESK}/:id`, (ctx) => atDesk(site, ctx, (me, now) => showProposal(site, ctx, { me, now })));
  router.post(`${DESK}/:id`, async (ctx) => {
    const now = site.clock();
    const me = approver(await getMe(site, ctx, now));
    const form = await readStaffForm(site, ctx, me);
    const [verdict, reason] = [form.get('verdict'), form.get('reason') ?? ''];
    const id = idOf(ctx);
    if (verdict !== 'approved' && verdict !== 'refused')
      return showProposal(site, ctx, { me, now, reason, error: 'verdict' });
    const judged = await judgeProposal(site, { id, staffId: me.staffId, verdict, reason }, now);
    if (judged.outcome === 'reason_missing')
      return showProposal(site, ctx, { me, now, reason, error: 'reason' });
    goTo(ctx, `${DESK}/xong/${judged.outcome}`);
  });
  return router;
}

async function atDesk(site: Site, ctx: Context, show: (me: Me, now: Date) => Promise<void>): Promise<void> {
  const now = site.clock();
  const me = await findMe(site, ctx, now);
  if (me === undefined) return toDoor(ctx);
  // Has set a password and not signed in yet: that page says what comes next.
  if (me.method === 'invitation') return goTo(ctx, SAFETY);
  return show(approver(me), now);
}

// A link of an invitation opens a session that is good for adding a passkey, not for work.
function approver(me: Me): Me {
  if (me.role !== 'approver' || me.method === 'invitation')
    throw new Refusal('forbidden', 'the catalogue is approved by approvers', { reason: 'role' });
  return me;
}

async function showDesk(site: Site, ctx: Context, me: Me, now: Date): Promise<void> {
  const all = (await listProposals(site.db, now)).map(shown);
  send(
    ctx,
    catalogueDeskPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      open: all.filter(({ state }) => state === 'open'),
      ended: all.filter(({ state }) => state !== 'open'),
      safetyHref: SAFETY,
      signOutAction: '/can-bo/thoat',
    }),
  );
}

const shown = (one: Proposal & { readonly approvals: number }): ShownProposal => ({
  href: `${DESK}/${one.id}`,
  version: one.version,
  direction: one.direction,
  proposedBy: one.proposedBy,
  proposedAt: one.proposedAt,
  approvals: one.approvals,
  state: one.state,
});

async function showProposal(
  site: Site,
  ctx: Context,
  { me, now, reason = '', error }: { readonly me: Me; readonly now: Date; readonly reason?: string; readonly error?: CatalogueProposalModel['error'] }, // prettier-ignore
): Promise<void> {
  const found = await getProposal(site.db, idOf(ctx), now);
  const page = staffFrame(site, ctx, me);
  send(
    ctx,
    catalogueProposalPage({
      page,
      csrf: staffCsrf(site, me),
      version: found.version,
      sha256: found.sha256,
      base: found.base,
      direction: found.direction,
      proposedBy: found.proposedBy,
      proposedAt: found.proposedAt,
      expiresAt: found.expiresAt,
      state: found.state,
      subjects: subjectsOf(found.changes, { before: found.before, after: found.after, lang: page.lang }),
      verdicts: found.verdicts,
      say: wordOf(me, found),
      reason: reason.slice(0, 600),
      error,
      backHref: DESK,
    }),
    error === undefined ? 200 : 400,
  );
}

function wordOf({ staffId }: Me, found: ProposalDetail): CatalogueProposalModel['say'] {
  if (found.verdicts.some((one) => one.staff_id === staffId)) return 'yours';
  if (found.state !== 'open') return 'ended';
  return found.proposedById === staffId ? 'own' : { action: `${DESK}/${found.id}` };
}

function idOf(ctx: Context): string {
  const id: unknown = ctx['params']?.id;
  if (typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw unknown();
}

const unknown = () => new Refusal('missing', 'no such proposal', { reason: 'catalogue' });
