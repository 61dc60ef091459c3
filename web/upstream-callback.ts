// Where Zalo and VNeID return to. The state alone says which interaction it is; the cookie of that
// interaction is checked one redirect later, so a link sent to somebody else ends in their browser
// with nothing (login fixation).

import type { Context } from 'koa';
import { consumeUpstream, findUpstream } from '../assurance/upstream-state.ts';
import type { UpstreamProvider } from '../assurance/upstream-state.ts';
import { Refusal } from '../errors.ts';
import type { Site } from './site.ts';
import { backToVisit } from './step-page.ts';
import type { Visit } from './visit.ts';

const MOST_CHARACTERS = 4_096;
/** Before the id of a browser leg (web/browser-leg.ts), in place of an interaction's. */
export const LEG_STATE = 'leg:';

/** A query parameter given exactly once, within bounds. @throws Refusal invalid when doubled or oversized */
export function one(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MOST_CHARACTERS)
    throw new Refusal('invalid', 'a parameter came twice or is too long', { reason: name });
  return value;
}

export async function callbackTarget(site: Site, ctx: Context, provider: UpstreamProvider): Promise<void> {
  ctx.set('cache-control', 'no-store');
  const state = one(ctx, 'state');
  const code = one(ctx, 'code');
  // An answer that names another issuer is a mix-up (RFC 9207); one that names none is usual upstream.
  const named = provider === 'vneid' ? one(ctx, 'iss') : undefined;
  if (named !== undefined && named !== site.vneidIssuer)
    throw new Refusal('invalid', 'the answer names another issuer', { reason: 'iss' });
  const uid =
    state === undefined ? undefined : await findUpstream(site.db, { provider, state }, site.clock());
  if (uid === undefined || state === undefined)
    throw new Refusal('invalid', 'unknown or used state', { reason: 'state' });
  const query = new URLSearchParams({ state, ...(code === undefined ? {} : { code }) });
  // A step begun in the mini app has no interaction; its own cookie is checked where this leads.
  ctx.redirect(uid.startsWith(LEG_STATE) ? `/tiep/vneid/ve?${query}` : `/interaction/${uid}/${provider}/ve?${query}`); // prettier-ignore
  ctx.status = 303;
}

/** What the page then says, in words of the step's own list; undefined: nothing went wrong. */
type Ended = { readonly note: string | undefined };

/**
 * Below the interaction's address, its cookie checked. How Zalo tells a refusal is not documented,
 * so no code is one. `finish` asks the other side; when it cannot be reached the page says so.
 */
export async function takeAnswer(
  site: Site,
  ctx: Context,
  visit: Pick<Visit, 'uid'>,
  provider: UpstreamProvider,
  finish: (answer: { state: string; code: string; interactionUid: string }) => Promise<Ended>,
  back: (note: string | undefined) => void = (note) => backToVisit(ctx, visit, note),
): Promise<void> {
  const state = one(ctx, 'state');
  const code = one(ctx, 'code');
  if (state === undefined) throw new Refusal('invalid', 'no state', { reason: 'state' });
  const interactionUid = visit.uid;
  if (code === undefined) {
    const spent = await consumeUpstream(
      site.db,
      site.vault,
      { provider, interactionUid, state },
      site.clock(),
    );
    return back(spent === undefined ? 'het-gio' : `${provider}-tu-choi`);
  }
  try {
    const { note } = await finish({ state, code, interactionUid });
    back(note);
  } catch (error) {
    const isAway = error instanceof Refusal && error.kind === 'unavailable' && error.reason !== 'database';
    if (!isAway) throw error;
    site.log('warn', `${provider}.unavailable`, { reason: error.reason, reference: ctx.state['reference'] });
    back(`${provider}-ban`);
  }
}
