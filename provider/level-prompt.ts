// Our own prompt in place of the library's acr checks, which compare strings, ignore `acr_values`
// and let an essential acr be bypassed (decision 0004). It stands between login and consent.

import { errors, interactionPolicy } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { attachToSession, satisfies, sessionFacts, standingOf } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import type { LevelFactRow } from '../assurance/store.ts';
import { asksRisk } from '../policies/claims.ts';
import { meetsMethod } from '../policies/decide.ts';
import { acrOf } from '../policies/level.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import type { WantedLevel } from '../policies/wanted-level.ts';
import { holdOnProven } from '../safety/hold.ts';
import { claimsRequest, countedScopes } from './claims-request.ts';
import type { ClaimsRequest } from './claims-request.ts';
import { deviceNumberOf } from './device.ts';
import type { ProviderHouse } from './house.ts';

const { Check, Prompt, base } = interactionPolicy;

// What our pages leave in the interaction's result, beside the library's own members.
const ourResult = z.object({ tnid: z.object({ transactionId: z.string().optional() }) });

export function createPolicy(house: ProviderHouse) {
  const policy = base();
  const login = policy.get('login');
  for (const reason of ['essential_acr', 'essential_acrs', 'max_age']) login?.checks.remove(reason);
  login?.checks.add(
    new Check('account_gone', 'the account is locked or gone', (ctx) => {
      const gone = ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined;
      return gone ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
    0,
  );
  policy.add(
    new Prompt(
      { name: 'level', requestable: false },
      new Check('level_unmet', 'a higher or fresher level is required', 'login_required', (ctx) =>
        levelUnmet(house, ctx),
      ),
    ),
    1,
  );
  return policy;
}

async function levelUnmet(house: ProviderHouse, ctx: KoaContextWithOIDC): Promise<boolean> {
  const { session, params, result, entities } = ctx.oidc;
  if (session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT; // the login prompt is open
  const { accountId, uid: sessionUid } = session;
  const returned = ourResult.safeParse(result);
  const transactionId = returned.data?.tnid.transactionId;
  if (transactionId !== undefined) await attachToSession(house.db, transactionId, accountId, sessionUid);

  const asked = levelRequestOf(params, await claimsOf(house, ctx));
  const wanted = wantedLevel(asked, house.catalogue, house.acrBase);
  if (wanted.outcome === 'unmet')
    throw new errors.UnmetAuthenticationRequirements('none of the requested acr values is known');
  const now = house.clock();
  const request = { wanted, params, begunAt: entities.Interaction?.iat };
  const stands = standingFor(request, now, await sessionFacts(house.db, { sessionUid, accountId }, now));
  if (stands !== undefined && !(await waits(house, ctx, { accountId, wanted, scopes: asked.scopes, now }))) {
    // The code takes its acr, the cap of all its tokens, from here.
    session.acr = acrOf(stands.level === 2 ? 2 : 1, house.acrBase);
    return Check.NO_NEED_TO_PROMPT;
  }
  // Once round is enough: a person who came back below the level would otherwise loop.
  if (returned.success)
    throw new errors.UnmetAuthenticationRequirements('the required level was not reached');
  return Check.REQUEST_PROMPT;
}

/** Level 2 stands, but for an act of high risk this machine is new: its person hears of it first. */
async function waits(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  act: { accountId: string; wanted: { readonly level: 1 | 2 }; scopes: readonly string[]; now: Date },
): Promise<boolean> {
  const { accountId, wanted, scopes, now } = act;
  if (wanted.level !== 2 || !asksRisk(house.catalogue, scopes)) return false;
  const deviceKey = house.vault.keyOf('device', deviceNumberOf(ctx) ?? '');
  return (await holdOnProven(house.db, { accountId, deviceKey }, now)) !== 'none';
}

/**
 * The standing a request is answered with: all that is proven, or level 1 alone where only that is
 * as fresh as asked (a Zalo login does not freshen level 2). Undefined: a proof is missing.
 */
export function standingFor(
  { wanted, params, begunAt }: LevelQuestion,
  now: Date,
  facts: readonly LevelFactRow[],
): Standing | undefined {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  // prompt=login (max_age=0 becomes it) asks for a proof made in this very interaction.
  const since = hadPrompt(params, 'login') ? (begunAt ?? 0) : 0;
  for (const cap of wanted.level === 1 ? ([2, 1] as const) : ([2] as const)) {
    const stands = standingOf(facts, cap);
    const fits =
      (stands.authTime ?? 0) >= since &&
      satisfies(stands, wanted, nowSeconds) &&
      wanted.methods.every((rule) => meetsMethod(rule, stands.amr, stands.identitySource));
    if (fits) return stands;
  }
  return undefined;
}

export type LevelQuestion = {
  readonly wanted: Extract<WantedLevel, { outcome: 'wanted' }>;
  readonly params: Readonly<Record<string, unknown>> | undefined;
  /** When the interaction began, in Unix seconds. */
  readonly begunAt: number | undefined;
};

async function claimsOf(house: ProviderHouse, ctx: KoaContextWithOIDC): Promise<ClaimsRequest | undefined> {
  const scope = ctx.oidc.params?.['scope'];
  return claimsRequest(house, ctx.oidc.client?.clientId ?? '', typeof scope === 'string' ? scope : '');
}

/** The parameters of an authorization request that decide about level. `claims`: what of the personal scopes counts. */
export function levelRequestOf(
  params: Readonly<Record<string, unknown>> | undefined,
  claims: ClaimsRequest | undefined,
) {
  const text = (name: string) => {
    const value = params?.[name];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    acrValues: text('acr_values'),
    maxAge: text('max_age'),
    scopes: countedScopes((text('scope') ?? '').split(' ').filter(Boolean), claims),
  };
}

export const hadPrompt = (params: Readonly<Record<string, unknown>> | undefined, name: string) =>
  typeof params?.['prompt'] === 'string' && params['prompt'].split(' ').includes(name);
