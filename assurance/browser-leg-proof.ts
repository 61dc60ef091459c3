// What a browser proved, and the code that carries it to the app. The eight digits are read from one
// screen and typed on another by the same person; they say nothing without the transaction they are for.

import { randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { recordAccess } from '../audit/record.ts';
import type { PasskeyHouse } from '../authenticators/passkeys.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { bindingConflict } from './binding.ts';
import * as store from './browser-leg-store.ts';
import { browserKey, MOST_CODE_TRIES, recordLeg } from './browser-leg.ts';
import type { Leg, LegFlow, LegHouse } from './browser-leg.ts';
import { checkPasskey, recordPasskey } from './passkey.ts';
import type { PasskeyStep } from './passkey.ts';
import { identitySchema } from './pending.ts';
import { identifyByVneid, recordVneid } from './vneid.ts';
import type { VneidStep } from './vneid.ts';
import type { VneidSignOn } from './vneid-sign-on.ts';

const provenSchema = z.object({
  code: z.string(),
  vneid: z.object({ identity: identitySchema, warnings: z.array(z.string()) }).optional(),
  passkey: z.object({ passkeyId: z.string(), amr: z.array(z.string()) }).optional(),
});
type Proven = Omit<z.infer<typeof provenSchema>, 'code'>;

type Here = { readonly leg: Leg; readonly browser: string };

/**
 * VNeID's answer in the browser that opened the leg. Whoever is not the person of a bound account is
 * refused here, and the leg is over. @throws Refusal unavailable, conflict
 */
export async function proveLegByVneid(
  house: LegHouse & { readonly vneid: VneidSignOn },
  { leg, browser }: Here,
  answer: { state: string; code: string; interactionUid: string },
  now: Date,
): Promise<VneidStep> {
  const { db, vault, origin } = house;
  const { tx, account_id: accountId } = leg;
  const said = await identifyByVneid(house, answer, { tx, accountId }, now);
  if (said.outcome === 'refused') return said;
  const { identity, warnings } = said;
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
  if (conflict === 'other_person') {
    await db.transaction(async () => {
      await store.endLeg(db, { id: leg.id, why: 'other_person' }, now);
      await recordAccess(db, origin, { kind: 'stepup.vneid', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details: { warnings, check: identity.checkId, reason: conflict } }, now); // prettier-ignore
    });
    return { outcome: 'refused', reason: conflict };
  }
  await keep(house, { leg, browser }, { vneid: { identity, warnings: [...warnings] } }, now);
  return { outcome: 'proven' };
}

/** A passkey's answer, likewise. @throws Refusal conflict */
export async function proveLegByPasskey(
  house: LegHouse & PasskeyHouse,
  { leg, browser }: Here,
  response: string,
  now: Date,
): Promise<PasskeyStep> {
  const answer = { response, place: placeOfLeg(leg) };
  const said = await checkPasskey(house, answer, { tx: leg.tx, accountId: leg.account_id }, now);
  if (said.outcome === 'refused') return said;
  const { passkeyId, amr } = said;
  await keep(house, { leg, browser }, { passkey: { passkeyId, amr: [...amr] } }, now);
  return { outcome: 'proven' };
}

export const placeOfLeg = ({ id }: { readonly id: string }): string => `leg/${id}`;

/** The eight digits, for the browser that proved and no other; undefined before that. */
export const codeOfLeg = (vault: Vault, leg: Leg): string | undefined =>
  leg.proven_sealed === null ? undefined : open(vault, leg.id, leg.proven_sealed).code;

export type LegFinished =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'wrong' }
  /** No leg is waiting: too late, or its tries are used up. */
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'refused'; readonly reason: 'other_person' | 'bound_elsewhere' };

/**
 * The code, typed into the app. A try is taken before anything is compared and stays taken; of several
 * right ones at once one counts. @throws Refusal conflict, forbidden
 */
export async function finishLeg(
  house: LegHouse & PasskeyHouse,
  { tx, familyId, kind }: LegFlow,
  { code, accountId, sessionUid }: { code: string; accountId: string; sessionUid: string },
  now: Date,
): Promise<LegFinished> {
  const { db, vault } = house;
  // Not eight digits cannot be right: it costs no try.
  if (!/^\d{8}$/.test(code)) return { outcome: 'wrong' };
  const taken = await db.apart(() => store.takeCodeTry(db, { transactionId: tx.id, familyId, kind }, now));
  if (taken === undefined) return { outcome: 'expired' };
  const given = macOf(vault, { legId: taken.id, transactionId: tx.id }, code);
  const right = taken.code_mac !== null && timingSafeEqual(given, taken.code_mac);
  const { proven_sealed: sealed } = taken;
  if (!right || sealed === null) {
    const last = taken.code_tries >= MOST_CODE_TRIES;
    await db.transaction(async () => {
      if (last) await store.endLeg(db, { id: taken.id, why: 'used_up' }, now);
      await recordLeg(house, { kind, account_id: accountId, tx }, { outcome: 'refused', what: last ? 'used_up' : 'wrong_code' }, now); // prettier-ignore
    });
    return { outcome: last ? 'expired' : 'wrong' };
  }
  const proven = open(vault, taken.id, sealed);
  return db.transaction(async () => {
    if ((await store.endLeg(db, { id: taken.id, why: 'used' }, now)) !== 1) return { outcome: 'expired' };
    const who = { tx, accountId, sessionUid };
    if (proven.vneid !== undefined) return recordVneid(house, who, proven.vneid, now);
    if (proven.passkey === undefined) throw new Error('nothing was proven');
    await recordPasskey(house, who, proven.passkey, now);
    return { outcome: 'proven' };
  });
}

async function keep({ db, vault }: LegHouse, { leg, browser }: Here, proven: Proven, now: Date) {
  const code = String(randomInt(100_000_000)).padStart(8, '0');
  const kept = await store.keepProven(
    db,
    {
      id: leg.id,
      browserKey: browserKey(vault, leg.id, browser),
      provenSealed: vault.seal(labelOf(leg.id), JSON.stringify({ ...proven, code })),
      codeMac: macOf(vault, { legId: leg.id, transactionId: leg.tx.id }, code),
    },
    now,
  );
  if (kept !== 1) throw new Refusal('conflict', 'the leg has ended or was proven', { reason: 'leg' });
}

const open = (vault: Vault, legId: string, sealed: Buffer) =>
  provenSchema.parse(JSON.parse(vault.open(labelOf(legId), sealed)));
const labelOf = (legId: string) => `browser_leg/${legId}`;

const macOf = (vault: Vault, of: { legId: string; transactionId: string }, code: string): Buffer =>
  vault.keyOf('browser-leg', `code|${of.legId}|${of.transactionId}|${code}`);
