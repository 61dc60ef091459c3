// Staff sign in, sign out, and look after their own passkeys and codes.

import Router from '@koa/router';
import type { Context } from 'koa';
import { listPasskeys, removePasskey } from '../authenticators/my-passkeys.ts';
import { beginAuthentication, beginRegistration, finishRegistration } from '../authenticators/passkeys.ts';
import { makeRecoveryCodes, recoveryCodesLeft } from '../authenticators/recovery-codes.ts';
import { Refusal } from '../errors.ts';
import { returnTry, takeTry } from '../tries.ts';
import { endStaffSession, findStaffSession } from '../staff/session.ts';
import { signInStaff, signInStaffByPasskey } from '../staff/sign-in.ts';
import type { SignedIn } from '../staff/sign-in.ts';
import { staffDoorPage } from '../views/staff-door.ts';
import type { StaffDoorModel } from '../views/staff-door.ts';
import { staffCodesPage, staffSafetyPage } from '../views/staff-safety.ts';
import type { StaffSafetyModel } from '../views/staff-safety.ts';
import { checkForm, csrfOf } from './csrf.ts';
import { readForm } from './form.ts';
import { frameOf } from './frame.ts';
import { addressOf } from '../provider/visit/address.ts';
import { allowScript } from './headers.ts';
import { passkeyScriptHref } from './passkey-script.ts';
import type { Site } from './site.ts';
import { doorOf, dropSession, findMe, getMe, goTo, hadSession, homeOf, keepSession, readStaffForm, staffCsrf, staffFrame } from './staff-session.ts'; // prettier-ignore
import type { Me } from './staff-session.ts';
import { noteOf, send } from './step-page.ts';

/** What adds or removes a way in is done soon after signing in, or after signing in again. */
const FRESH_MS = 30 * 60_000;
/** Each page with a passkey on it writes a row, and nobody is known yet. An office shares its address. */
const CHALLENGES = { name: 'staff-challenge', most: 200, seconds: 3_600 };
const NOTES: Readonly<Record<string, StaffDoorModel['error']>> = { het: 'ended', lai: 'fresh' };

export function staffDoorRoutes(site: Site): Router {
  const router = new Router();

  router.get('/can-bo/dang-nhap', (ctx) => showDoor(site, ctx, { error: noteOf(ctx, NOTES) }));
  router.post('/can-bo/dang-nhap', async (ctx) => {
    const form = await readDoorForm(site, ctx);
    const [login = '', password = '', code = ''] = ['login', 'password', 'code'].map((name) => form.get(name) ?? ''); // prettier-ignore
    const typed = { login, password, code, addressKey: addressKeyOf(site, ctx) };
    return enter(site, ctx, await signInStaff(site, typed, site.clock()), login);
  });
  router.post('/can-bo/dang-nhap/khoa', async (ctx) => {
    const form = await readDoorForm(site, ctx);
    const answer = { response: form.get('answer') ?? '', place: placeOf(doorOf(ctx)), addressKey: addressKeyOf(site, ctx) }; // prettier-ignore
    return enter(site, ctx, await signInStaffByPasskey(site, answer, site.clock()), '');
  });
  router.post('/can-bo/thoat', async (ctx) => {
    const now = site.clock();
    const me = await findMe(site, ctx, now);
    if (me !== undefined) {
      await readStaffForm(site, ctx, me);
      await endStaffSession(site, me, now);
    }
    dropSession(ctx);
    goTo(ctx, '/can-bo/dang-nhap');
  });

  router.get('/can-bo/bao-mat', async (ctx) => {
    const me = await findMe(site, ctx, site.clock());
    return me === undefined ? toDoor(ctx) : showSafety(site, ctx, me, undefined);
  });
  router.post('/can-bo/bao-mat/ma', async (ctx) => {
    const me = await freshMe(site, ctx);
    if (me === undefined) return goTo(ctx, '/can-bo/dang-nhap?bao=lai');
    const codes = await makeRecoveryCodes(site, ownerOf(me), site.clock());
    send(ctx, staffCodesPage({ page: staffFrame(site, ctx, me), codes, nextHref: '/can-bo/bao-mat' }));
  });
  router.post('/can-bo/bao-mat/khoa', (ctx) => addPasskey(site, ctx));
  router.post('/can-bo/bao-mat/khoa/bo', async (ctx) => {
    const now = site.clock();
    const me = await getMe(site, ctx, now);
    const form = await readStaffForm(site, ctx, me);
    if (!isFresh(me, now)) return goTo(ctx, '/can-bo/dang-nhap?bao=lai');
    const passkeyId = form.get('id') ?? '';
    if (!/^[0-9a-f-]{36}$/.test(passkeyId)) throw new Refusal('missing', 'no such passkey');
    await removePasskey(site, { owner: ownerOf(me), passkeyId }, now);
    goTo(ctx, '/can-bo/bao-mat');
  });
  return router;
}

