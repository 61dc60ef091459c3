// Every setting: what it is, its unit, its default. config.ts reads them.

import { z } from 'zod';

const loopback = (url: URL) => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

// http is accepted only for this machine itself: the sandbox and a sidecar. Anything else is https.
const webUrl = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback(url)))) {
    context.addIssue('must be an https:// address (http:// only for localhost)');
    return z.NEVER;
  }
  return text.replace(/\/+$/, '');
});

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const decimal = z.string().regex(/^\d+$/, 'must be decimal digits');
const secret = z.string().min(1, 'is missing');
const word = z.string().trim().min(1).max(200);
const key256 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 random bytes as base64url without padding (43 characters)');
const listen = z
  .string()
  .regex(/^(?:[^\s:]+|\[[0-9a-f:]+\]):\d{1,5}$/i, 'must look like 127.0.0.1:8080')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'must have a port up to 65535');

const jwk = z.string().transform((text, context) => {
  try {
    const parsed: unknown = JSON.parse(text);
    return z.looseObject({ kty: z.string(), d: z.string() }).parse(parsed);
  } catch {
    context.addIssue('must be a private key as JWK JSON');
    return z.NEVER;
  }
});

// One line a setting: what it is, its unit, its default. `bin/tnid check-config --help` prints this list.
export const settings = {
  TNID_ISSUER: {
    // Compared byte by byte by every client, so only the one canonical spelling is taken (RFC 8414 section 2).
    schema: webUrl.refine((url) => new URL(url).origin === url, 'must have no path, query or default port'),
    about: 'issuer address, scheme and host of every public URL; no path',
  },
  TNID_LISTEN: {
    schema: listen.prefault('127.0.0.1:8080'),
    about: 'address and port of the public listener',
  },
  TNID_METRICS_LISTEN: {
    schema: listen.optional(),
    about: 'address and port for /metrics; unset = no metrics listener',
  },
  TNID_TRUSTED_PROXIES: {
    schema: decimal.prefault('0').transform(Number).pipe(z.number().max(5)),
    about: 'how many proxies in front set X-Forwarded-For (0 = use the socket address)',
  },
  TNID_INTRANET_HOSTS: {
    schema: list.prefault(''),
    about:
      'host:port of our own clients on private addresses that back-channel logout and pushed events may reach, comma separated; others on private addresses are refused',
  },
  TNID_DATABASE_URL: {
    schema: z.string().regex(/^postgres(ql)?:\/\//, 'must be postgres://…'),
    about: 'PostgreSQL 16 or later',
    secret: true,
  },
  TNID_DATABASE_CONNECTIONS: {
    schema: decimal.prefault('10').transform(Number).pipe(z.number().min(2).max(200)),
    about: 'connections of one process (default 10)',
  },
  TNID_KEK: {
    schema: key256,
    about: 'key-encryption key: 32 random bytes, base64url; seals signing keys and personal fields',
    secret: true,
  },
  TNID_KEK_PREVIOUS: {
    schema: list.pipe(z.array(key256)).prefault(''),
    about: 'earlier keys, comma separated, still accepted for opening',
    secret: true,
  },
  TNID_ACR_BASE: {
    schema: webUrl.transform((url) => `${url}/`).optional(),
    about: 'base of the level URIs; default <issuer>/acr/',
  },
  TNID_LOG_LEVEL: {
    schema: z.enum(['error', 'warn', 'info', 'debug']).prefault('info'),
    about: 'lowest level written',
  },
  TNID_SHUTDOWN_SECONDS: {
    schema: decimal.prefault('20').transform(Number),
    about: 'how long running requests may finish after SIGTERM',
  },

  TNID_ZALO_APP_ID: { schema: decimal, about: 'Zalo App id (decimal string)' },
  TNID_ZALO_APP_SECRET: { schema: secret, about: 'Zalo App secret', secret: true },
  TNID_ZALO_MINIAPP_ID: {
    schema: decimal.optional(),
    about: 'id of the Zalo mini app: addresses that open it again are made of it',
  },
  TNID_ZALO_INFO_PROOF: {
    schema: z.enum(['on', 'off']).prefault('off'),
    about:
      'whether Zalo wants `appsecret_proof` with a phone token, too: not known before a trial with a real app',
  },
  TNID_ZALO_OAUTH_URL: { schema: webUrl.prefault('https://oauth.zaloapp.com'), about: 'Zalo Social OAuth' },
  TNID_ZALO_GRAPH_URL: { schema: webUrl.prefault('https://graph.zalo.me'), about: 'Zalo Graph' },
  TNID_ZALO_CALLS_PER_MINUTE: {
    schema: decimal.prefault('4000').transform(Number).pipe(z.number().min(1).max(4_000)),
    about:
      "this process's share of the 4000 calls a minute that Zalo Graph takes from one app: divide by processes",
  },
  TNID_ZALO_OPENAPI_URL: {
    schema: webUrl.prefault('https://openapi.zalo.me'),
    about: 'Zalo Official Account API',
  },
  TNID_ZALO_ZNS_URL: {
    schema: webUrl.prefault('https://business.openapi.zalo.me'),
    about: 'Zalo template messages',
  },
  TNID_ZALO_MINIAPP_API_KEY: {
    schema: secret.optional(),
    about: 'key of its Open APIs: signs the news that a citizen took the consent back; unset = none is taken',
    secret: true,
  },

  TNID_VNEID_ISSUER: {
    schema: webUrl,
    about: 'issuer of the VNeID / national portal sign-on, as in its ID tokens',
  },
  TNID_VNEID_AUTHORIZATION_URL: { schema: webUrl, about: 'its authorization endpoint' },
  TNID_VNEID_TOKEN_URL: { schema: webUrl, about: 'its token endpoint' },
  TNID_VNEID_USERINFO_URL: { schema: webUrl, about: 'its userinfo endpoint' },
  TNID_VNEID_JWKS_URL: { schema: webUrl, about: 'its key set' },
  TNID_VNEID_CLIENT_ID: { schema: secret, about: 'our client id there' },
  TNID_VNEID_CLIENT_SECRET: {
    schema: secret.optional(),
    about: 'client secret (or TNID_VNEID_PRIVATE_KEY)',
    secret: true,
  },
  TNID_VNEID_PRIVATE_KEY: { schema: jwk.optional(), about: 'private_key_jwt key as JWK', secret: true },
  TNID_VNEID_ACR_VALUES: { schema: z.string().prefault('LoA1'), about: 'acr_values sent upstream' },
  TNID_VNEID_IDP_VALUES: { schema: list.prefault('BCA'), about: 'accepted loginIdp values' },
  TNID_VNEID_MIN_IAL: {
    schema: decimal.prefault('2').transform(Number).pipe(z.number().min(1).max(4)),
    about: 'lowest account level accepted',
  },
  TNID_VNEID_ALGORITHMS: {
    schema: list.pipe(z.array(z.enum(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']))).prefault('RS256,ES256'),
    about: 'accepted ID token algorithms',
  },

  TNID_REGISTER_URL: {
    schema: webUrl.optional(),
    about: 'population register through the provincial exchange; unset = no card or counter step',
  },
  TNID_REGISTER_INTEGRATION: { schema: word.optional(), about: 'our integration there (MaTichHop)' },
  TNID_REGISTER_SERVICE: { schema: word.optional(), about: 'declared procedure we ask under (MaDVC)' },
  TNID_REGISTER_OFFICER: { schema: word.optional(), about: 'who asks when no officer does (MaCanBo)' },
  TNID_REGISTER_LEGAL_BASIS: { schema: word.optional(), about: 'legal basis of asking, such as art19_1_c' },
  TNID_REGISTER_LEGAL_REF: { schema: word.optional(), about: 'where that basis is written' },
  TNID_REGISTER_MATCH: {
    schema: z.enum(['on', 'off']).prefault('on'),
    about: 'whether a register match counts for level 2 (off: the register serves only the counter)',
  },
  TNID_CSCA_DIR: { schema: word.optional(), about: 'trust anchors of identity cards, see `tnid csca`' },
  TNID_CARD_AUTHORITY_URL: { schema: webUrl.optional(), about: 'tells whether a card is in force' },
  TNID_CARD_AUTHORITY_API_KEY: { schema: secret.optional(), about: 'our key there', secret: true },
  TNID_SMS_URL: { schema: webUrl, about: 'SMS gateway' },
  TNID_SMS_API_KEY: { schema: secret, about: 'key for the SMS gateway', secret: true },
  TNID_SMS_PER_HOUR: {
    schema: decimal.prefault('2000').transform(Number).pipe(z.number().min(1)),
    about: 'messages all citizens together may cost in an hour; beyond it none is sent',
  },
  TNID_SMS_PER_DAY: {
    schema: decimal.prefault('20000').transform(Number).pipe(z.number().min(1)),
    about: 'the same for a day; both hold for each message channel by itself',
  },
  TNID_SMS_WEBHOOK_SECRET: {
    schema: z.string().min(32, 'must have at least 32 characters').optional(),
    about: 'with it the SMS gateway signs delivery reports; unset = none are taken',
    secret: true,
  },
  TNID_SMS_BRAND: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,11}$/)
      .prefault('TAYNINH'),
    about: 'registered brand name',
  },
  TNID_ZNS_OA_ID: {
    schema: decimal.optional(),
    about: 'Official Account that sends template messages through Zalo; unset = this channel is not offered',
  },
  TNID_ZNS_REFRESH_TOKEN: {
    schema: secret.optional(),
    about: 'its refresh token as the owner got it; later ones are kept sealed, a new one here replaces them',
    secret: true,
  },
  TNID_ZNS_CODE_TEMPLATE: { schema: decimal.optional(), about: 'template for codes, parameter otp' },
  TNID_ZNS_NOTICE_TEMPLATE: {
    schema: decimal.optional(),
    about: 'template for notices, parameter noi_dung; unset = notices go by SMS alone',
  },
  TNID_OA_SECRET: {
    schema: secret.optional(),
    about: 'OA Secret Key of its webhook page, not the app secret; unset = its events are refused',
    secret: true,
  },
  TNID_HOTLINE_OA_ID: {
    schema: decimal.optional(),
    about: 'Official Account of the 1022 hotline, whose events may ask for a citizen; unset = none may',
  },
  TNID_HOTLINE_APP_ID: { schema: decimal.optional(), about: 'Zalo App the hotline speaks through' },
  TNID_HOTLINE_CLIENT_ID: {
    schema: word.prefault('nhan-tin-1022'),
    about: 'client id under which the hotline asks for tokens (default nhan-tin-1022)',
  },
  TNID_HOTLINE_OA_SECRET: {
    schema: secret.optional(),
    about: 'OA Secret Key of the hotline: its events are verified with it',
    secret: true,
  },
} as const satisfies Record<string, { schema: z.ZodType; about: string; secret?: true }>;

export const REGISTER_TERMS = [
  'TNID_REGISTER_INTEGRATION',
  'TNID_REGISTER_SERVICE',
  'TNID_REGISTER_OFFICER',
  'TNID_REGISTER_LEGAL_BASIS',
  'TNID_REGISTER_LEGAL_REF',
] as const satisfies readonly (keyof typeof settings)[];

export const ZNS_TERMS = [
  'TNID_ZNS_REFRESH_TOKEN',
  'TNID_ZNS_CODE_TEMPLATE',
] as const satisfies readonly (keyof typeof settings)[];

/** Together or not at all. */
export const HOTLINE_TERMS = [
  'TNID_HOTLINE_OA_ID',
  'TNID_HOTLINE_APP_ID',
  'TNID_HOTLINE_OA_SECRET',
] as const satisfies readonly (keyof typeof settings)[];
