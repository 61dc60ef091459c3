// The chip of a card, read by Zalo's scanNFC on the phone: the files come to an address of their own, as
// JSON and larger than any form, and the flow goes on afterwards.

import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { findFamily } from '../../assurance/family.ts';
import { proveByChip } from '../../assurance/chip.ts';
import { readChipFiles } from '../../cards/chip/files.ts';
import type { Described } from './answer.ts';
import { flowOf, lookAtFlow, transactionOf } from './flow.ts';
import type { Flow, Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import { UPLOAD_PATH } from './path.ts';
import { checkLength, readBody } from './request.ts';
import { Trouble } from './trouble.ts';

// Base64 or hexadecimal text of 256 KiB of files, and the names around it.
const MOST_BYTES = 640 * 1024;
const FAMILY_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\./;

export const describeChip: Described = async (house, _ctx, { family, flow }, _tx, error) => ({
  type: 'cccd_nfc',
  upload: `${house.issuer}${UPLOAD_PATH}`,
  nonce: nonceOf(house, family.id, flow),
  mrz_required: true,
  ...(error === undefined ? {} : { error }),
});

/** What is wrong with files before anybody looks at whose they are. @throws Trouble invalid_request */
export function checkUpload(ctx: Context): void {
  if (ctx.is('application/json') !== 'application/json')
    throw new Trouble('invalid_request', { detail: 'type' });
  checkLength(ctx.req, MOST_BYTES);
}

/** 204: taken. 422 with a word of ChipRefusal: the chip was not believed, and the citizen may try again. */
export async function takeUpload(
  house: ChallengeHouse,
  ctx: Context,
  { client, jkt }: { client: Stand['client']; jkt: string },
  now: Date,
): Promise<void> {
  if (house.cardAuthority === undefined) throw new Trouble('invalid_request', { detail: 'chip' });
  const given = ctx.get('x-upload-nonce');
  const id = FAMILY_ID.exec(given)?.[1];
  const family =
    id === undefined ? undefined : await findFamily(house.db, { id, jkt, clientId: client.clientId }, now);
  if (family === undefined) throw new Trouble('invalid_session', { detail: 'nonce' });
  const flow = flowOf(family);
  if (!isSame(given, nonceOf(house, family.id, flow)))
    throw new Trouble('invalid_session', { detail: 'nonce' });
  const stand = await lookAtFlow(house, { family, flow, client }, now);
  if (stand.step !== 'chip') throw new Trouble('invalid_session', { detail: 'order' });
  const read = readChipFiles(parsed(await readBody(ctx.req, MOST_BYTES)));
  const tx = await transactionOf(house, stand, now);
  const who = { tx, accountId: stand.person.accountId, sessionUid: family.session_uid };
  const files = read.outcome === 'read' ? read.files : undefined;
  const step = await proveByChip({ ...house, cardAuthority: house.cardAuthority }, who, files, now);
  if (step.outcome === 'unavailable') throw new Trouble('temporarily_unavailable', { detail: 'chip' });
  if (step.outcome === 'refused') {
    ctx.status = 422;
    ctx.body = { error: 'chip_refused', reason: step.reason };
  } else ctx.status = 204;
}

// Says which launch and which flow a file belongs to; good with that launch's key only.
const nonceOf = (house: ChallengeHouse, familyId: string, { uid }: Flow) =>
  `${familyId}.${house.vault.keyOf('chip-challenge', `upload|${familyId}|${uid}`).toString('base64url')}`;

function isSame(given: string, ours: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(ours)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