/** To the sign-in page; says so when a session has just ended. */
export const toDoor = (ctx: Context): void =>
  goTo(ctx, hadSession(ctx) ? '/can-bo/dang-nhap?bao=het' : '/can-bo/dang-nhap');

async function showDoor(
  site: Site,
  ctx: Context,
  { login = '', error }: { login?: string; error?: StaffDoorModel['error'] },
): Promise<void> {
  ctx.set('cache-control', 'no-store');
  const door = doorOf(ctx);
  const now = site.clock();
  const options = (await takeTry(site.db, CHALLENGES, addressKeyOf(site, ctx), now))
    ? await beginAuthentication(site, { owner: { kind: 'staff' }, place: placeOf(door) }, now)
    : undefined;
  if (options !== undefined) allowScript(ctx);
  send(
    ctx,
    staffDoorPage({
      page: frameOf(ctx, site, { home: true, switchable: ctx.method === 'GET' }),
      csrf: csrfOf(site.csrfKey, `door/${door}`),
      action: '/can-bo/dang-nhap',
      passkey: options && {
        action: '/can-bo/dang-nhap/khoa',
        options: JSON.stringify(options),
        script: passkeyScriptHref,
      },
      login,
      error,
    }),
    error === 'refused' ? 400 : 200,
  );
}

async function readDoorForm(site: Site, ctx: Context): Promise<ReadonlyMap<string, string>> {
  const form = await readForm(ctx);
  checkForm(ctx, site, `door/${doorOf(ctx)}`, form.get('csrf'));
  return form;
}

async function enter(site: Site, ctx: Context, signedIn: SignedIn, login: string): Promise<void> {
  if (signedIn.outcome === 'refused')
    return showDoor(site, ctx, { login: login.slice(0, 40), error: 'refused' });
  await returnTry(site.db, CHALLENGES, addressKeyOf(site, ctx));
  keepSession(ctx, signedIn.token);
  const member = await findStaffSession(site.db, signedIn.token, site.clock());
  if (member === undefined) return toDoor(ctx);
  goTo(ctx, homeOf(member.role));
}

async function showSafety(site: Site, ctx: Context, me: Me, error: StaffSafetyModel['error']): Promise<void> {
  const owner = ownerOf(me);
  const { left } = await recoveryCodesLeft(site.db, owner);
  const options = await beginRegistration(site, { owner, displayName: me.login, place: placeOf(me.token) }, site.clock()); // prettier-ignore
  allowScript(ctx);
  const next =
    me.method === 'invitation'
      ? ({ to: 'signInFirst', href: '/can-bo/dang-nhap' } as const)
      : me.role === 'officer'
        ? ({ to: 'work', href: '/counter' } as const)
        : ['approver', 'owner'].includes(me.role)
          ? ({ to: 'desk', href: homeOf(me.role) } as const)
          : undefined;
  send(
    ctx,
    staffSafetyPage({
      page: staffFrame(site, ctx, me),
      csrf: staffCsrf(site, me),
      login: me.login,
      unit: me.unit,
      codesLeft: left,
      codesAction: '/can-bo/bao-mat/ma',
      passkeys: await listPasskeys(site, owner),
      removeAction: '/can-bo/bao-mat/khoa/bo',
      add: { action: '/can-bo/bao-mat/khoa', options: JSON.stringify(options), script: passkeyScriptHref },
      next,
      error,
      signOutAction: '/can-bo/thoat',
    }),
    error === undefined ? 200 : 400,
  );
}

async function addPasskey(site: Site, ctx: Context): Promise<void> {
  const now = site.clock();
  const me = await getMe(site, ctx, now);
  const form = await readStaffForm(site, ctx, me);
  if (!isFresh(me, now)) return goTo(ctx, '/can-bo/dang-nhap?bao=lai');
  const answer = { owner: ownerOf(me), place: placeOf(me.token), response: form.get('answer') ?? '', name: form.get('name') ?? '' }; // prettier-ignore
  try {
    const added = await finishRegistration(site, answer, now);
    return added.outcome === 'added'
      ? goTo(ctx, '/can-bo/bao-mat')
      : await showSafety(site, ctx, me, 'passkey');
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'name') return showSafety(site, ctx, me, 'name');
    throw error;
  }
}

async function freshMe(site: Site, ctx: Context): Promise<Me | undefined> {
  const now = site.clock();
  const me = await getMe(site, ctx, now);
  await readStaffForm(site, ctx, me);
  return isFresh(me, now) ? me : undefined;
}

const isFresh = (me: Me, now: Date) => now.getTime() - me.beganAt.getTime() < FRESH_MS;
const ownerOf = ({ staffId }: Me) => ({ kind: 'staff', id: staffId }) as const;
// The door cookie, or the session's own token: hashed where it is kept.
const placeOf = (cookie: string) => `staff/${cookie}`;
const addressKeyOf = (site: Site, ctx: Context) =>
  site.vault.keyOf('address', addressOf(ctx, site.trustedProxies)).toString('base64url');
