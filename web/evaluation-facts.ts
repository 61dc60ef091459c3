// What is known of the citizen an evaluation is about: from the token itself where the caller hands
// it over, else from what the caller says it read in one. Whether the consent still stands and the
// account is open is always looked up here.

import { findAccountBySub } from '../accounts/store.ts';
import { watermarksFor } from '../accounts/watermark.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { standingConsent } from '../consent/standing.ts';
import type { StandingConsent } from '../consent/standing.ts';
import { publicKeySet } from '../keys/signing-keys.ts';
import { isFinding } from '../packages/guard/answer.ts';
import { watermarksFrom } from '../packages/guard/sources/feed.ts';
import type { Watermarks } from '../packages/guard/sources/feed.ts';
import { createGivenKeySource } from '../packages/guard/sources/keys.ts';
import type { KeySource } from '../packages/guard/sources/keys.ts';
import { checkTimes, readClaims } from '../packages/guard/steps/claims.ts';
import { verifySignature } from '../packages/guard/steps/signature.ts';
import type { Facts } from '../policies/decide.ts';
import { introspectFor } from '../provider/introspection.ts';
import type { Evaluation } from './evaluation-request.ts';
import type { Site } from './site.ts';

/** Rows 3 and 5 of protocol §4, and a subject this service does not know. */
export type Stop = 'invalid-token' | 'consent-withdrawn' | 'ended' | 'subject';
type Known = { readonly facts: Facts } | { readonly stop: Stop };

/** What was read in a token, by us or by the caller. */
type Told = Omit<Facts, 'clientClass'> & {
  readonly sub: string;
  readonly iat: number;
  readonly consentId: string | undefined;
  readonly consentVersion: number | undefined;
  /** Purposes of the token; undefined where only the handle of the consent was given. */
  readonly tokenPurposes: readonly string[] | undefined;
};

export type FactsReader = (asked: Evaluation, now: Date) => Promise<Known>;

/** One for each request of a caller: what several evaluations need is read once. */
export function createFactsReader(site: Site, service: CatalogueService): FactsReader {
  const keys = createGivenKeySource(() => publicKeySet(site.tokenKeys));
  let watermarks: Promise<Watermarks> | undefined;
  const people = new Map<string, ReturnType<typeof findAccountBySub>>();
  const consents = new Map<string, Promise<StandingConsent | undefined>>();
  const tokens = new Map<string, Promise<Told | undefined>>();

  return async (asked, now) => {
    if (asked.subject.type !== 'citizen' || !isPlain(asked.subject.id)) return { stop: 'subject' };
    const token = asked.context?.access_token;
    const told =
      token === undefined
        ? toldBy(asked)
        : await once(tokens, token, () => readToken(site, { service, keys, token }, now));
    if (told === undefined || told.sub !== asked.subject.id) return { stop: 'invalid-token' };

    const { sub } = told;
    const person = await once(people, sub, () => findAccountBySub(site.db, service.sector, sub));
    if (person === undefined) return { stop: 'subject' };
    if (person.locked) return { stop: 'ended' };
    watermarks ??= currentWatermarks(site, service, now);
    const { minVersionOf, minIssuedAt } = await watermarks;
    const { clientId, consentId, consentVersion = 0 } = told;
    if (consentId !== undefined && consentVersion < minVersionOf(consentId)) return { stop: 'consent-withdrawn' }; // prettier-ignore
    if (told.iat < minIssuedAt(sub, clientId)) return { stop: 'ended' };

    const consent = await once(consents, `${person.account_id} ${clientId}`, () =>
      standingConsent(site, { accountId: person.account_id, clientId, service }, now),
    );
    const live = consent !== undefined && consent.consentId === consentId ? consent.purposes : [];
    const client = await site.findClient(clientId);
    return {
      facts: {
        ...told,
        purposes: live.filter((purpose) => told.tokenPurposes?.includes(purpose) ?? true),
        // Never from the caller: which class a client is of is our register's to say.
        clientClass: client?.class === 'sign_on' ? undefined : client?.class,
      },
    };
  };
}

async function readToken(
  site: Site,
  { service, keys, token }: { service: CatalogueService; keys: KeySource; token: string },
  now: Date,
): Promise<Told | undefined> {
  const isOpaque = service.tokens === 'opaque';
  const payload = isOpaque ? await introspectFor(site, site.provider(), { serviceId: service.id, value: token }) : await signedPayload(token, keys); // prettier-ignore
  if (payload === undefined) return undefined;
  const claims = readClaims(payload, { issuer: site.issuer, audience: service.id, needsJti: !isOpaque });
  if (isFinding(claims) || checkTimes(claims, seconds(now)) !== undefined) return undefined;
  return { ...claims, tokenPurposes: claims.purposes };
}

async function signedPayload(token: string, keys: KeySource) {
  const verified = await verifySignature(token, 'at+jwt', keys);
  return isFinding(verified) ? undefined : verified.payload;
}

// Everything a token of ours says is printable ASCII; the database could not even hold a NUL.
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

// A member of the wrong type is as if it were not there: then less is proven, never more.
function toldBy({ subject }: Evaluation): Told {
  const { properties = {}, id } = subject;
  const text = (name: string) => {
    const value = properties[name];
    return typeof value === 'string' && isPlain(value) ? value : undefined;
  };
  const number = (name: string) => (typeof properties[name] === 'number' ? properties[name] : undefined);
  const amr = properties['amr'];
  return {
    sub: id,
    acr: text('acr'),
    authTime: number('auth_time'),
    amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
    identitySource: text('identity_source'),
    scopes: (text('scope') ?? '').split(' ').filter(Boolean),
    purposes: [],
    clientId: text('client_id') ?? '',
    // Not told: older than any floor, so whatever ended in the last quarter of an hour stays ended.
    iat: number('iat') ?? 0,
    consentId: text('consent_id'),
    consentVersion: number('consent_ver'),
    tokenPurposes: undefined,
  };
}

async function currentWatermarks(site: Site, service: CatalogueService, now: Date): Promise<Watermarks> {
  const entries = await watermarksFor(site.db, service, now);
  return watermarksFrom({ as_of: seconds(now), entries });
}

function once<K, V>(kept: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = kept.get(key) ?? make();
  kept.set(key, value);
  return value;
}

const seconds = (now: Date) => Math.floor(now.getTime() / 1000);
