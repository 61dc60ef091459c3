// A citizen's passkeys and recovery codes, on their own pages. What adds or removes a way in asks
// for level 2 proven a short while ago; the owner is told on every channel.

import Router from '@koa/router';
import type { Context } from 'koa';
import { LONGEST_NAME, listPasskeys, removePasskey, renamePasskey } from '../authenticators/my-passkeys.ts';
import type { Passkey } from '../authenticators/my-passkeys.ts';
import { beginRegistration, finishRegistration, MOST_PASSKEYS } from '../authenticators/passkeys.ts';
import { Refusal } from '../errors.ts';
import { tellServices } from '../signals/tell.ts';
import { passkeyAddPage, passkeyEditPage, passkeysPage } from '../views/passkeys.ts';
import type { PasskeyAddModel, PasskeysModel } from '../views/passkeys.ts';
import { wordsOf } from '../views/words/words.ts';
import { allowScript } from './headers.ts';
import { FRESH_SECONDS, findOwner, ownCsrf, ownFrame, readOwnForm } from './owner.ts';
import type { Owner } from './owner.ts';
import { signInHere } from './own-sign-in.ts';
import { passkeyScriptHref, sendPasskeyScript } from './passkey-script.ts';
import type { Site } from './site.ts';
import { noteOf, send } from './step-page.ts';

const DONE: Readonly<Record<string, PasskeysModel['done']>> = {
  them: 'added',
  ten: 'renamed',
  bo: 'removed',
};

export function passkeyRoutes(site: Site): Router {
  const router = new Router();
  const home = (ctx: Context) => signInHere(site, ctx, { back: 'passkeys' });
  const proveFirst = (ctx: Context, note: string) =>
    signInHere(site, ctx, { back: 'passkeys', level2WithinSeconds: FRESH_SECONDS, note });

  router.get(passkeyScriptHref, sendPasskeyScript);

  router.get('/toi/khoa', async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    return me === undefined ? home(ctx) : showList(site, ctx, me);
  });
  // Who stopped on the way is not asked again by the page that asked before.
  router.get('/toi/khoa/ve', (ctx) => {
    const wantsToAdd = ctx.query['error'] === undefined && String(ctx.query['state']).startsWith('them.');
    goTo(ctx, wantsToAdd ? '/toi/khoa/them' : '/toi/khoa');
  });

  router.get('/toi/khoa/them', async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    return me?.isFresh === true ? showAdd(site, ctx, me, {}) : proveFirst(ctx, 'them');
  });
  router.post('/toi/khoa/them', async (ctx) => {
    const me = await known(site, ctx);
    const form = await readOwnForm(site, ctx, me);
    return me.isFresh ? add(site, ctx, me, form) : proveFirst(ctx, 'them');
  });

  router.get('/toi/khoa/:id', async (ctx) => {
    const me = await findOwner(site, ctx, site.clock());
    return me === undefined ? home(ctx) : showEdit(site, ctx, me, undefined);
  });
  router.post('/toi/khoa/:id/ten', async (ctx) => {
    const me = await known(site, ctx);
    return rename(site, ctx, me, await readOwnForm(site, ctx, me));
  });
  router.post('/toi/khoa/:id/bo', async (ctx) => {
    const me = await known(site, ctx);
    await readOwnForm(site, ctx, me);
    return me.isFresh ? remove(site, ctx, me) : proveFirst(ctx, '');
  });
  return router;
}

async function showList(site: Site, ctx: Context, me: Owner): Promise<void> {
  const passkeys = await listPasskeys(site, ownerOf(me));
  send(
    ctx,
    passkeysPage({
      page: ownFrame(site, ctx, me),
      passkeys: passkeys.map((passkey) => ({ ...passkey, href: `/toi/khoa/${passkey.id}` })),
      addHref: passkeys.length < MOST_PASSKEYS ? '/toi/khoa/them' : undefined,
      backHref: '/toi',
      done: noteOf(ctx, DONE),
    }),
  );
}

async function showAdd(
  site: Site,
  ctx: Context,
  me: Owner,
  { name, error }: { name?: string; error?: PasskeyAddModel['error'] },
): Promise<void> {
  const page = ownFrame(site, ctx, me, { switchable: error === undefined });
  const displayName = me.profile.greeting ?? 'Tây Ninh ID';
  const options = await beginRegistration(site, { owner: ownerOf(me), displayName, place: placeOf(me) }, site.clock()); // prettier-ignore
  allowScript(ctx);
  send(
    ctx,
    passkeyAddPage({
      page,
      action: '/toi/khoa/them',
      csrf: ownCsrf(site, me),
      options: JSON.stringify(options),
      script: passkeyScriptHref,
      name: name ?? wordsOf(page.lang).passkeyAdd.suggestion,
      longestName: LONGEST_NAME,
      backHref: '/toi/khoa',
      error,
    }),
    error === undefined ? 200 : 400,
  );
}

