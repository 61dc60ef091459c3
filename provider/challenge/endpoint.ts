// POST /authorize-challenge: signing in and stepping up for the mini app, without pages (protocol design 6,
// a profile of draft-ietf-oauth-first-party-apps). The checks stand in the order of that table.

import type { Context, Middleware } from 'koa';
import type { Client } from 'oidc-provider';
import { claimSession, keepFlow, resumeFlow } from '../../assurance/family.ts';
import type { Claimed } from '../../assurance/family.ts';
import { answerFlow } from './answer.ts';
import { checkUpload, takeUpload } from './chip-step.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { flowOf, lookAtFlow, newFlow, wantedBy } from './flow.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import { evidenceOf, launch } from './login.ts';
import { checkProof } from './proof.ts';
import { CHALLENGE_PATH, UPLOAD_PATH } from './path.ts';
import { replyOf } from './replies.ts';
import { callOf, readForm } from './request.ts';
import type { Call } from './request.ts';
import { Trouble, troubleOf } from './trouble.ts';

/** Answers our two addresses; everything else goes on. */
export function challengeEndpoint(house: ChallengeHouse): Middleware {
  return async (ctx, next) => {
    const isUpload = ctx.path === UPLOAD_PATH;
    if (ctx.path !== CHALLENGE_PATH && !isUpload) {
      await next();
      return;
    }
    ctx.set('cache-control', 'no-store');
    if (ctx.method === 'OPTIONS') return answerPreflight(ctx, 'POST');
    const now = house.clock();
    ctx.set('dpop-nonce', house.nonces.next(now));
    try {
      if (ctx.method !== 'POST') throw new Trouble('invalid_request', { detail: 'method' });
      await (isUpload ? upload(house, ctx, now) : answer(house, ctx, now));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === undefined) throw error;
      refuse(house, ctx, trouble);
    }
  };
}

async function answer(house: ChallengeHouse, ctx: Context, now: Date): Promise<void> {
  const form = await readForm(ctx.req, ctx.get('content-type'));
  // Before anything is refused, so that the app may read why.
  const known = await knownClient(house, ctx, form['client_id']);
  const call = callOf(form);
  const { auth_session: authSession } = call;
  say(ctx, await (authSession === undefined ? begin(house, ctx, { call, known }, now) : resume(house, ctx, { call, known, authSession }, now))); // prettier-ignore
}

/** The first call of a launch. */
async function begin(house: ChallengeHouse, ctx: Context, { call, known }: Asked, now: Date): Promise<Said> {
  const accessToken = evidenceOf(house, ctx, call, now);
  const client = await ourClient(house, known);
  const jkt = await proofOf(house, ctx, client, now);
  const flow = newFlow(house, call, langOf(ctx, call), now);
  const launched = await launch(house, ctx, { call, accessToken, client, jkt, flow }, now);
  if (launched.outcome === 'challenge') return launched;
  try {
    return await overWhenDenied(house, { family: launched.family, flow }, () =>
      answerFlow(house, ctx, { family: launched.family, flow, client }, { ...launched, begins: true }, now),
    );
  } catch (error) {
    // The person is signed in and the evidence is spent: what was asked first is all that failed.
    const trouble = troubleOf(error);
    throw trouble === undefined ? error : trouble.with({ auth_session: launched.authSession });
  }
}

/** Every later one. */
async function resume(
  house: ChallengeHouse,
  ctx: Context,
  { call, known, authSession }: Asked & { readonly authSession: string },
  now: Date,
): Promise<Said> {
  const client = await ourClient(house, known);
  const jkt = await proofOf(house, ctx, client, now);
  const claimed = await claimSession(house, { authSession, jkt, clientId: client.clientId }, now);
  if (claimed === undefined) throw new Trouble('invalid_session');
  try {
    return await goOn(house, ctx, { call, client, claimed }, now);
  } catch (error) {
    // What failed for another reason than the session leaves it usable: nothing was answered with it.
    if (troubleOf(error)?.word !== 'invalid_session') await claimed.giveBack();
    throw error;
  }
}

