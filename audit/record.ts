// What happened, written in the transaction in which it happened. Bodies hold words, ids of
// clients and services, and levels: never a name, number, phone, code or token.

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { uuidv7 } from '../keys/uuid.ts';

export type AccessEvent = {
  readonly kind: AccessKind;
  readonly outcome: 'ok' | 'refused' | 'failed';
  readonly actor: 'self' | 'representative' | 'operator' | 'system' | 'service';
  /** Whose account; absent for events about nobody we know. */
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
};

export type AccessKind =
  | 'login.zalo'
  | 'login.ended'
  | 'stepup.vneid'
  | 'stepup.code_sent'
  | 'stepup.code'
  | 'stepup.completed'
  | 'identity.bound'
  | 'token.issued'
  | 'token.replayed'
  | 'key.rotated'
  | 'service.added'
  | 'catalogue.published';

/** The log an event belongs to: one origin a year, fixed when written. */
export const logOf = (log: 'access' | 'consent', origin: string, now: Date) =>
  `${origin}/${log}/${now.getUTCFullYear()}`;

/** Appends one event to the access log, on the running transaction. */
export async function recordAccess(
  db: Database,
  origin: string,
  event: AccessEvent,
  now: Date,
): Promise<void> {
  const opening = randomBytes(32);
  const body = Buffer.from(JSON.stringify({ ...event.details, kind: event.kind, outcome: event.outcome }));
  const commitment = createHmac('sha256', opening).update(body).digest('base64url');
  await db.run(sql`
    select append_access_event(${uuidv7(now)}, ${event.accountId}, ${randomUUID()}, ${logOf('access', origin, now)},
      ${event.kind}, ${event.outcome}, ${event.actor}, ${event.clientId}, ${event.serviceId}, ${now}, ${body}, ${opening}, ${commitment})`);
}
