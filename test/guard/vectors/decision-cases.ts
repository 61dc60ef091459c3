// Rows 5–10, the outage, and which row wins.

import type { Draft, Row } from './draft.ts';
import { acr, clock, feed, settings } from './ground.ts';

const challenge = (parts: readonly string[]): object => ({ header_fragments: { 'WWW-Authenticate': parts } });
const described = (text: string): object => challenge([`error="invalid_token", error_description="${text}"`]);
const ended = { problem_type: `${settings.issuer}/problems/ended`, ...described('ended') };
const old = (seconds: number): object => ({ as_of: clock - seconds, entries: [] });

const ageAndMethod: readonly (readonly [string, object])[] = [
  ['level 1', { acr: acr(1) }],
  ['no level', { acr: undefined }],
  ['a level nobody knows', { acr: acr(3) }],
  ['level of another issuer', { acr: 'https://id.example.com/acr/2' }],
  ['level with a digit too many', { acr: `${acr(2)}0` }],
  ['level proven too long ago', { auth_time: clock - 306 }],
  ['time of the level missing', { auth_time: undefined }],
  ['time of the level in the future', { auth_time: clock + 11 }],
  ['identity from a source that is not accepted', { identity_source: 'register_match' }],
  ['no identity source', { identity_source: undefined }],
];

export const decisionCases: readonly Draft[] = [
  {
    name: 'consent withdrawn',
    row: 5,
    claims: { consent_id: 'c_withdrawn' },
    expect: described('consent_withdrawn'),
  },
  {
    name: 'consent withdrawn, and the token names no version',
    row: 5,
    claims: { consent_id: 'c_withdrawn', consent_ver: undefined },
    expect: described('consent_withdrawn'),
  },
  { name: 'consent given again', row: 'allowed', claims: { consent_id: 'c_withdrawn', consent_ver: 8 } },
  { name: 'account locked', row: 5, claims: { sub: 'locked' }, expect: ended },
  { name: 'client ended', row: 5, claims: { client_id: 'bad-client' }, expect: ended },
  {
    name: 'lost phone: one client of a person',
    row: 5,
    claims: { sub: 'lost-phone', client_id: 'portal' },
    expect: ended,
  },
  {
    name: 'lost phone: the other clients of the person',
    row: 'allowed',
    claims: { sub: 'lost-phone', client_id: 'miniapp' },
  },
  {
    name: 'all tokens before now ended',
    row: 5,
    feed: { as_of: clock, entries: [{ k: 'all', min_iat: clock - 29 }] },
    expect: ended,
  },
  {
    name: 'token issued in the very second of the watermark',
    row: 'allowed',
    feed: { as_of: clock, entries: [{ k: 'all', min_iat: clock - 30 }] },
  },
  { name: 'feed silent for 60 s: level 2 still decided', row: 'allowed', feed: old(60) },
  { name: 'feed silent for 61 s: level 2 not decided', row: 'unavailable', feed: old(61) },
  { name: 'feed silent for 61 s: level 1 decided', row: 'allowed', action: 'nuoc.xem', feed: old(61) },
  {
    name: 'feed silent for 600 s: level 1 still decided',
    row: 'allowed',
    action: 'nuoc.xem',
    feed: old(600),
  },
  { name: 'feed silent for 601 s: nothing decided', row: 'unavailable', action: 'nuoc.xem', feed: old(601) },
  {
    name: 'feed silent, but the withdrawal was heard before',
    row: 5,
    feed: { ...feed, as_of: clock - 601 },
    claims: { consent_id: 'c_withdrawn' },
    expect: described('consent_withdrawn'),
  },
  { name: 'no feed was ever heard', row: 'unavailable', feed: null },
  { name: 'action that is not in the catalogue', row: 6, action: 'nuoc.xoa' },
  { name: 'action of another service', row: 6, action: 'dien.xem' },
  { name: 'action that is not open yet', row: 6, action: 'nuoc.nam-sau' },
  ...ageAndMethod.map(([name, claims]): Draft => ({ name: `step-up: ${name}`, row: 7, claims })),
  {
    name: 'step-up: the whole challenge',
    row: 7,
    claims: { acr: acr(1) },
    expect: challenge([
      `DPoP error="insufficient_user_authentication", error_description="A higher or fresher authentication is required", acr_values="${acr(2)}", max_age="300", scope="svc:nuoc:ky", algs="ES256", resource_metadata="${settings.baseUrl}/.well-known/oauth-protected-resource"`,
    ]),
  },
  {
    name: 'step-up to level 1 names both levels',
    row: 7,
    action: 'nuoc.xem',
    claims: { acr: undefined },
    expect: challenge([`acr_values="${acr(1)} ${acr(2)}", max_age="28800"`]),
  },
  {
    name: 'step-up: methods of the token are none of the alternatives',
    row: 7,
    action: 'nuoc.doi-ten',
    claims: { amr: ['zalo', 'sc'] },
  },
  {
    name: 'one alternative of methods is whole',
    row: 'allowed',
    action: 'nuoc.doi-ten',
    claims: { amr: ['face', 'otp', 'sc'] },
  },
  {
    name: 'level proven 305 s ago is within the tolerance',
    row: 'allowed',
    claims: { auth_time: clock - 305 },
  },
  {
    name: 'time of the level 10 s ahead is within the tolerance',
    row: 'allowed',
    claims: { auth_time: clock + 10 },
  },
  {
    name: 'scope missing',
    row: 8,
    claims: { scope: 'svc:nuoc:xem' },
    expect: challenge(['error="insufficient_scope"', 'scope="svc:nuoc:ky"']),
  },
  { name: 'no scope at all', row: 8, claims: { scope: undefined } },
  { name: 'scope that only begins like ours', row: 8, claims: { scope: 'svc:nuoc:ky-gia' } },
  { name: 'one of two scopes', row: 8, action: 'nuoc.doi-ten', claims: { scope: 'svc:nuoc:ky' } },
  { name: 'consent for another purpose', row: 9, claims: { purposes: ['nuoc.bao-tin'] } },
  { name: 'no consent', row: 9, claims: { purposes: undefined } },
  { name: 'client of another class', row: 10, claims: { client_class: 'service' } },
  { name: 'client without a class', row: 10, claims: { client_class: undefined } },
  { name: 'client of a class nobody knows', row: 10, claims: { client_class: 'administrator' } },
  { name: 'hand-over to the national portal', row: 'handover', action: 'nuoc.lap-dat' },
  { name: 'hand-over only after the step-up', row: 7, action: 'nuoc.lap-dat', claims: { acr: acr(1) } },
];

