// Which account is meant, and by what number it knows a person.

import type { Knobs } from './knobs.ts';
import type { Oa, ZaloOa } from './oa-state.ts';
import { idFrom, idInApp, type TwinState, type ZaloCitizen } from './state.ts';

export const findOa = (state: TwinState, oaId: string | undefined): Oa | undefined =>
  oaId === undefined ? state.oas[0] : state.oas.find((oa) => oa.oaId === oaId);

/** The person's id at this account: another one than in any app. */
export const idAtOa = (oa: Pick<ZaloOa, 'oaId'>, citizen: ZaloCitizen): string =>
  idFrom(`oa ${oa.oaId} ${citizen.zaloId}`);

/** What the account's events call `user_id_by_app` (U11). */
export function idByApp(
  state: TwinState,
  knobs: Knobs,
  oa: Pick<ZaloOa, 'appId'>,
  citizen: ZaloCitizen,
): string {
  const app = state.apps.find(({ appId }) => appId === oa.appId);
  if (app === undefined || knobs['ids.byApp'] === 'different')
    return idFrom(`by app ${oa.appId} ${citizen.zaloId}`);
  return idInApp(state, app, citizen);
}

/** Whom an id at this account belongs to. */
export const atOa = (state: TwinState, oa: Pick<ZaloOa, 'oaId'>, userId: unknown): ZaloCitizen | undefined =>
  state.citizens.find((citizen) => idAtOa(oa, citizen) === userId);
