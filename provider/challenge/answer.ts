// What the app is told when something is still missing. One description a step; the sentence for it is the app's.

import type { Context } from 'koa';
import type { TransactionRow } from '../../assurance/store.ts';
import { titlesShown } from '../visit/action-titles.ts';
import type { ChallengeHouse } from './house.ts';
import { lookAtFlow, transactionOf } from './flow.ts';
import type { Stand } from './flow.ts';
import { mintCode } from './mint.ts';
import { describeBrowser } from './browser-step.ts';
import { describeCard } from './card-step.ts';
import { describeChip } from './chip-step.ts';
import { describeChoice } from './choice-step.ts';
import { describeCode, describePhone } from './code-step.ts';
import { describeConsent } from './consent-step.ts';
import { describeCounter } from './counter-step.ts';
import { describeHold } from './hold-step.ts';
import { toTheWeb } from './web-step.ts';

/** Members of a challenge beside its type. `error`: what was wrong with the reply before, a word of the type's list. */
export type Challenge = { readonly type: string } & Readonly<Record<string, unknown>>;
export type Described = (
  house: ChallengeHouse,
  ctx: Context,
  stand: Stand,
  tx: TransactionRow,
  error: string | undefined,
  now: Date,
) => Promise<Challenge>;

/** 200 with a code, or 400 with the next step. `error`: a word about the reply just given. */
export async function answerFlow(
  house: ChallengeHouse,
  ctx: Context,
  where: Pick<Stand, 'family' | 'flow' | 'client'>,
  {
    authSession,
    error,
    begins = false,
  }: { authSession: string; error?: string | undefined; begins?: boolean },
  now: Date,
): Promise<{ readonly status: number; readonly body: object }> {
  const stand = await lookAtFlow(house, where, now, { begins });
  if (stand.step === 'finish') {
    const code = await mintCode(house, ctx, stand, now);
    return { status: 200, body: { authorization_code: code, auth_session: authSession } };
  }
  const tx = await transactionOf(house, stand, now);
  const challenge = await describe(stand)(
    house,
    ctx,
    { ...stand, asking: { ...stand.asking, tx } },
    tx,
    error,
    now,
  );
  const display = titlesShown(house.catalogue, stand.person.request, where.flow.lang)[0];
  return {
    status: 400,
    body: {
      error: 'insufficient_authorization',
      error_description: 'Further steps are required',
      auth_session: authSession,
      transaction: {
        id: tx.id,
        display,
        code: tx.display_code,
        expires_in: Math.max(0, Math.round((tx.expires_at.getTime() - now.getTime()) / 1000)),
      },
      challenge,
    },
  };
}

function describe({ step, person }: Stand): Described {
  switch (step) {
    case 'brake':
      return async () => ({ type: 'brake' });
    case 'hold':
      return describeHold;
    case 'choose':
      return person.pending.method === 'vneid' && person.facts.accepted.has('vneid')
        ? describeBrowser
        : describeChoice;
    case 'passkey':
      return describeBrowser;
    case 'card':
      return describeCard;
    case 'chip':
      return describeChip;
    case 'counter':
      return describeCounter;
    case 'phone':
      return describePhone;
    case 'code':
      return describeCode;
    case 'consent':
      return describeConsent;
    // Supervised: another account, a representative. There is more to read than fits beside a form.
    case 'elsewhere':
    case 'waiting':
    case 'guardian':
      return toTheWeb;
    case 'login':
    case 'finish':
      throw new Error(`${step} has no challenge`);
  }
}