/** What makes a request fail in one row and leaves the others as they are. */
const failures: readonly { readonly row: Row; readonly change: Partial<Draft> }[] = [
  { row: 1, change: { moreHeaders: [['Authorization', 'DPoP second']] } },
  // Row 2 cannot stand beside 3–10: without a token there is nothing else to find.
  { row: 3, change: { claims: { aud: 'https://dien.example.vn' } } },
  { row: 4, change: { proof: { claims: { htm: 'DELETE' } } } },
  { row: 5, change: { claims: { consent_id: 'c_withdrawn' } } },
  { row: 6, change: { action: 'nuoc.xoa' } },
  { row: 7, change: { claims: { acr: acr(1) } } },
  { row: 8, change: { claims: { scope: '' } } },
  { row: 9, change: { claims: { purposes: [] } } },
  { row: 10, change: { claims: { client_class: 'service' } } },
];

/** Every pair of rows in one request; the earlier one is the answer. */
export const pairCases: readonly Draft[] = [
  {
    name: 'rows 1 and 2: a token in the URL and none in the header',
    row: 1,
    url: '/hop-dong/123/ky?access_token=x',
    headers: [],
  },
  { name: 'rows 2 and 4: no token and a broken proof', row: 2, headers: [['DPoP', 'a.b.c']] },
  { name: 'rows 2 and 6: no token and an unknown action', row: 2, headers: [], action: 'nuoc.xoa' },
  ...failures.flatMap((first, index) =>
    failures.slice(index + 1).map((second): Draft => ({
      name: `rows ${first.row} and ${second.row}`,
      row: first.row,
      ...second.change,
      ...first.change,
      claims: { ...second.change.claims, ...first.change.claims },
    })),
  ),
];
