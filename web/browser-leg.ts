// /tiep/:link, a step of the mini app in the phone's own browser. Looking changes nothing: messengers
// fetch links for their previews. The first browser that says "I am doing this" is the only one from then on.

import Router from '@koa/router';
import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { findProfile } from '../accounts/profile.ts';
import type { Profile } from '../accounts/profile.ts';
import { codeOfLeg, placeOfLeg, proveLegByPasskey, proveLegByVneid } from '../assurance/browser-leg-proof.ts';
import { declineLeg, findLegById, findLegByLink, isOpenedBy, linkOf, openLeg } from '../assurance/browser-leg.ts'; // prettier-ignore
import type { Leg } from '../assurance/browser-leg.ts';
import { beginUpstream, findUpstream } from '../assurance/upstream-state.ts';
import { beginAuthentication } from '../authenticators/passkeys.ts';
import { Refusal } from '../errors.ts';
import { maskPhoneNumber } from '../policies/phone-number.ts';
import { titlesShown } from '../provider/visit/action-titles.ts';
import { legAskPage, legCodePage, legEndPage, legPasskeyPage, legVneidPage } from '../views/browser-leg.ts';
import type { LegEndModel, LegPasskeyModel, LegVneidModel } from '../views/browser-leg.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf, langOf } from './frame.ts';
import { allowForms, allowScript } from './headers.ts';
import { passkeyScriptHref } from './passkey-script.ts';
import type { Site } from './site.ts';
import { noteOf, send } from './step-page.ts';
import { LEG_STATE, one, takeAnswer } from './upstream-callback.ts';

const COOKIE = '__Host-tnid-leg';
const COOKIE_LIFE_MS = 900_000;
const VNEID_NOTES: Readonly<Record<string, LegVneidModel['error']>> = {
  'vneid-tu-choi': 'declined',
  'vneid-loi': 'failed',
  'vneid-khong-du': 'not_enough',
  'vneid-ban': 'unavailable',
  'het-gio': 'expired',
};
const PASSKEY_NOTES: Readonly<Record<string, LegPasskeyModel['error']>> = {
  'het-gio': 'expired',
  'khoa-la': 'unknown',
  'khoa-nghi': 'suspect',
};
const PASSKEY_NOTE_OF = { expired: 'het-gio', unknown: 'khoa-la', suspect: 'khoa-nghi' } as const;
const OTHER_PERSON = 'nguoi-khac';

type Given = { readonly leg: Leg; readonly browser: string };
type Answer = (site: Site, ctx: Context, given: Given, form: ReadonlyMap<string, string>, now: Date) => Promise<void>; // prettier-ignore

export function browserLegRoutes(site: Site): Router {
  const router = new Router();
  // Shorter than any link, so that it is none.
  router.get('/tiep/da-dung', (ctx) => showEnd(site, ctx, 'declined'));
  router.get('/tiep/vneid/ve', (ctx) => vneidReturn(site, ctx));
  router.get('/tiep/:link', async (ctx) => {
    const now = site.clock();
    ctx.set('cache-control', 'no-store');
    const leg = await findLegByLink(site.db, ctx.params['link'] ?? '', now);
    if (leg === undefined) return showEnd(site, ctx, 'ended');
    const browser = browserOf(ctx) ?? randomBytes(16).toString('base64url');
    const opened = leg.browser_key !== null;
    if (opened && !isOpenedBy(site.vault, leg, browser)) return showEnd(site, ctx, 'ended');
    // Not before: a cookie would tell whoever was sent the link that somebody is at it.
    keepBrowser(ctx, browser);
    if (!opened) return showAsk(site, ctx, { leg, browser });
    await showStep(site, ctx, { leg, browser }, now);
  });
  const post = (action: string, answer: Answer) =>
    router.post(`/tiep/:link/${action}`, async (ctx) => {
      const now = site.clock();
      ctx.set('cache-control', 'no-store');
      const form = await readForm(ctx);
      const link = ctx.params['link'] ?? '';
      const browser = browserOf(ctx);
      // The sender of a link knows it, but not this cookie: no page of theirs can press our button.
      if (browser === undefined) throw new Refusal('forbidden', 'the form comes without its cookie', { reason: 'csrf' }); // prettier-ignore
      checkForm(ctx, site, `leg/${link}/${browser}`, form.get('csrf'));
      const leg = await findLegByLink(site.db, link, now);
      if (leg === undefined) return showEnd(site, ctx, 'ended');
      await answer(site, ctx, { leg, browser }, form, now);
    });
  post('toi', open);
  post('khong', decline);
  post('vneid', onlyHere(startVneid));
  post('khoa', onlyHere(takePasskey));
  return router;
}

