// A security event token (RFC 8417) as CAEP 1.0 and its interoperability profile want it: one event a
// token, RS256, `typ` secevent+jwt so that it passes for nothing else. Built again for each try from
// the row, so that it says the same each time, `jti` and `iat` included.

import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningKey } from '../keys/signing-keys.ts';
import { eventType, newsSchema } from './change.ts';
import type { Change, News } from './change.ts';
import type { EventRow } from './store.ts';

const signSoon = promisify(sign); // RSA takes a millisecond: not on the thread that answers requests

export type Transmitter = { readonly issuer: string; readonly acrBase: string };

export async function signSet(
  transmitter: Transmitter,
  row: EventRow,
  key: Pick<SigningKey, 'kid' | 'privateKey'>,
): Promise<string> {
  const header = { alg: 'RS256', typ: 'secevent+jwt', kid: key.kid };
  const encoded = [header, setClaims(transmitter, row)]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await signSoon('sha256', Buffer.from(encoded), key.privateKey);
  return `${encoded}.${signature.toString('base64url')}`;
}

/** @throws Error for a row that was not written by this room */
export function setClaims(transmitter: Transmitter, row: EventRow): Readonly<Record<string, unknown>> {
  const { issuer } = transmitter;
  const news = newsSchema.parse(row.facts);
  const at = Math.floor(row.created_at.getTime() / 1000);
  const isOfStream = news.kind === 'verification' || news.kind === 'stream-updated';
  // Clean-up takes the person out of events that are over; they are never sent again.
  if (isOfStream !== (row.sub === null)) throw new Error('an event of nobody');
  return {
    iss: issuer,
    aud: row.service_id,
    iat: at,
    jti: row.jti,
    txn: row.txn,
    sub_id:
      row.sub === null
        ? { format: 'opaque', id: row.stream_id }
        : { format: 'iss_sub', iss: issuer, sub: row.sub },
    events: { [eventType(news.kind, issuer)]: eventOf(transmitter, news, at) },
  };
}

function eventOf({ acrBase }: Transmitter, news: News, at: number): Readonly<Record<string, unknown>> {
  if (news.kind === 'verification') return news.state === undefined ? {} : { state: news.state };
  if (news.kind === 'stream-updated') return { status: news.status, reason: news.reason };
  const common = { initiating_entity: news.by, event_timestamp: at };
  switch (news.kind) {
    case 'assurance-level-change':
      return {
        namespace: acrBase,
        // Level 0 has no address of its own; whatever is not in the list is level 0 (policies/level.ts).
        current_level: `${acrBase}${news.level}`,
        ...(news.previous === undefined ? {} : { previous_level: `${acrBase}${news.previous}` }),
        ...directionOf(news),
        ...common,
      };
    case 'session-revoked':
      return { ...common, reason_admin: SESSION_REASONS[news.reason] };
    case 'credential-change':
      return {
        credential_type: news.credential,
        change_type: news.change,
        ...common,
        reason_admin: CREDENTIAL_REASONS[news.change],
      };
    case 'token-claims-change':
      return { claims: { purposes: news.purposes }, ...common };
    case 'consent-withdrawn':
      return {
        consent_id: news.consentId,
        min_ver: news.minVersion,
        purposes: news.purposes,
        event_time: at,
        initiating_entity: news.by,
      };
  }
}

function directionOf({ level, previous }: Extract<Change, { kind: 'assurance-level-change' }>) {
  if (level === 0) return { change_direction: 'decrease' };
  if (previous === undefined || previous === level) return {};
  return { change_direction: level > previous ? 'increase' : 'decrease' };
}

// The interoperability profile wants a reason that is not empty; it says what, never who.
const SESSION_REASONS = {
  signed_out: { vi: 'Người dùng đã đăng xuất', en: 'The person signed out' },
  locked: { vi: 'Tài khoản đã bị khóa', en: 'The account was locked' },
  machine_removed: { vi: 'Người dùng đã bỏ một thiết bị', en: 'The person removed a machine' },
} as const;

const CREDENTIAL_REASONS = {
  create: { vi: 'Đã thêm cách xác thực', en: 'A credential was added' },
  update: { vi: 'Đã đổi cách xác thực', en: 'A credential was changed' },
  delete: { vi: 'Đã bỏ cách xác thực', en: 'A credential was removed' },
  revoke: { vi: 'Cách xác thực không còn dùng được', en: 'A credential was revoked' },
} as const;
