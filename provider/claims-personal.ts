// The personal claims of UserInfo (contract identity-vn §14), read at each call: a level that fell, a
// consent that was taken back, an agreement that ended are gone from the very next answer.

import { findProfile } from '../accounts/profile.ts';
import type { Profile } from '../accounts/profile.ts';
import { standing } from '../assurance/level.ts';
import { findProvenPerson } from '../assurance/proven-person.ts';
import type { ProvenPerson } from '../assurance/proven-person.ts';
import { standingConsent } from '../consent/standing.ts';
import { ageBand } from '../policies/age.ts';
import { claimName, releasableClaims } from '../policies/claims.ts';
import type { ClaimScope } from '../policies/claims.ts';
import { maskPersonalNumber, sexOf } from '../policies/personal-number.ts';
import { verifiedClaims } from '../policies/verified-claims.ts';
import { claimsRequest } from './claims-request.ts';
import type { ProviderHouse } from './house.ts';

export type UserInfoToken = {
  readonly accountId: string;
  readonly clientId: string;
  readonly sessionUid: string;
  /** What was given when the token was issued: nothing is added to it later. */
  readonly scope: string;
};

type Known = { readonly profile: Profile; readonly proven: ProvenPerson | undefined; readonly now: Date };
type Values = Readonly<Record<string, unknown>>;

export async function personalClaims(house: ProviderHouse, token: UserInfoToken): Promise<Values> {
  const { db, vault } = house;
  const { accountId, clientId, sessionUid, scope } = token;
  const request = await claimsRequest(house, clientId, scope);
  if (request === undefined) return {};
  const { service } = request;
  const now = house.clock();
  const [stands, consent] = await Promise.all([
    standing(db, { sessionUid, accountId }, now),
    standingConsent(house, { accountId, clientId, service }, now),
  ]);
  // Without a handle the person was never shown what this client uses the claims for.
  if (consent === undefined) return {};
  const released = releasableClaims(service, request.scopes, {
    level: stands.level,
    agreed: consent.purposes,
  });
  if (released.size === 0) return {};
  const [profile, proven] = await Promise.all([
    findProfile(db, vault, accountId),
    findProvenPerson(db, vault, accountId, now),
  ]);
  if (profile === undefined) return {};
  const values = valuesOf(released, { profile, proven, now });
  const verified = verifiedIn(house, { names: released.get('tn.verified') ?? [], proven, service });
  const claims = {
    ...Object.fromEntries([...values].map(([name, value]) => [claimName(name, house.acrBase), value])),
    ...(verified === undefined ? {} : { verified_claims: verified }),
  };
  noteRelease(house, token, { serviceId: service.id, claims: Object.keys(claims), version: consent.version });
  return claims;
}

// The verified name stands where both names were asked for and may leave.
const ORDER: readonly ClaimScope[] = [
  'profile.basic',
  'phone',
  'tn.identity',
  'tn.pin',
  'tn.pin.masked',
  'tn.age',
];

function valuesOf(released: ReadonlyMap<ClaimScope, readonly string[]>, known: Known): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const scope of ORDER) {
    for (const name of released.get(scope) ?? []) {
      const value = scope === 'profile.basic' ? known.profile.zaloName : valueOf(name, known);
      if (value !== undefined) values.set(name, value);
    }
  }
  return values;
}

function valueOf(name: string, { profile, proven, now }: Known): unknown {
  const { phone, phoneFacts } = profile;
  const number = proven?.personalNumber;
  switch (name) {
    case 'phone_number':
      return phone;
    case 'phone_number_verified':
      // A number that somebody else has proven since is not this person's for certain any more.
      return phone === undefined
        ? undefined
        : phoneFacts !== undefined && phoneFacts.contestedAt === undefined;
    case 'personal_number':
      return number;
    case 'personal_number_masked':
      return number === undefined ? undefined : maskPersonalNumber(number);
    case 'age_over_16':
    case 'age_over_18':
      return isOver(name, proven?.birthdate, now);
    default:
      return identityValue(name, proven);
  }
}

/** The same values, plain or inside `verified_claims`. */
function identityValue(name: string, proven: ProvenPerson | undefined): string | undefined {
  switch (name) {
    case 'name':
      return proven?.name;
    case 'birthdate':
      return proven?.birthdate;
    case 'gender':
      // No source sends it; the number that every source vouches for says it (contract identity-vn §3).
      return proven?.personalNumber === undefined ? undefined : sexOf(proven.personalNumber);
    default:
      return undefined;
  }
}

// A year alone counts as its last day, so the answer is false while there is doubt.
function isOver(name: string, birthdate: string | undefined, now: Date): boolean | undefined {
  if (birthdate === undefined) return undefined;
  const band = ageBand(birthdate, now);
  return band === 'adult' || (name === 'age_over_16' && band === '16-17');
}

function verifiedIn(
  { vault }: ProviderHouse,
  facts: {
    readonly names: readonly string[];
    readonly proven: ProvenPerson | undefined;
    readonly service: { readonly sector: string };
  },
) {
  const { names, proven, service } = facts;
  if (proven === undefined) return undefined;
  const claims: Record<string, string> = {};
  for (const name of names) {
    const value = identityValue(name, proven);
    if (value !== undefined) claims[name] = value;
  }
  // One name of the verification a sector: two services cannot find each other's person by it.
  const key = vault.keyOf('verification', `${service.sector}|${proven.bindingId}`);
  return verifiedClaims(proven.evidence, `vp_${key.toString('base64url').slice(0, 22)}`, claims);
}

// Who was given which data, when, under which consent: names of claims, no value.
function noteRelease(
  house: ProviderHouse,
  { accountId, clientId }: UserInfoToken,
  facts: { readonly serviceId: string; readonly claims: readonly string[]; readonly version: number },
): void {
  const { serviceId, claims, version } = facts;
  if (claims.length === 0) return;
  house.recordSoon({ kind: 'claims.released', accountId, clientId, serviceId, details: { claims, consent_ver: version } }); // prettier-ignore
}
