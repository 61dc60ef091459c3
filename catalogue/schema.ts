// The shape of one file in policies/services: one service, its purposes, its actions (protocol §11,
// law contract §§2, 5). Rules that need more than one value at a time are in lint.ts.

import { z } from 'zod';

const sentence = z.string().trim().min(1);
const words = z.strictObject({ vi: sentence, en: sentence });
const name = z
  .string()
  .regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'chỉ dùng chữ thường không dấu, số, dấu chấm, dấu gạch nối');
const day = z.iso.date('phải là ngày dạng 2026-01-31');
const duration = z
  .string()
  .regex(/^P(\d+Y)?(\d+M)?(\d+D)?$/, 'phải là thời hạn như P2Y, P6M hoặc P30D')
  .min(3);
const scope = z.string().regex(/^svc:[a-z0-9.:-]+$/, 'phạm vi phải có dạng svc:dichvu:viec');
const route = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9._~{}/-]*$/, 'đường dẫn bắt đầu bằng / và không có dấu cách, ? hoặc #'),
});

export const methodNames = ['zalo', 'otp', 'sms', 'vneid', 'sc', 'face', 'hwk', 'user'] as const;
export const evidenceNames = ['vneid', 'chip_c06', 'register_match', 'counter'] as const;

const requirement = z.strictObject({
  level: z.union([z.literal(1), z.literal(2)]),
  maxAge: z.int().min(0).optional(),
  scopes: z.array(scope).min(1),
  consent: z.strictObject({ purpose: name }).optional(),
  evidenceAnyOf: z.array(z.enum(evidenceNames)).min(1).optional(),
  amrAnyOf: z
    .array(z.array(z.enum(methodNames)).min(1))
    .min(1)
    .optional(),
  clients: z
    .array(z.enum(['first_party', 'gov_portal', 'service']))
    .min(1)
    .optional(),
});

const action = z.strictObject({
  action: name,
  title: words,
  http: z.array(route).min(1),
  require: requirement,
  // Whatever a file does not say aloud belongs to the national portal (law contract §2).
  handover: z.enum(['local', 'national_portal']).default('national_portal'),
  risk: z.enum(['low', 'medium', 'high']),
  legal: sentence.optional(),
  owner: sentence,
  effectiveFrom: day,
  lawfulPurpose: name.optional(),
});

const purpose = z.strictObject({
  id: name,
  version: z.int().min(1),
  title: words,
  text: words,
  basis: z.enum(['consent', 'art19_1_a', 'art19_1_b', 'art19_1_c', 'art19_1_d', 'other_law']),
  basisRef: sentence.optional(),
  data: z.array(
    z.strictObject({
      claim: z.string().regex(/^[a-z][a-z0-9_]*$/, 'tên dữ liệu dùng chữ thường, số và dấu gạch dưới'),
      class: z.enum(['basic', 'sensitive']),
      label: words,
    }),
  ),
  retention: duration,
  retentionText: words,
  recipients: z.array(sentence).min(1),
  needed: z.boolean(),
});

export const serviceFileSchema = z.strictObject({
  service: z.strictObject({
    id: z
      .url({ protocol: /^https$/, error: 'phải là địa chỉ https đầy đủ' })
      .refine(isBareAddress, 'không có dấu / ở cuối, không có ? hoặc #'),
    code: z.string().regex(/^[a-z][a-z0-9]*$/, 'mã dịch vụ chỉ dùng chữ thường không dấu và số'),
    title: words,
    owner: words,
    contact: sentence,
    sector: name,
    tokens: z.enum(['jwt', 'opaque']),
    transferAgreement: sentence.optional(),
    openapi: sentence.optional(),
    public: z.array(route).default([]),
  }),
  issued: day,
  purposes: z.array(purpose),
  actions: z.array(action),
});

export type ServiceFile = z.output<typeof serviceFileSchema>;
export type ActionEntry = ServiceFile['actions'][number];
export type PurposeEntry = ServiceFile['purposes'][number];

function isBareAddress(address: string): boolean {
  return !/[?#]|\/$/.test(address);
}