async function add(site: Site, ctx: Context, me: Owner, form: ReadonlyMap<string, string>): Promise<void> {
  const name = form.get('name') ?? '';
  const answer = { owner: ownerOf(me), place: placeOf(me), response: form.get('answer') ?? '', name };
  const now = site.clock();
  const added = await orBadName(() =>
    site.db.transaction(async () => {
      const registered = await finishRegistration(site, answer, now);
      if (registered.outcome === 'added') {
        await site.notify({ accountId: me.accountId, kind: 'passkey_added', key: registered.passkeyId, link: true }, now); // prettier-ignore
        await tellServices(site.db, changed(me, registered, 'create'), now);
      }
      return registered;
    }),
  );
  if (added === 'name') return showAdd(site, ctx, me, { name, error: 'name' });
  if (added.outcome === 'added') return goTo(ctx, '/toi/khoa?bao=them');
  const { reason } = added;
  return showAdd(site, ctx, me, { name, error: reason === 'taken' || reason === 'full' ? reason : 'failed' });
}

async function showEdit(site: Site, ctx: Context, me: Owner, refusedName: string | undefined): Promise<void> {
  const passkey = await myPasskey(site, ctx, me);
  const failed = refusedName !== undefined;
  send(
    ctx,
    passkeyEditPage({
      page: ownFrame(site, ctx, me, { switchable: !failed }),
      renameAction: `/toi/khoa/${passkey.id}/ten`,
      removeAction: `/toi/khoa/${passkey.id}/bo`,
      csrf: ownCsrf(site, me),
      passkey,
      name: refusedName ?? passkey.name,
      longestName: LONGEST_NAME,
      backHref: '/toi/khoa',
      error: failed ? 'name' : undefined,
    }),
    failed ? 400 : 200,
  );
}

async function rename(site: Site, ctx: Context, me: Owner, form: ReadonlyMap<string, string>): Promise<void> {
  const { id: passkeyId } = await myPasskey(site, ctx, me);
  const name = form.get('name') ?? '';
  const renamed = await orBadName(() => renamePasskey(site, { owner: ownerOf(me), passkeyId, name }, site.clock())); // prettier-ignore
  return renamed === 'name' ? showEdit(site, ctx, me, name) : goTo(ctx, '/toi/khoa?bao=ten');
}

async function remove(site: Site, ctx: Context, me: Owner): Promise<void> {
  const now = site.clock();
  const passkey = await myPasskey(site, ctx, me);
  const { id: passkeyId } = passkey;
  await site.db.transaction(async () => {
    await removePasskey(site, { owner: ownerOf(me), passkeyId }, now);
    await site.notify({ accountId: me.accountId, kind: 'passkey_removed', key: passkeyId, link: true }, now);
    await tellServices(site.db, changed(me, passkey, 'delete'), now);
  });
  goTo(ctx, '/toi/khoa?bao=bo');
}

const changed = ({ accountId }: Owner, { attachment }: Pick<Passkey, 'attachment'>, change: 'create' | 'delete') =>
  ({ accountId, changes: [{ kind: 'credential-change', by: 'user', credential: `fido2-${attachment}`, change } as const] }); // prettier-ignore

async function myPasskey(site: Site, ctx: Context, me: Owner): Promise<Passkey> {
  const id: unknown = ctx['params']?.id;
  // Somebody else's passkey and no passkey are one answer.
  const passkey = (await listPasskeys(site, ownerOf(me))).find((one) => one.id === id);
  if (passkey === undefined) throw new Refusal('missing', 'no such passkey', { reason: 'passkey' });
  return passkey;
}

async function known(site: Site, ctx: Context): Promise<Owner> {
  const me = await findOwner(site, ctx, site.clock());
  if (me === undefined) throw new Refusal('unauthenticated', 'no session');
  return me;
}

async function orBadName<T>(work: () => Promise<T>): Promise<T | 'name'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'name') return 'name';
    throw error;
  }
}

const ownerOf = ({ accountId }: Owner) => ({ kind: 'account', id: accountId }) as const;
const placeOf = ({ sessionUid }: Owner) => `session/${sessionUid}`;

function goTo(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}