const onlyHere =
  (answer: Answer): Answer =>
  async (site, ctx, given, form, now) =>
    isOpenedBy(site.vault, given.leg, given.browser)
      ? answer(site, ctx, given, form, now)
      : showEnd(site, ctx, 'ended');

async function open(...[site, ctx, given, form, now]: Parameters<Answer>): Promise<void> {
  const { leg, browser } = given;
  // A second tap finds it open already, in this browser or in another.
  if (!isOpenedBy(site.vault, leg, browser) && !(await openLeg(site, given, now)))
    return goTo(site, ctx, leg);
  if (leg.kind === 'vneid' && leg.proven_sealed === null) return startVneid(site, ctx, given, form, now);
  goTo(site, ctx, leg);
}

async function decline(...[site, ctx, { leg, browser }, , now]: Parameters<Answer>): Promise<void> {
  // What one browser is proving another cannot stop; nor can whoever was only sent the link.
  if (leg.browser_key !== null && !isOpenedBy(site.vault, leg, browser)) return showEnd(site, ctx, 'ended');
  await declineLeg(site, leg, now);
  ctx.redirect('/tiep/da-dung');
  ctx.status = 303;
}

async function startVneid(...[site, ctx, { leg }, , now]: Parameters<Answer>): Promise<void> {
  if (leg.kind !== 'vneid' || leg.proven_sealed !== null) return goTo(site, ctx, leg);
  const attempt = await beginUpstream(site.db, site.vault, { provider: 'vneid', interactionUid: `${LEG_STATE}${leg.id}` }, now); // prettier-ignore
  ctx.redirect(await site.vneid.authorizationUrl(attempt));
  ctx.status = 303;
}

/** Back from VNeID: only the browser that went there, by its cookie; a state sent to somebody else opens nothing. */
async function vneidReturn(site: Site, ctx: Context): Promise<void> {
  const now = site.clock();
  ctx.set('cache-control', 'no-store');
  const state = one(ctx, 'state');
  const uid = state === undefined ? undefined : await findUpstream(site.db, { provider: 'vneid', state }, now); // prettier-ignore
  const leg = uid?.startsWith(LEG_STATE) === true ? await findLegById(site.db, uid.slice(LEG_STATE.length), now) : undefined; // prettier-ignore
  const browser = browserOf(ctx);
  if (uid === undefined || leg === undefined || browser === undefined || !isOpenedBy(site.vault, leg, browser)) return showEnd(site, ctx, 'ended'); // prettier-ignore
  const back = (note: string | undefined) =>
    note === OTHER_PERSON ? showEnd(site, ctx, 'other') : goTo(site, ctx, leg, note);
  await takeAnswer(
    site,
    ctx,
    { uid },
    'vneid',
    async (answer) => {
      const step = await proveLegByVneid(site, { leg, browser }, answer, now);
      if (step.outcome === 'proven') return { note: undefined };
      if (step.reason === 'expired') return { note: 'het-gio' };
      return { note: step.reason === 'vneid' ? 'vneid-khong-du' : OTHER_PERSON };
    },
    back,
  );
}

async function takePasskey(...[site, ctx, given, form, now]: Parameters<Answer>): Promise<void> {
  const { leg } = given;
  if (leg.kind !== 'passkey' || leg.proven_sealed !== null) return goTo(site, ctx, leg);
  const step = await proveLegByPasskey(site, given, form.get('answer') ?? '', now);
  goTo(site, ctx, leg, step.outcome === 'proven' ? undefined : PASSKEY_NOTE_OF[step.reason]);
}

