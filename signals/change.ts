// What services are told. Closed: whatever is stored is one of these, and none of them names a person.
// No event loosens anything: a service that hears of level 2 still waits for a token that carries it.

import { z } from 'zod';

/** Kinds a service may ask for, by the last part of their address (CAEP 1.0; ours is the last). */
export const KINDS = [
  'assurance-level-change',
  'session-revoked',
  'credential-change',
  'token-claims-change',
  'consent-withdrawn',
] as const;
export type Kind = (typeof KINDS)[number];

const by = z.enum(['user', 'admin', 'policy', 'system']);
const level = z.union([z.literal(0), z.literal(1), z.literal(2)]);

export const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('assurance-level-change'),
    by,
    level,
    /** Absent: not looked up. CAEP then takes it as unknown. */
    previous: level.optional(),
  }),
  z.strictObject({
    kind: z.literal('session-revoked'),
    by,
    reason: z.enum(['signed_out', 'locked', 'machine_removed']),
  }),
  z.strictObject({
    kind: z.literal('credential-change'),
    by,
    credential: z.enum(['fido2-platform', 'fido2-roaming', 'phone-sms', 'recovery-code']),
    change: z.enum(['create', 'revoke', 'update', 'delete']),
  }),
  z.strictObject({ kind: z.literal('token-claims-change'), by, purposes: z.array(z.string()).readonly() }),
  z.strictObject({
    kind: z.literal('consent-withdrawn'),
    by,
    consentId: z.string(),
    minVersion: z.int(),
    purposes: z.array(z.string()).readonly(),
  }),
]);
export type Change = z.infer<typeof changeSchema>;

/** What concerns the stream itself (SSF 1.0, 8.1.4 and 8.1.5). */
export const streamNewsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('verification'), state: z.string().optional() }),
  z.strictObject({
    kind: z.literal('stream-updated'),
    status: z.enum(['enabled', 'paused', 'disabled']),
    reason: z.string(),
  }),
]);
export type StreamNews = z.infer<typeof streamNewsSchema>;

export const newsSchema = z.union([changeSchema, streamNewsSchema]);
export type News = z.infer<typeof newsSchema>;

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

/** The address of an event type. */
export function eventType(kind: News['kind'], issuer: string): string {
  if (kind === 'consent-withdrawn') return `${issuer}/secevent/consent-withdrawn`;
  return (kind === 'verification' || kind === 'stream-updated' ? SSF : CAEP) + kind;
}

/** The kinds among addresses; unknown ones are passed over (SSF 1.0, 8.1.1). */
export const kindsOf = (types: readonly string[], issuer: string): readonly Kind[] =>
  KINDS.filter((kind) => types.includes(eventType(kind, issuer)));
