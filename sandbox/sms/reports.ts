// Delivery reports: what a gateway tells the sender after it took a message. Signed over the exact
// bytes; the time stands inside, so an old report cannot be sent again for ever.

import { createHmac } from 'node:crypto';

export type ReportTo = { readonly url: string; readonly secret: string };

export type ReportKnob = 'prompt' | 'never' | 'late' | 'failed' | 'wrong_signature' | 'duplicated';

const TRIES = 3;

/** Sends what the knob asks for; a broker that does not answer is asked a few times, as gateways do. */
export function report({ url, secret }: ReportTo, reference: string, knob: ReportKnob, lateMs: number): void {
  if (knob === 'never') return;
  const state =
    knob === 'failed' ? { state: 'failed', reason: 'unreachable_number' } : { state: 'delivered' };
  const send = () => {
    const body = JSON.stringify({ reference, ...state, at: new Date().toISOString() });
    const key = knob === 'wrong_signature' ? `not ${secret}` : secret;
    const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
    void post(url, body, signature, TRIES);
    if (knob === 'duplicated') void post(url, body, signature, TRIES);
  };
  // Not in the same moment: a gateway answers the sender first.
  setTimeout(send, knob === 'late' ? lateMs : 20).unref();
}

async function post(url: string, body: string, signature: string, triesLeft: number): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-signature': signature };
  const answered = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(2_000) }).then(({ status }) => status < 500, () => false); // prettier-ignore
  if (answered || triesLeft <= 1) return;
  setTimeout(() => void post(url, body, signature, triesLeft - 1), 500).unref();
}
