// The printed card: its QR or what stands on it, against the register.

import { performance } from 'node:perf_hooks';
import { proveByRegister } from '../../assurance/card.ts';
import { readClaim } from '../../cards/claim.ts';
import type { CardFields } from '../../cards/claim.ts';
import { untilBeat, pause } from '../visit/even-time.ts';
import type { Described } from './answer.ts';
import { transactionOf } from './flow.ts';
import type { Take } from './replies.ts';
import { Trouble } from './trouble.ts';

export const describeCard: Described = async (_house, _ctx, _stand, _tx, error) => ({
  type: 'card_register',
  fields: ['card_qr', 'card_number', 'card_name', 'card_birthdate'],
  ...errorOf(error),
});

// "no_match 3": three more tries today. "fields number_empty,name_letters": words of cards/claim.ts.
function errorOf(error: string | undefined): object {
  if (error === undefined) return {};
  const [word = '', rest] = error.split(' ');
  if (word === 'no_match') return { error: word, attempts_left: Number(rest) };
  return word === 'fields' ? { error: 'fields', fields_wrong: (rest ?? '').split(',') } : { error: word };
}

export const takeCard: Take = async (house, ctx, stand, call, now) => {
  const { register, registerTerms } = house;
  if (register === undefined || registerTerms?.matchCounts !== true)
    throw new Trouble('invalid_request', { detail: 'register' });
  const [year = '', month = '', day = ''] = (call.card_birthdate ?? '').split('-');
  const fields: CardFields = {
    qr: call.card_qr ?? '',
    mrz: '',
    number: call.card_number ?? '',
    name: call.card_name ?? '',
    day,
    month,
    year,
  };
  const reading = readClaim(fields, now);
  if (!reading.ok) return `fields ${reading.errors.join(',')}`;
  const startedAt = performance.now();
  const tx = await transactionOf(house, stand, now);
  const who = { tx, accountId: stand.person.accountId, sessionUid: stand.family.session_uid };
  const step = await proveByRegister({ ...house, register, registerTerms }, who, reading.claim, now);
  if (step.outcome === 'proven') return undefined;
  await pause(ctx, untilBeat(performance.now() - startedAt));
  return step.outcome === 'not_confirmed' ? `no_match ${step.left}` : step.outcome;
};
