// The citizen's own records as the account's API gives them ({issuer}/me).

import * as z from 'zod/mini';

export const meSchema = z.object({
  name: z.optional(z.nullable(z.string())),
  level: z.union([z.literal(1), z.literal(2)]),
  /** Until when level 2 stands in this launch. */
  valid_until: z.optional(z.string()),
  /** Who the person is has been proven at some time. */
  identity: z.optional(z.object({ since: z.string(), until: z.optional(z.string()) })),
  notices: z.optional(z.array(z.object({ at: z.string(), title: z.string() }))),
});
export type Me = z.infer<typeof meSchema>;

const consentSchema = z.object({
  record_id: z.string(),
  version: z.number(),
  title: z.string(),
  state: z.string(),
  live: z.boolean(),
  at: z.string(),
  until: z.optional(z.string()),
  stops: z.optional(z.array(z.string())),
  event_id: z.optional(z.string()),
});
export type OwnConsent = z.infer<typeof consentSchema>;
export const consentsSchema = z.object({
  services: z.array(z.object({ id: z.string(), title: z.string(), consents: z.array(consentSchema) })),
  history: z.array(z.object({ at: z.string(), title: z.string(), detail: z.optional(z.string()) })),
});

export const withdrawnSchema = z.object({
  stopped_at: z.string(),
  receipt_event: z.optional(z.string()),
  recipients: z.optional(z.array(z.object({ service: z.string(), stopped_at: z.optional(z.string()) }))),
});
export type Withdrawn = z.infer<typeof withdrawnSchema>;

const lineSchema = z.union([z.string(), z.object({ label: z.string(), value: z.string() })]);
export const receiptSchema = z.object({
  title: z.string(),
  /** The purpose in the words that were agreed to. */
  text: z.optional(z.string()),
  lines: z.array(lineSchema),
  jwt: z.string(),
});

export const readsSchema = z.object({
  days: z.array(
    z.object({
      date: z.string(),
      service: z.string(),
      title: z.string(),
      count: z.number(),
      by: z.optional(z.string()),
    }),
  ),
});

export const devicesSchema = z.object({
  devices: z.array(
    z.object({ id: z.string(), kind: z.string(), last_seen: z.string(), current: z.boolean() }),
  ),
  /** Log-ins under way, one a launch. */
  sessions: z.optional(
    z.array(
      z.object({ id: z.string(), opened_at: z.string(), kind: z.optional(z.string()), current: z.boolean() }),
    ),
  ),
});

const purposeSchema = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  data: z.array(z.object({ label: z.string(), sensitive: z.boolean() })),
  retention: z.string(),
  recipients: z.array(z.string()),
  basis: z.enum(['consent', 'law']),
  basis_ref: z.exactOptional(z.string()),
  needed: z.boolean(),
  asked: z.boolean(),
  current: z.exactOptional(z.enum(['given', 'refused'])),
});

const requestSchema = z.object({
  id: z.string(),
  /** Who asks: an officer, and from which desk. */
  by: z.string(),
  title: z.string(),
  service: z.optional(z.string()),
  /** The same letters stand on the officer's screen. */
  code: z.optional(z.string()),
  message: z.optional(z.string()),
  expires_in: z.optional(z.number()),
  /** What has to be answered with it. */
  notice: z.optional(z.object({ purposes: z.array(purposeSchema), text_hash: z.string() })),
});
export type OwnRequest = z.infer<typeof requestSchema>;
export const answeredSchema = z.object({ state: z.enum(['approved', 'denied']) });
export const requestsSchema = z.object({ requests: z.array(requestSchema) });

export const hotlineSchema = z.object({
  linked: z.boolean(),
  since: z.optional(z.string()),
  oa_id: z.optional(z.string()),
  notice: z.object({
    version: z.string(),
    text: z.string(),
    purposes: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        text: z.string(),
        data: z.array(z.string()),
        retention: z.string(),
        recipients: z.array(z.string()),
      }),
    ),
  }),
});
export type OwnHotline = z.infer<typeof hotlineSchema>;
/** `code`: to be written to the hotline's chat, which ties the two together. */
export const linkingSchema = z.object({
  linked: z.boolean(),
  agreed: z.boolean(),
  code: z.optional(z.string()),
});
export const nothingSchema = z.unknown();
