// Which personal claims may leave for a client's service, and at which level (contract identity-vn
// §14). It answers with names only and never sees a value, so it can be shown to an auditor without
// showing a person.

import { asksHighRisk } from './decide.ts';
import type { ActionsByScope } from './decide.ts';
import type { Level } from './level.ts';

/**
 * Each claim of a scope with the data items of a purpose that cover it: any one of them is enough.
 * `needsLaw`: the purpose must name its legal basis as well (tn.pin).
 */
type ScopeRule = {
  readonly level: 1 | 2;
  readonly needsLaw?: true;
  readonly highRisk?: true;
  readonly covers: Readonly<Record<string, readonly string[]>>;
};

const SCOPES = {
  'profile.basic': { level: 1, covers: { name: ['name'] } },
  phone: {
    level: 1,
    covers: { phone_number: ['phone_number'], phone_number_verified: ['phone_number'] },
  },
  'tn.identity': { level: 2, covers: { name: ['name'], birthdate: ['birthdate'], gender: ['gender'] } },
  'tn.pin': {
    level: 2,
    needsLaw: true,
    highRisk: true,
    covers: { personal_number: ['personal_number'] },
  },
  'tn.pin.masked': {
    level: 2,
    covers: { personal_number_masked: ['personal_number_masked', 'personal_number'] },
  },
  'tn.age': {
    level: 2,
    covers: { age_over_16: ['age_over_16', 'birthdate'], age_over_18: ['age_over_18', 'birthdate'] },
  },
  // What stands inside `verified_claims`.
  'tn.verified': { level: 2, covers: { name: ['name'], birthdate: ['birthdate'], gender: ['gender'] } },
} as const satisfies Readonly<Record<string, ScopeRule>>;

export type ClaimScope = keyof typeof SCOPES;

/** Without tn.residence: no source of ours gives a commune that the house keeps (decision 0018). */
// Object.keys of a literal: its keys are exactly these.
export const claimScopes = Object.keys(SCOPES) as readonly ClaimScope[];

export const isClaimScope = (scope: string): scope is ClaimScope => Object.hasOwn(SCOPES, scope);

const ruleOf = (scope: ClaimScope): ScopeRule => SCOPES[scope];

// Names that OpenID Connect does not register stand under an address of ours.
const OWN_NAMES: readonly string[] = [
  'personal_number',
  'personal_number_masked',
  'age_over_16',
  'age_over_18',
];

/** The level names end in `…/acr/`; the claim names are their neighbours `…/claims/`. */
export const claimName = (name: string, acrBase: string): string =>
  OWN_NAMES.includes(name) ? new URL(`../claims/${name}`, acrBase).href : name;

/** The claims of each scope as they stand in UserInfo. */
export const claimsByScope = (acrBase: string): Record<ClaimScope, string[]> =>
  // fromEntries loses the key type; every claim scope has its entry.
  Object.fromEntries(
    claimScopes.map((scope) => [
      scope,
      scope === 'tn.verified'
        ? ['verified_claims']
        : Object.keys(SCOPES[scope].covers).map((name) => claimName(name, acrBase)),
    ]),
  ) as Record<ClaimScope, string[]>;

export const namesInVerifiedClaims: readonly string[] = Object.keys(SCOPES['tn.verified'].covers);

type Purpose = {
  readonly id: string;
  readonly basis: string;
  readonly basisRef?: string;
  readonly data: readonly { readonly claim: string }[];
};
/** A service as far as claims are concerned; the catalogue's own fits. */
export type ClaimService = {
  readonly transferAgreement?: string;
  readonly pseudonymous?: true;
  readonly purposes: readonly Purpose[];
};

/**
 * What may leave now: by scope, the names of its claims. Nothing without a written agreement (NĐ
 * 356/2025 Điều 7); a claim only where a purpose that stands lists its data. A purpose stands by
 * consent, or by a law that the catalogue names.
 * `agreed`: the purposes this person has consented to at the service through this client.
 */
export function releasableClaims(
  service: ClaimService | undefined,
  scopes: readonly string[],
  { level, agreed }: { readonly level: Level; readonly agreed: readonly string[] },
): ReadonlyMap<ClaimScope, readonly string[]> {
  const released = new Map<ClaimScope, readonly string[]>();
  if (service?.transferAgreement === undefined || service.pseudonymous === true) return released;
  const standing = service.purposes.filter((purpose) => stands(purpose, agreed));
  for (const scope of scopes.filter(isClaimScope)) {
    const rule = ruleOf(scope);
    if (level < rule.level) continue;
    const names = Object.keys(rule.covers).filter((name) =>
      standing.some((purpose) => lists(purpose, rule, name)),
    );
    if (names.length > 0) released.set(scope, names);
  }
  return released;
}

/** The scopes this service could ever be given something for. The others are as if never asked. */
export function claimableScopes(service: ClaimService | undefined, scopes: readonly string[]): ClaimScope[] {
  const all = { level: 2, agreed: service?.purposes.map(({ id }) => id) ?? [] } as const;
  return [...releasableClaims(service, scopes, all).keys()];
}

/** Whether a purpose lists data that one of these scopes asks for: it is what the person is asked about. */
export const servesClaims = (purpose: Purpose, scopes: readonly string[]): boolean =>
  scopes.filter(isClaimScope).some((scope) => {
    const rule = ruleOf(scope);
    return Object.keys(rule.covers).some((name) => lists(purpose, rule, name));
  });

export const levelOfClaims = (scopes: readonly string[]): 0 | 1 | 2 =>
  scopes.filter(isClaimScope).reduce<0 | 1 | 2>((most, scope) => {
    const { level } = ruleOf(scope);
    return level > most ? level : most;
  }, 0);

/** Whether an action behind these scopes, or a claim among them, is of high risk: a new machine waits before it. */
export const asksRisk = (catalogue: ActionsByScope, scopes: readonly string[]): boolean =>
  asksHighRisk(catalogue, scopes) ||
  scopes.some((scope) => isClaimScope(scope) && ruleOf(scope).highRisk === true);

function stands(purpose: Purpose, agreed: readonly string[]): boolean {
  return purpose.basis === 'consent' ? agreed.includes(purpose.id) : purpose.basisRef !== undefined;
}

function lists({ data, basisRef }: Purpose, rule: ScopeRule, name: string): boolean {
  if (rule.needsLaw === true && basisRef === undefined) return false;
  return data.some(({ claim }) => rule.covers[name]?.includes(claim) === true);
}
