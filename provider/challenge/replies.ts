// Which reply belongs to which step. A reply to another step is out of order, but for questions
// about a step that goes on by itself (a counter, a wait): those are told what is next.

import type { Context } from 'koa';
import type { Step } from '../../policies/next-step.ts';
import { takeBrowser } from './browser-step.ts';
import { takeCard } from './card-step.ts';
import { chooseAgain, takeBrake, takeChoice } from './choice-step.ts';
import { takeCode, takePhone } from './code-step.ts';
import { takeConsent } from './consent-step.ts';
import { takeCounter } from './counter-step.ts';
import type { Flow, Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Call } from './request.ts';
import { Trouble } from './trouble.ts';

/**
 * A word about the reply for the next challenge of the same type; a flow, where the reply changed what is
 * asked; undefined: it was taken.
 */
export type Taken = string | { readonly flow: Flow } | undefined;
export type Take = (
  house: ChallengeHouse,
  ctx: Context,
  stand: Stand,
  call: Call,
  now: Date,
) => Promise<Taken>;

// Every page of a chosen method leads back to the choice.
const METHOD_STEPS: readonly Step[] = ['choose', 'card', 'chip', 'counter', 'passkey', 'code', 'phone'];
const QUESTIONS: ReadonlySet<string> = new Set(['counter', 'hold', 'cccd_nfc']);

/** @throws Trouble invalid_session out of order, invalid_request without a reply */
export function replyOf({ step, person }: Stand, call: Call): Take {
  const is = (...steps: Step[]) => steps.includes(step);
  const browser = is('passkey') || (is('choose') && person.pending.method === 'vneid');
  if (call.step === 'choose') return METHOD_STEPS.includes(step) ? chooseAgain : outOfOrder();
  if (call.step === 'counter_again' || call.step === 'counter') {
    if (is('counter')) return takeCounter;
    return goOn;
  }
  if (call.step !== undefined && QUESTIONS.has(call.step)) return goOn;
  if (call.step === 'brake') return is('brake') ? takeBrake : outOfOrder();
  if (call.step === 'vneid_redirect' || call.step === 'passkey_web')
    return browser ? takeBrowser : outOfOrder();
  if (call.step === 'otp_resend' || call.step === 'otp_zns' || call.step === 'phone')
    return is('code') ? takeCode : outOfOrder();
  if (call.choice !== undefined) return is('choose') ? takeChoice : outOfOrder();
  if (call.otp !== undefined) return is('code') ? takeCode : outOfOrder();
  if (call.phone !== undefined || call.zalo_phone_token !== undefined)
    return is('phone', 'code') ? takePhone : outOfOrder();
  if (call.card_qr !== undefined || call.card_number !== undefined)
    return is('card') ? takeCard : outOfOrder();
  if (call.consent !== undefined) return is('consent') ? takeConsent : outOfOrder();
  throw new Trouble('invalid_request', { detail: 'no reply' });
}

const goOn: Take = async () => undefined;

function outOfOrder(): never {
  throw new Trouble('invalid_session', { detail: 'order' });
}
