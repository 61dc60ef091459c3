// The shape of the vector files, as packages/guard/vectors/README.md describes it.

import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { GuardRequest } from '../../../packages/guard/guard.ts';

const request = z.strictObject({
  method: z.string(),
  url: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  form: z.string().optional(),
});
const allowed = z.strictObject({ ok: z.literal(true), principal: z.looseObject({ sub: z.string() }) });
const refused = z.strictObject({
  ok: z.literal(false),
  status: z.int(),
  error: z.string().optional(),
  problem_type: z.url(),
  header_fragments: z.record(z.string(), z.array(z.string())),
  absent_headers: z.array(z.string()),
  forbidden_fragments: z.array(z.string()),
});
const vectorCase = z.strictObject({
  name: z.string(),
  row: z.union([z.int(), z.enum(['allowed', 'handover', 'unavailable'])]),
  action: z.string(),
  request,
  feed: z.looseObject({}).nullable().optional(),
  settings: z.strictObject({ audience: z.string() }).optional(),
  nonce_secret: z.string().optional(),
  before: z.array(z.string()).optional(),
  expect: z.discriminatedUnion('ok', [allowed, refused]),
});

export type VectorCase = z.infer<typeof vectorCase>;

export const checkFile = z.strictObject({
  clock: z.int(),
  settings: z.strictObject({
    issuer: z.url(),
    audience: z.url(),
    base_url: z.url(),
    acr_base: z.url(),
  }),
  jwks: z.custom<JSONWebKeySet>(),
  catalogue: z.looseObject({}),
  catalogue_jws: z.string(),
  feed: z.looseObject({}),
  app_key: z.looseObject({}),
  cases: z.array(vectorCase),
});

export type CheckFile = z.infer<typeof checkFile>;

const facts = z.strictObject({
  acr: z.string().optional(),
  authTime: z.int().optional(),
  amr: z.array(z.string()),
  identitySource: z.string().optional(),
  scopes: z.array(z.string()),
  purposes: z.array(z.string()),
  clientId: z.string(),
  clientClass: z.enum(['first_party', 'gov_portal', 'service']).optional(),
});

export const decideFile = z.strictObject({
  clock: z.int(),
  acr_base: z.url(),
  levels: z.array(z.string()),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      action: z
        .strictObject({ require: z.looseObject({}), handover: z.string(), effectiveAt: z.int() })
        .nullable(),
      facts,
      expect: z.strictObject({
        allow: z.boolean(),
        row: z.string(),
        failed: z.array(z.string()),
        level: z.int(),
        age: z.int().nullable(),
      }),
    }),
  ),
});

const route = z.strictObject({ method: z.string(), path: z.string() });
export const routeFile = z.strictObject({
  service: z.strictObject({
    public: z.array(route),
    actions: z.array(z.strictObject({ action: z.string(), http: z.array(route) })),
  }),
  cases: z.array(
    z.strictObject({ name: z.string(), method: z.string(), path: z.string(), expect: z.string().nullable() }),
  ),
});

export function requestOf({ request: { method, url, headers, form } }: VectorCase): GuardRequest {
  return {
    method,
    url,
    headers: {},
    rawHeaders: headers.flat(),
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  };
}
