// The twin's knobs: each is one thing Zalo may do, default first (contract §7 and §8).
// Names are the contract's own, so a knob is found there by its name.

import { z } from 'zod';

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
  'net.fault': z.enum(['none', 'hang', 'reset', 'truncate', 'html502', 'html504', 'empty200']),
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
  /** U12 */
  'me.legacy': z.enum(['off', 'on']),
  /** U27 */
  'me.noToken': z.int(),
  /** Every template message gets this error; 0 leaves it to the number (0900 00d ddd). */
  'zns.error': z.int(),
  /** A refresh may bring an access token alone. */
  'oa.refresh': z.enum(['pair', 'accessOnly']),

  // Below: not Zalo's behaviour but ours, for tests and demos.
  /** A Zalo id here signs that person in without a page: for load and for scripts. */
  'authz.approve': z.union([z.literal('page'), z.string().regex(/^[1-9][0-9]*$/)]),
  /** An identifier Zalo should never send, which the client must refuse all the same. */
  'me.id': z.enum(['string', 'number', 'null', 'empty', 'missing', 'array', 'words']),
  /** Moves the twin's clock forward, so that codes and tokens expire at once. */
  'clock.aheadMs': z.int().nonnegative(),
};

const knobsSchema = z.strictObject(knobShape);
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
  'me.legacy': 'off',
  'me.noToken': 452,
  'zns.error': 0,
  'oa.refresh': 'pair',
  'authz.approve': 'page',
  'me.id': 'string',
  'clock.aheadMs': 0,
};

/** `knobs` with the named ones changed. */
export function withChange(knobs: Knobs, change: KnobChange): Knobs {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  // Parsed again, so that a caller without types cannot leave the twin in a state that is none.
  return knobsSchema.parse({ ...knobs, ...Object.fromEntries(named) });
}