/** A new request of a family that is signed in, or a reply to what was asked last. */
async function goOn(
  house: ChallengeHouse,
  ctx: Context,
  { call, client, claimed }: { call: Call; client: Client; claimed: Claimed },
  now: Date,
): Promise<Said> {
  const { family, authSession } = claimed;
  if (call.code_challenge !== undefined) {
    const fresh = newFlow(house, call, langOf(ctx, call), now);
    const { wanted, scopes } = await wantedBy(house, client, fresh);
    const { maxAgeSeconds } = wanted;
    const resumed = wanted.level === 2 ? await resumeFlow(house, family, { scopes, maxAgeSeconds }, now) : undefined; // prettier-ignore
    const flow = resumed === undefined ? fresh : { ...fresh, uid: resumed };
    await keepFlow(house.db, { id: family.id, flow });
    return overWhenDenied(house, { family, flow }, () =>
      answerFlow(house, ctx, { family, flow, client }, { authSession, begins: resumed === undefined }, now),
    );
  }
  const flow = flowOf(family);
  const stand = await lookAtFlow(house, { family, flow, client }, now);
  const take = replyOf(stand, call);
  return overWhenDenied(house, { family, flow }, async () => {
    const taken = await take(house, ctx, stand, call, now);
    const next = typeof taken === 'object' ? taken.flow : flow;
    const error = typeof taken === 'string' ? taken : undefined;
    return answerFlow(house, ctx, { family, flow: next, client }, { authSession, error }, now);
  });
}

/** The citizen stopped, nothing was agreed to, or the links are used up: what is asked next is a new request. */
async function overWhenDenied(
  house: ChallengeHouse,
  { family, flow }: Pick<Stand, 'family' | 'flow'>,
  said: () => Promise<Said>,
): Promise<Said> {
  try {
    return await said();
  } catch (refused) {
    if (troubleOf(refused)?.word === 'access_denied')
      await keepFlow(house.db, { id: family.id, flow: { ...flow, over: true } });
    throw refused;
  }
}

async function upload(house: ChallengeHouse, ctx: Context, now: Date): Promise<void> {
  const known = await knownClient(house, ctx, ctx.get('x-client-id'));
  checkUpload(ctx);
  const client = await ourClient(house, known);
  const jkt = await proofOf(house, ctx, client, now);
  await takeUpload(house, ctx, { client, jkt }, now);
}

async function knownClient(
  house: ChallengeHouse,
  ctx: Context,
  clientId: string | undefined,
): Promise<Client | undefined> {
  const client = clientId === undefined ? undefined : await house.provider().Client.find(clientId);
  allowOrigin(ctx, client);
  return client;
}

/** @throws Trouble invalid_client, unauthorized_client */
async function ourClient(house: ChallengeHouse, client: Client | undefined): Promise<Client> {
  if (client === undefined) throw new Trouble('invalid_client');
  const facts = await house.findClient(client.clientId);
  if (facts?.kind !== 'miniapp' || facts.class !== 'first_party') throw new Trouble('unauthorized_client');
  return client;
}

function proofOf(house: ChallengeHouse, ctx: Context, client: Client, now: Date): Promise<string> {
  const url = `${house.issuer}${ctx.path}`;
  // Raw headers: Node joins doubled ones, and a joined proof is two.
  const headers = ctx.req.rawHeaders.filter(
    (_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === 'dpop',
  );
  return checkProof(house, { headers, method: ctx.method, url, clientId: client.clientId }, now);
}

type Asked = { readonly call: Call; readonly known: Client | undefined };
type Said = { readonly status: number; readonly body: object };

function say(ctx: Context, { status, body }: Said): void {
  ctx.status = status;
  ctx.body = body;
}

function refuse(house: ChallengeHouse, ctx: Context, trouble: Trouble): void {
  const { word, message, retryAfterSeconds } = trouble;
  house.log('info', 'challenge.refused', { error: word, detail: message, reference: ctx.state['reference'] });
  house.count('protocol_error', { route: 'authorize-challenge', error: word });
  if (retryAfterSeconds !== undefined) ctx.set('retry-after', String(retryAfterSeconds));
  ctx.status = trouble.status;
  ctx.body = trouble.body;
}

function langOf(ctx: Context, { ui_locales: asked }: Call): 'vi' | 'en' {
  const first = asked?.split(' ')[0]?.slice(0, 2);
  if (first === 'vi' || first === 'en') return first;
  return ctx.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi';
}
