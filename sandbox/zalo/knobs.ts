// The twin's knobs: each is one thing Zalo may do, default first (contract §7 and §8).
// Names are the contract's own, so a knob is found there by its name.

import { z } from 'zod';
import { faultSchema } from '../twin/server.ts';

const infoCauses = [
  'badToken',
  'wrongSecret',
  'badCode',
  'usedCode',
  'expiredCode',
  'otherPerson',
  'noPhone',
] as const;

const infoCode = z.strictObject({ error: z.int(), message: z.string() });

const knobShape = {
  'net.fault': faultSchema.extract(['none', 'hang', 'reset', 'truncate', 'html502', 'html504', 'empty200']),
  'json.type': z.enum(['text/json;charset=utf-8', 'application/json']),
  'json.errorAs': z.enum(['int', 'string']),
  'json.okError': z.enum(['zero', 'absent']),
  'json.extra': z.enum(['off', 'unknownFields', 'unknownCode']),
  'oauth.errorTokens': z.enum(['absent', 'empty']),
  'oauth.expiryAs': z.enum(['string', 'number']),
  'console.secretCheck': z.enum(['on', 'off']),
  'console.active': z.enum(['on', 'off']),
  'me.picture': z.enum(['https', 'http']),
  'me.name': z.enum(['set', 'empty', 'missing']),
  /** U1 */
  'authz.match': z.enum(['exact', 'prefix']),
  /** U2 */
  'authz.deny': z.enum(['errorParam', 'noCode', 'never']),
  /** U3 */
  'authz.echo': z.enum(['on', 'off']),
  /** U4 */
  'oauth.verifierCode': z.int(),
  /** U5 */
  'oauth.rtExpiry': z.enum(['present', 'absent']),
  'oauth.tokenLen': z.union([z.literal(300), z.literal(2000)]),
  /** U6 */
  'oauth.consumed': z.enum(['-14014', '-14020', 'empty200']),
  /** U7 */
  'authz.error': z.enum(['page', 'redirect']),
  /** U8 */
  'me.proof': z.enum(['verifyIfPresent', 'require', 'ignore']),
  'me.proofCode': z.int(),
  'me.foreign': z.enum(['reject', 'accept']),
  /** U9 */
  egress: z.enum(['vn', 'foreign']),
  'egress.status': z.union([z.literal(200), z.literal(403)]),
  'egress.idExempt': z.enum(['off', 'on']),
  'egress.token': z.enum(['off', 'on']),
  /** U10 */
  'info.codes': z.record(z.enum(infoCauses), infoCode),
  'info.proof': z.enum(['ignore', 'require']),
  'info.number': z.enum(['84', '0', '+84']),
  /** U11 */
  'ids.byApp': z.enum(['equal', 'different']),
  /** U12 */
  'me.legacy': z.enum(['off', 'on']),
  /** U13: whether the server's token endpoint takes what `getAuthCode` gives in the mini app. */
  'oauth.nativeCode': z.enum(['refuse', 'accept']),
  /** U14: what openOutApp and a link back do. Read by the page that plays Zalo on a phone. */
  'webview.return': z.enum(['relaunch', 'resume', 'never']),
  /** U15 */
  'ma.event': z.enum(['revoke', 'remove']),
  /** U16 */
  'oa.clock': z.enum(['inherit', 'restart']),
  'oa.rotate': z.enum(['always', 'accessOnly']),
  'oa.consumed': z.enum(['empty200', '-14014', '-14020']),
  /** U17 */
  'oa.pkce': z.enum(['console', 'dynamic', 'off']),
  /** U18 */
  'oa.expired': z.union([z.literal(200), z.literal(401)]),
  /** U19 */
  'oa.csData': z.enum(['full', 'minimal']),
  /** U20 */
  'wh.prefix': z.enum(['mac=', 'none', 'sha256=']),
  'wh.first': z.enum(['app_id', 'oa_id']),
  'wh.ts': z.enum(['body', 'header']),
  /** U21 */
  'wh.retry': z.enum(['schedule', '12h', 'none']),
  'wh.dup': z.enum(['off', 'on']),
  'wh.get': z.enum(['off', 'on']),
  /** U22: whether it is night just now, and for whom. */
  'zns.night': z.enum(['off', 'all', 'nonOtp']),
  'zns.delay': z.union([z.int().nonnegative(), z.literal('never')]),
  /** U23 */
  'zns.track': z.enum(['optional', 'required']),
  'zns.dedupe': z.enum(['off', 'on']),
  /** U24 */
  'zns.devShape': z.enum(['nested', 'top']),
  /** U25 */
  'zns.hash': z.enum(['84', '0', '+84']),
  'zns.phone': z.enum(['lenient', 'strict']),
  /** U26 */
  'zns.event': z.enum(['nested', 'flat']),
  'zns.authCode': z.union([z.literal(-124), z.literal(-220)]),
  'zns.times': z.enum(['ordered', 'swapped']),
  /** U27 */
  'me.noToken': z.int(),
  /** Every template message gets this error; 0 leaves it to the number (0900 00d ddd). */
  'zns.error': z.int(),
  /** Every message of an Official Account gets this error; 0 leaves it to the facts. */
  'oa.error': z.int(),

  // Below: not Zalo's behaviour but ours, for tests and demos.
  /** A Zalo id here signs that person in without a page: for load and for scripts. */
  'authz.approve': z.union([z.literal('page'), z.string().regex(/^[1-9][0-9]*$/)]),
  /** An identifier Zalo should never send, which the client must refuse all the same. */
  'me.id': z.enum(['string', 'number', 'null', 'empty', 'missing', 'array', 'words']),
  /** Who is told the person's id at the app's Official Account: Zalo decides by follower or by contract. */
  'me.byOa': z.enum(['follower', 'always', 'never']),
  /** Also tells the Official Account of its own messages (`oa_send_text`). */
  'wh.echo': z.enum(['off', 'on']),
  /** How much faster than at Zalo a failed delivery is repeated: 1000 makes 30 s 30 ms. */
  'wh.compress': z.int().positive(),
  /** Whether a webhook is switched off after its last retry, as Zalo does, until the knobs are reset. */
  'wh.disable': z.enum(['off', 'on']),
  /** Moves the twin's clock forward, so that codes and tokens expire at once. */
  'clock.aheadMs': z.int().nonnegative(),
};

