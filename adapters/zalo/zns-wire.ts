// What Zalo answers to a template message (contract zalo 6.1, 6.3), and what its codes mean for us.

import { z } from 'zod';
import type { MessageRejection } from '../../codes/message-gateway.ts';
import { errorNumber, jsonOrNothing } from './wire.ts';

/** `auth`: refresh the token once, send once more. `transient`: later. */
export type ZnsVerdict =
  | { readonly kind: 'accepted'; readonly messageId: string | undefined }
  | { readonly kind: 'auth' }
  | { readonly kind: 'transient'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: MessageRejection; readonly isOurs: boolean };

const body = z.object({
  error: errorNumber,
  data: z
    .object({ msg_id: z.string().min(1).max(255).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
  // In development mode at the top level (U24).
  msg_id: z.string().min(1).max(255).optional().catch(undefined),
});

// -220 was seen on this host although no table lists it here.
const AUTH = new Set([-124, -220]);
const TRANSIENT = new Set([-100]);
const REASONS: readonly (readonly [MessageRejection, ReadonlySet<number>])[] = [
  ['invalid_number', new Set([-108])],
  ['unreachable', new Set([-110, -114, -118, -119, -140])],
  ['blocked', new Set([-139, -141])],
  ['not_now', new Set([-133])],
  [
    'configuration',
    new Set([
      -101, -102, -103, -104, -105, -109, -117, -120, -1201, -1202, -1241, -125, -126, -127, -131, -138,
      -1381, -145,
    ]),
  ],
  ['quota', new Set([-115, -135, -1351, -136, -137, -144, -1441, -146, -147, -1471, -1472])],
  [
    'content',
    new Set([
      -106, -107, -111, -112, -1121, -1122, -1123, -1124, -113, -1131, -116, -121, -122, -123, -128, -129,
      -142, -143, -130, -132, -161, -162,
    ]),
  ],
];
const THEIRS: ReadonlySet<MessageRejection> = new Set([
  'invalid_number',
  'unreachable',
  'blocked',
  'not_now',
]);

/** Errors come with HTTP 200; an expired token may be a 401 (U18). */
export function readZnsAnswer(status: number, text: string): ZnsVerdict {
  if (status === 401) return { kind: 'auth' };
  if (status >= 300 && status < 400) return { kind: 'transient', reason: 'redirected' };
  const answer = body.safeParse(jsonOrNothing(text));
  if (!answer.success) return { kind: 'transient', reason: status === 200 ? 'bad_answer' : 'status' };
  const { error, data, msg_id: topId } = answer.data;
  const messageId = data?.msg_id ?? topId;
  // "Absent or 0" is success elsewhere at Zalo; here an answer without either says nothing at all.
  if (error === undefined && messageId === undefined) return { kind: 'transient', reason: 'bad_answer' };
  if ((error ?? 0) === 0) return { kind: 'accepted', messageId };
  return verdictOf(error ?? 0);
}

function verdictOf(code: number): ZnsVerdict {
  if (AUTH.has(code)) return { kind: 'auth' };
  if (TRANSIENT.has(code)) return { kind: 'transient', reason: 'unknown' };
  const reason = REASONS.find(([, codes]) => codes.has(code))?.[0] ?? 'other';
  return { kind: 'rejected', reason, isOurs: !THEIRS.has(reason) };
}
