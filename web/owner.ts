// Whose own pages these are: the browser session, its account and what it has proven.

import type { Context } from 'koa';
import { findProfile } from '../accounts/profile.ts';
import type { Profile } from '../accounts/profile.ts';
import { satisfies, standing } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';

/** What can hurt the owner is done only this soon after level 2. Seconds. */
export const FRESH_SECONDS = 900;

export type Owner = {
  readonly accountId: string;
  readonly sessionUid: string;
  readonly profile: Profile;
  readonly stands: Standing;
  /** Level 2 was proven in this session a short while ago. */
  readonly isFresh: boolean;
};

export async function findOwner(site: Site, ctx: Context, now: Date): Promise<Owner | undefined> {
  ctx.set('cache-control', 'no-store');
  const { accountId, uid: sessionUid } = await site.provider().Session.get(ctx);
  if (accountId === undefined) return undefined;
  const profile = await findProfile(site.db, site.vault, accountId);
  if (profile === undefined || profile.locked) return undefined;
  const stands = await standing(site.db, { sessionUid, accountId }, now);
  if (stands.level === 0) return undefined;
  const isFresh = satisfies(
    stands,
    { level: 2, maxAgeSeconds: FRESH_SECONDS },
    Math.floor(now.getTime() / 1000),
  );
  return { accountId, sessionUid, profile, stands, isFresh };
}

/** The posted form of an owner's page. @throws Refusal forbidden for a form of another site or session */
export async function readOwnForm(site: Site, ctx: Context, me: Owner): Promise<ReadonlyMap<string, string>> {
  const form = await readForm(ctx);
  checkForm(ctx, site, `session/${me.sessionUid}`, form.get('csrf'));
  return form;
}

export const ownCsrf = (site: Site, me: Owner) => csrfOf(site.csrfKey, `session/${me.sessionUid}`);

export const ownFrame = (site: Site, ctx: Context, me: Owner, more: { switchable?: boolean } = {}) =>
  frameOf(ctx, site, { account: me.profile.greeting ?? 'Tây Ninh ID', home: true, ...more });