export const knobsSchema = z.strictObject(knobShape);
export const knobChangeSchema = knobsSchema.partial();

export type Knobs = z.infer<typeof knobsSchema>;
/** `undefined` leaves a knob as it is. */
export type KnobChange = z.infer<typeof knobChangeSchema>;
export type InfoCause = (typeof infoCauses)[number];

export const defaultKnobs: Knobs = {
  'net.fault': 'none',
  'json.type': 'text/json;charset=utf-8',
  'json.errorAs': 'int',
  'json.okError': 'zero',
  'json.extra': 'off',
  'oauth.errorTokens': 'absent',
  'oauth.expiryAs': 'string',
  'console.secretCheck': 'on',
  'console.active': 'on',
  'me.picture': 'https',
  'me.name': 'set',
  'authz.match': 'exact',
  'authz.deny': 'errorParam',
  'authz.echo': 'on',
  'oauth.verifierCode': -14005,
  'oauth.rtExpiry': 'present',
  'oauth.tokenLen': 300,
  'oauth.consumed': '-14014',
  'authz.error': 'page',
  'me.proof': 'verifyIfPresent',
  'me.proofCode': -242,
  'me.foreign': 'reject',
  egress: 'vn',
  'egress.status': 200,
  'egress.idExempt': 'off',
  'egress.token': 'off',
  // No table is published: these numbers are invented, only "not 0" is promised (U10).
  'info.codes': {
    badToken: { error: 452, message: 'Session key invalid' },
    wrongSecret: { error: 452, message: 'Session key invalid' },
    badCode: { error: 100, message: 'Invalid parameter' },
    usedCode: { error: 100, message: 'Invalid parameter' },
    expiredCode: { error: 100, message: 'Invalid parameter' },
    otherPerson: { error: 100, message: 'Invalid parameter' },
    noPhone: { error: 10003, message: 'Item missing' },
  },
  'info.proof': 'ignore',
  'info.number': '84',
  'ids.byApp': 'equal',
  'me.legacy': 'off',
  'oauth.nativeCode': 'refuse',
  'webview.return': 'relaunch',
  'ma.event': 'revoke',
  'oa.clock': 'inherit',
  'oa.rotate': 'always',
  'oa.consumed': 'empty200',
  'oa.pkce': 'console',
  'oa.expired': 200,
  'oa.csData': 'full',
  'wh.prefix': 'mac=',
  'wh.first': 'app_id',
  'wh.ts': 'body',
  'wh.retry': 'schedule',
  'wh.dup': 'off',
  'wh.get': 'off',
  'zns.night': 'off',
  'zns.delay': 200,
  'zns.track': 'optional',
  'zns.dedupe': 'off',
  'zns.devShape': 'nested',
  'zns.hash': '84',
  'zns.phone': 'lenient',
  'zns.event': 'nested',
  'zns.authCode': -124,
  'zns.times': 'ordered',
  'me.noToken': 452,
  'zns.error': 0,
  'oa.error': 0,
  'authz.approve': 'page',
  'me.id': 'string',
  'me.byOa': 'follower',
  'wh.echo': 'off',
  'wh.compress': 1000,
  'wh.disable': 'off',
  'clock.aheadMs': 0,
};

/** `knobs` with the named ones changed. */
export function withChange(knobs: Knobs, change: KnobChange): Knobs {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  // Parsed again, so that a caller without types cannot leave the twin in a state that is none.
  return knobsSchema.parse({ ...knobs, ...Object.fromEntries(named) });
}
