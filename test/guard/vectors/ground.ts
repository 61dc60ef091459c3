// What all token vectors share: a moment, keys, a catalogue and a feed of their own, so that a change
// of the real services does not change what a guard in another language is tested with.

import { keyFrom, part, proofJwk, publicJwk, signJws, thumbprint } from './sign.ts';

/** 2026-11-22 17:00:00 UTC. Every vector happens at this moment. */
export const clock = 1_795_366_800;
export const settings = {
  issuer: 'https://id.example.vn',
  audience: 'https://nuoc.example.vn',
  baseUrl: 'https://api.nuoc.example.vn',
  acrBase: 'https://id.example.vn/acr/',
};
export const opaqueAudience = 'https://bhyt.example.vn';
export const acr = (level: number): string => `${settings.acrBase}${level}`;

export const keys = {
  issuer: keyFrom('issuer-2026-11'),
  twin: keyFrom('twin'),
  thief: keyFrom('thief'),
  app: keyFrom('app'),
  otherApp: keyFrom('other-app'),
};
const twins = [
  { ...publicJwk(keys.twin), kid: 'twice' },
  { ...publicJwk(keys.thief), kid: 'twice' },
];
export const jwks = { keys: [publicJwk(keys.issuer), ...twins] };

const scopeOf = (name: string): string => `svc:nuoc:${name}`;
const action = (
  name: string,
  method: string,
  path: string,
  require: object,
  more: {
    readonly risk?: string;
    readonly handover?: string;
    readonly effectiveAt?: number;
    readonly service?: string;
  } = {},
) => ({
  action: name,
  service: settings.audience,
  title: { vi: name, en: name },
  http: [{ method, path }],
  require,
  risk: 'medium',
  handover: 'local',
  effectiveFrom: '2026-01-01',
  effectiveAt: 1_767_200_400,
  ...more,
});

const signing = { level: 2, maxAge: 300, scopes: [scopeOf('ky')], consent: { purpose: 'nuoc.hop-dong' } };
export const actions = [
  action(
    'nuoc.xem',
    'GET',
    '/hoa-don',
    { level: 1, maxAge: 28_800, scopes: [scopeOf('xem')] },
    { risk: 'low' },
  ),
  action(
    'nuoc.ky',
    'POST',
    '/hop-dong/{ma}/ky',
    { ...signing, evidenceAnyOf: ['vneid', 'chip_c06'], clients: ['first_party', 'gov_portal'] },
    { risk: 'high' },
  ),
  action('nuoc.doi-ten', 'PUT', '/hop-dong/{ma}', {
    level: 2,
    maxAge: 900,
    scopes: [scopeOf('ky'), scopeOf('xem')],
    amrAnyOf: [['vneid'], ['sc', 'face'], ['hwk']],
  }),
  action(
    'nuoc.lap-dat',
    'POST',
    '/lap-dat',
    { level: 2, maxAge: 900, scopes: [scopeOf('ky')] },
    { handover: 'national_portal' },
  ),
  action(
    'nuoc.nam-sau',
    'POST',
    '/nam-sau',
    { level: 1, scopes: [scopeOf('xem')] },
    { effectiveAt: clock + 86_400 },
  ),
  action(
    'dien.xem',
    'GET',
    '/dien',
    { level: 1, scopes: [scopeOf('xem')] },
    { service: 'https://dien.example.vn' },
  ),
];
export const catalogue = {
  iss: settings.issuer,
  iat: clock - 3600,
  version: 'cat-2026-11-22#0000',
  services: [
    { id: settings.audience, tokens: 'jwt', public: [{ method: 'GET', path: '/gia-nuoc' }] },
    { id: opaqueAudience, tokens: 'opaque', public: [] },
    { id: 'https://dien.example.vn', tokens: 'jwt', public: [] },
  ],
  actions,
  purposes: [],
};
export const feed = {
  as_of: clock - 2,
  entries: [
    { k: 'consent', id: 'c_withdrawn', min_ver: 8 },
    { k: 'sub', id: 'locked', min_iat: clock + 1 },
    { k: 'sub', id: 'lost-phone', client_id: 'portal', min_iat: clock + 1 },
    { k: 'client', id: 'bad-client', min_iat: clock + 1 },
  ],
};

export const goodClaims = {
  iss: settings.issuer,
  aud: settings.audience,
  sub: 'pairwise-1',
  client_id: 'miniapp',
  iat: clock - 30,
  exp: clock + 270,
  jti: 'token-1',
  scope: `${scopeOf('xem')} ${scopeOf('ky')}`,
  acr: acr(2),
  auth_time: clock - 40,
  amr: ['zalo', 'vneid', 'otp'],
  consent_id: 'c_1',
  consent_ver: 7,
  purposes: ['nuoc.hop-dong'],
  client_class: 'first_party',
  identity_source: 'vneid',
  pol: catalogue.version,
  cnf: { jkt: thumbprint(keys.app) },
};
export const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: keys.issuer.kid };

export function token(claims: object = {}, header: object = {}, key = keys.issuer): string {
  return signJws(key, { ...goodHeader, ...header }, { ...goodClaims, ...claims });
}

export function catalogueJws(): string {
  return signJws(keys.issuer, { alg: 'ES256', typ: 'tn-catalogue+jwt', kid: keys.issuer.kid }, catalogue);
}

export { part, proofJwk };