async function showAsk(site: Site, ctx: Context, { leg, browser }: Given): Promise<void> {
  const profile = await findProfile(site.db, site.vault, leg.account_id);
  const link = linkOf(site.vault, leg.id);
  allowForms(ctx, site.upstreamOrigins);
  send(
    ctx,
    legAskPage({
      page: frameOf(ctx, site),
      person: profile === undefined ? undefined : maskName(profile),
      phone: profile?.phone === undefined ? undefined : maskPhoneNumber(profile.phone),
      ...aboutOf(site, ctx, leg),
      csrf: csrfOf(site.csrfKey, `leg/${link}/${browser}`),
      yesAction: `/tiep/${link}/toi`,
      noAction: `/tiep/${link}/khong`,
    }),
  );
}

async function showStep(site: Site, ctx: Context, { leg, browser }: Given, now: Date): Promise<void> {
  const page = frameOf(ctx, site);
  const code = codeOfLeg(site.vault, leg);
  if (code !== undefined)
    return send(ctx, legCodePage({ page, code, expiresAt: leg.expires_at, appHref: site.miniAppUrl }));
  const link = linkOf(site.vault, leg.id);
  const csrf = csrfOf(site.csrfKey, `leg/${link}/${browser}`);
  if (leg.kind === 'vneid') {
    const error = noteOf(ctx, VNEID_NOTES);
    allowForms(ctx, site.upstreamOrigins);
    const status = error === 'unavailable' ? 503 : 200;
    return send(ctx, legVneidPage({ page, csrf, action: `/tiep/${link}/vneid`, error }), status);
  }
  const owner = { kind: 'account', id: leg.account_id } as const;
  const options = await beginAuthentication(site, { owner, place: placeOfLeg(leg) }, now);
  allowScript(ctx);
  send(
    ctx,
    legPasskeyPage({
      page,
      csrf,
      action: `/tiep/${link}/khoa`,
      options: JSON.stringify(options),
      script: passkeyScriptHref,
      ...aboutOf(site, ctx, leg),
      error: noteOf(ctx, PASSKEY_NOTES),
    }),
  );
}

function showEnd(site: Site, ctx: Context, end: LegEndModel['end']): void {
  ctx.set('cache-control', 'no-store');
  const page = frameOf(ctx, site, { switchable: end === 'declined' });
  send(ctx, legEndPage({ page, end, appHref: site.miniAppUrl }), end === 'ended' ? 404 : 200);
}

const aboutOf = (site: Site, ctx: Context, { tx }: Leg) => ({
  display: titlesShown(site.catalogue, { service: undefined, scopes: tx.scopes }, langOf(ctx))[0],
  transactionCode: tx.display_code,
});

function goTo(site: Site, ctx: Context, { id }: Leg, note?: string): void {
  ctx.redirect(`/tiep/${linkOf(site.vault, id)}${note === undefined ? '' : `?bao=${note}`}`);
  ctx.status = 303;
}

// Enough for the owner to know themselves by. A name nobody has verified is its owner's own text: no word
// of it may stand on a page of ours that a stranger is sent to.
function maskName({ greeting = '', binding }: Profile): string | undefined {
  const words = greeting.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const initial = (word: string) => /^\p{L}\p{M}*/u.exec(word)?.[0] ?? '';
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (binding?.name === undefined) return words.slice(0, 4).map((word) => `${initial(word)}***`).join(' '); // prettier-ignore
  return [...words.slice(0, -1).map((word) => `${initial(word)}.`), last].join(' ');
}

function browserOf(ctx: Context): string | undefined {
  const kept = ctx.cookies.get(COOKIE, { signed: false });
  return kept !== undefined && /^[A-Za-z0-9_-]{22}$/.test(kept) ? kept : undefined;
}

// Lax, because VNeID's way back to us is a link of theirs.
function keepBrowser(ctx: Context, value: string): void {
  ctx.cookies.set(COOKIE, value, { signed: false, httpOnly: true, sameSite: 'lax', secure: true, maxAge: COOKIE_LIFE_MS }); // prettier-ignore
}
