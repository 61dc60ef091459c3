// VNeID and passkeys: a link to the phone's own browser, and the code that browser showed. Nobody is asked
// whether the browser is done: the code has to travel from the one who proved to the app that asked.

import { finishLeg } from '../../assurance/browser-leg-proof.ts';
import { beginLeg, standOfLeg } from '../../assurance/browser-leg.ts';
import type { LegFlow, LegKind } from '../../assurance/browser-leg.ts';
import type { TransactionRow } from '../../assurance/store.ts';
import type { Described } from './answer.ts';
import { keep } from './choice-step.ts';
import { transactionOf } from './flow.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Take } from './replies.ts';
import { Trouble } from './trouble.ts';

const TYPE_OF = { vneid: 'vneid_redirect', passkey: 'passkey_web' } as const satisfies Record<LegKind, string>; // prettier-ignore
/** Where a link leads; web/browser-leg.ts answers. */
const LINK_PATH = '/tiep/';

export const describeBrowser: Described = async (house, _ctx, stand, tx, error, now) => {
  const flow = legFlow(stand, tx);
  let stands = await standOfLeg(house, flow, now);
  if (stands.state !== 'live') {
    await begin(house, flow, now);
    stands = await standOfLeg(house, flow, now);
  }
  if (stands.state !== 'live') throw new Error('a link that was just made is dead');
  return {
    type: TYPE_OF[flow.kind],
    authorization_uri: `${house.issuer}${LINK_PATH}${stands.link}`,
    expires_in: Math.max(0, Math.ceil((stands.expiresAt.getTime() - now.getTime()) / 1000)),
    completion: 'code',
    attempts_left: stands.triesLeft,
    ...(error === undefined ? {} : { error }),
  };
};

/** A code, or without one the wish for a fresh link. What went wrong for good leads back to the choice. */
export const takeBrowser: Take = async (house, _ctx, stand, call, now) => {
  const tx = await transactionOf(house, stand, now);
  const flow = legFlow(stand, tx);
  if (call.step !== TYPE_OF[flow.kind]) throw new Trouble('invalid_session', { detail: 'order' });
  const stands = await standOfLeg(house, flow, now);
  if (stands.state === 'ended' && (stands.why === 'declined' || stands.why === 'other_person')) {
    await keep(house, stand, { method: undefined }, now);
    return stands.why;
  }
  if (call.completion_code === undefined) {
    await begin(house, flow, now);
    return undefined;
  }
  const code = call.completion_code.replace(/[\s.-]/g, '');
  const who = { code, accountId: stand.person.accountId, sessionUid: stand.family.session_uid };
  const finished = await finishLeg(house, flow, who, now);
  switch (finished.outcome) {
    case 'proven':
      return undefined;
    case 'wrong':
      return 'wrong_code';
    case 'expired':
      return 'expired';
    case 'refused':
      await keep(house, stand, { method: undefined }, now);
      return 'other_person';
  }
};

/** @throws Trouble access_denied when the flow has had its links */
async function begin(house: ChallengeHouse, flow: LegFlow, now: Date): Promise<void> {
  if (!(await beginLeg(house, flow, now))) throw new Trouble('access_denied', { detail: 'links' });
}

const legFlow = ({ step, family }: Stand, tx: TransactionRow): LegFlow => ({
  tx,
  familyId: family.id,
  kind: step === 'passkey' ? 'passkey' : 'vneid',
});
