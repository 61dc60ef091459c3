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
  | 'login.recovery'
  | 'login.evidence_replayed'
  | 'login.session_moved'
  | 'login.resumed'
  | 'login.ended'
  | 'login.zalo_revoked'
  | 'hotline.linked'
  | 'hotline.unlinked'
  | 'stepup.vneid'
  | 'stepup.code_sent'
  | 'stepup.code'
  | 'stepup.code_disabled'
  | 'stepup.card'
  | 'stepup.chip'
  | 'stepup.passkey'
  | 'stepup.browser'
  | 'stepup.completed'
  | 'passkey.added'
  | 'passkey.renamed'
  | 'passkey.removed'
  | 'passkey.alarm'
  | 'recovery.made'
  | 'recovery.used'
  | 'identity.bound'
  | 'identity.move_asked'
  | 'identity.moved'
  | 'stepup.brake'
  | 'guardian.recorded'
  | 'guardian.ended'
  | 'guardian.asked'
  | 'guardian.answered'
  | 'assisted.asked'
  | 'assisted.approved'
  | 'assisted.denied'
  | 'assisted.expired'
  | 'token.issued'
  | 'claims.released'
  | 'token.replayed'
  | 'key.rotated'
  | 'signals.stream_changed'
  | 'signals.paused'
  | 'signals.retried'
  | 'service.added'
  | 'staff.invited'
  | 'staff.accepted'
  | 'staff.signed_in'
  | 'staff.signed_out'
  | 'staff.disabled'
  | 'staff.reset'
  | 'counter.claimed'
  | 'counter.checked'
  | 'counter.confirmed'
  | 'counter.sent_on'
  | 'counter.refused'
  | 'counter.opened'
  | 'counter.number_replaced'
  | 'account.locked'
  | 'account.unlocked'
  | 'account.noticed'
  | 'device.held'
  | 'device.removed'
  | 'channel.stopped'
  | 'channel.started'
  | 'catalogue.proposed'
  | 'catalogue.approved'
  | 'catalogue.refused'
  | 'catalogue.published';

/** The log an event belongs to: one origin a year, fixed when written. */
export const logOf = (log: 'access' | 'consent', origin: string, now: Date) =>
  `${origin}/${log}/${now.getUTCFullYear()}`;

type Recorded = { readonly event: AccessEvent; readonly now: Date };

/** Appends one event to the access log, on the running transaction. */
export const recordAccess = (db: Database, origin: string, event: AccessEvent, now: Date): Promise<void> =>
  recordAll(db, origin, [{ event, now }]);

/** Appends events in their order, in one statement. */
export async function recordAll(db: Database, origin: string, events: readonly Recorded[]): Promise<void> {
  const rows = events.map(({ event, now }) => {
    const opening = randomBytes(32);
    const body = Buffer.from(JSON.stringify({ ...event.details, kind: event.kind, outcome: event.outcome }));
    const commitment = createHmac('sha256', opening).update(body).digest('base64url');
    return { event, now, opening, body, commitment };
  });
  const column = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
  await db.run(sql`
    select append_access_event(e.id, e.account, e.stream, e.log, e.kind, e.result, e.actor, e.client, e.service, e.at, e.details, e.opening, e.commitment)
    from unnest(${column(({ now }) => uuidv7(now))}::uuid[], ${column(({ event }) => event.accountId ?? null)}::uuid[],
      ${column(() => randomUUID())}::uuid[], ${column(({ now }) => logOf('access', origin, now))}::text[],
      ${column(({ event }) => event.kind)}::text[], ${column(({ event }) => event.outcome)}::text[],
      ${column(({ event }) => event.actor)}::text[], ${column(({ event }) => event.clientId ?? null)}::text[],
      ${column(({ event }) => event.serviceId ?? null)}::text[], ${column(({ now }) => now)}::timestamptz[],
      ${column(({ body }) => body)}::bytea[], ${column(({ opening }) => opening)}::bytea[], ${column(({ commitment }) => commitment)}::text[])
      with ordinality as e (id, account, stream, log, kind, result, actor, client, service, at, details, opening, commitment, n)
    order by e.n`);
}
