// Every form of ours carries a token that only the page which showed it could know: HMAC over what
// the form belongs to (an interaction, a session). Stateless, so it works across processes.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { Refusal } from '../errors.ts';

export const csrfOf = (key: Buffer, owner: string): string =>
  createHmac('sha256', key).update(owner).digest('base64url');

/** @throws Refusal forbidden for a form of another site, session or interaction */
export function checkForm(
  ctx: Context,
  site: { csrfKey: Buffer; issuer: string },
  owner: string,
  given: string | undefined,
): void {
  const origin = ctx.get('origin');
  // Privacy settings may send "null"; a named origin must be ours.
  if (origin !== '' && origin !== 'null' && origin !== site.issuer) throw refused('origin');
  const expected = Buffer.from(csrfOf(site.csrfKey, owner));
  const actual = Buffer.from(given ?? '');
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) throw refused('csrf');
}

const refused = (reason: string) => new Refusal('forbidden', 'the form was not sent by our page', { reason });
