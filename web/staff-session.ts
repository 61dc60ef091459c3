// Who of the staff is behind a request, and their forms. The cookie travels to nothing but our own
// pages opened from our own pages.

import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { Refusal } from '../errors.ts';
import { findStaffSession } from '../staff/session.ts';
import type { StaffMember } from '../staff/session.ts';
import type { PageFrame } from '../views/layout.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';

const SESSION = '__Host-tnid-staff';
const DOOR = '__Host-tnid-door';
const COOKIE = { signed: false, httpOnly: true, sameSite: 'strict', secure: true, path: '/' } as const;

export type Me = StaffMember & { readonly token: string };

/** Undefined without a live session. Every staff page asks, and by asking keeps the session awake. */
export async function findMe(site: Site, ctx: Context, now: Date): Promise<Me | undefined> {
  ctx.set('cache-control', 'no-store');
  const token = ctx.cookies.get(SESSION, { signed: false });
  const member = await findStaffSession(site.db, token, now);
  return member === undefined || token === undefined ? undefined : { ...member, token };
}

/** @throws Refusal unauthenticated: a form is not answered by a sign-in page, it would be lost */
export async function getMe(site: Site, ctx: Context, now: Date): Promise<Me> {
  const me = await findMe(site, ctx, now);
  if (me === undefined) throw new Refusal('unauthenticated', 'no staff session', { reason: 'staff' });
  return me;
}

export const hadSession = (ctx: Context): boolean =>
  ctx.cookies.get(SESSION, { signed: false }) !== undefined;

export const keepSession = (ctx: Context, token: string): void => {
  ctx.cookies.set(SESSION, token, COOKIE); // of this browser window only: desks are shared
};
export const dropSession = (ctx: Context): void => {
  ctx.cookies.set(SESSION, null, COOKIE);
};

/** What a form of the sign-in page belongs to, before anybody is known. */
export function doorOf(ctx: Context): string {
  const known = ctx.cookies.get(DOOR, { signed: false });
  if (known !== undefined && /^[\w-]{22}$/.test(known)) return known;
  const fresh = randomBytes(16).toString('base64url');
  ctx.cookies.set(DOOR, fresh, COOKIE);
  return fresh;
}

export const staffCsrf = (site: Site, me: Me): string => csrfOf(site.csrfKey, `staff/${me.token}`);

export async function readStaffForm(site: Site, ctx: Context, me: Me): Promise<ReadonlyMap<string, string>> {
  const form = await readForm(ctx);
  checkForm(ctx, site, `staff/${me.token}`, form.get('csrf'));
  return form;
}

const HOMES: Partial<Readonly<Record<Me['role'], string>>> = {
  officer: '/counter',
  owner: '/can-bo/dich-vu',
  approver: '/can-bo/danh-muc',
};

/** Where this role works; who has no page of work goes to their own. */
export const homeOf = (role: Me['role']): string => HOMES[role] ?? '/can-bo/bao-mat';

export const staffFrame = (
  site: Site,
  ctx: Context,
  me: Me,
  { switchable = ctx.method === 'GET' }: { switchable?: boolean } = {},
): PageFrame => ({
  ...frameOf(ctx, site, { switchable }),
  account: { name: me.login, href: '/can-bo/bao-mat' },
  homeHref: homeOf(me.role),
});

export function goTo(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}
