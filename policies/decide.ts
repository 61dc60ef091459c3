// Decides whether a citizen, through this client, may do this action now. One function for the
// broker, every service and the auditor. It sees facts only and fetches nothing; it does not check
// signatures, proofs or watermarks (rows 1–5 of protocol §4), which its callers did before.

import { acrValuesFrom, levelOf, type Level } from './level.ts';

export type Words = { readonly vi: string; readonly en: string };
export type ClientClass = 'first_party' | 'gov_portal' | 'service';
export type Risk = 'low' | 'medium' | 'high';
export type Handover = 'local' | 'national_portal';
/** Who carries an action out: the province, or a commune or ward. */
export type Area = 'province' | 'commune';
export type Route = { readonly method: string; readonly path: string };

/** How a level may be narrowed: every rule given must be met. */
export type MethodRule = {
  readonly evidenceAnyOf?: readonly string[];
  /** Alternatives; each one is a set of amr values that must all be present. */
  readonly amrAnyOf?: readonly (readonly string[])[];
};

export type Requirement = MethodRule & {
  /** 0 is for machines (client_credentials) only; the catalogue's files allow 1 and 2. */
  readonly level: Level;
  readonly maxAge?: number;
  readonly scopes: readonly string[];
  readonly consent?: { readonly purpose: string };
  readonly clients?: readonly ClientClass[];
};

export type CatalogueAction = {
  readonly action: string;
  /** The audience of the service that offers it. */
  readonly service: string;
  readonly title: Words;
  readonly http: readonly Route[];
  readonly require: Requirement;
  readonly handover: Handover;
  readonly risk: Risk;
  /** Always there in the catalogue's files; a service's guard does not need it. */
  readonly area?: Area;
  readonly legal: string;
  readonly owner: string;
  /** Day as YYYY-MM-DD, and the same as seconds since 1970 at midnight in Việt Nam. */
  readonly effectiveFrom: string;
  readonly effectiveAt: number;
  /** The purpose under Luật 91/2025 Đ.19.1 the action serves. Nobody consents to it, so nothing here waits for it. */
  readonly lawfulPurpose?: string;
};

export type ActionsByScope = { readonly actionsByScope: ReadonlyMap<string, readonly CatalogueAction[]> };

export type Facts = {
  readonly acr?: string | undefined;
  /** Seconds since 1970 at which the level was last proven. */
  readonly authTime?: number | undefined;
  readonly amr: readonly string[];
  readonly identitySource?: string | undefined;
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
  readonly clientId: string;
  readonly clientClass?: ClientClass | undefined;
};

export type Failure = 'action' | 'level' | 'age' | 'method' | 'scope' | 'consent' | 'client' | 'handover';

/** Rows 6–10 of protocol §4, named as their problem types. `handover` comes after all of them. */
export type DecisionRow =
  | 'allow'
  | 'unknown-action'
  | 'step-up'
  | 'scope'
  | 'consent-required'
  | 'denied'
  | 'handover';

export type Decision = {
  readonly allow: boolean;
  readonly row: DecisionRow;
  /** Everything that failed, first row first. */
  readonly failed: readonly Failure[];
  /** The level that counted: 0 when the time of its proof is missing or in the future. */
  readonly level: Level;
  /** Seconds since the proof; Infinity at level 0. */
  readonly age: number;
};

// Clocks of two machines differ; five seconds keep an honest token from failing at the edge.
const ageToleranceSeconds = 5;
const futureToleranceSeconds = 10;

const rowOf: Readonly<Record<Failure, DecisionRow>> = {
  action: 'unknown-action',
  level: 'step-up',
  age: 'step-up',
  method: 'step-up',
  scope: 'scope',
  consent: 'consent-required',
  client: 'denied',
  handover: 'handover',
};

const failures = Object.keys(rowOf) as readonly Failure[]; // rowOf has exactly these keys, in the order of the rows
/** A set of failures is a number, so that deciding builds no list: decide() runs per request. */
const bit = { action: 1, level: 2, age: 4, method: 8, scope: 16, consent: 32, client: 64, handover: 128 };
const listBySet: readonly (readonly Failure[])[] = Array.from({ length: 256 }, (_, set) =>
  Object.freeze(failures.filter((failure) => (set & bit[failure]) !== 0)),
);
const nothingFailed: readonly Failure[] = Object.freeze([]);

/**
 * `handover: national_portal` is answered last: the law (contract §2.6) wants a step-up through VNeID
 * first, so that the hand-over event belongs to a proven person, and then no dossier here at all.
 */
export function decide(
  action: CatalogueAction | undefined,
  facts: Facts,
  nowSeconds: number,
  acrBase: string,
): Decision {
  const age = ageOf(facts.authTime, nowSeconds);
  const level = age === Infinity ? 0 : levelOf(facts.acr, acrBase);
  const countedAge = level === 0 ? Infinity : age;
  // An action that is not open yet is answered like one that does not exist.
  if (action === undefined || nowSeconds < action.effectiveAt) return refused(bit.action, level, countedAge);

  const need = action.require;
  let failed = 0;
  if (level < need.level) failed |= bit.level;
  if (need.maxAge !== undefined && !(countedAge <= need.maxAge + ageToleranceSeconds)) failed |= bit.age;
  if (!meetsMethod(need, facts.amr, facts.identitySource)) failed |= bit.method;
  if (!includesAll(facts.scopes, need.scopes)) failed |= bit.scope;
  if (need.consent !== undefined && !facts.purposes.includes(need.consent.purpose)) failed |= bit.consent;
  if (need.clients !== undefined && !isOneOf(facts.clientClass, need.clients)) failed |= bit.client;
  if (action.handover === 'national_portal') failed |= bit.handover;

  if (failed !== 0) return refused(failed, level, countedAge);
  return { allow: true, row: 'allow', failed: nothingFailed, level, age: countedAge };
}

/** Whether the methods used satisfy what an action narrows its level to. */
export function meetsMethod(
  rule: MethodRule,
  amr: readonly string[],
  identitySource: string | undefined,
): boolean {
  if (rule.evidenceAnyOf !== undefined && !isOneOf(identitySource, rule.evidenceAnyOf)) return false;
  if (rule.amrAnyOf === undefined) return true;
  for (const alternative of rule.amrAnyOf) if (includesAll(amr, alternative)) return true;
  return false;
}

/** What a refusal of row 7 asks of the client (RFC 9470 §3). Also the answer of AuthZEN. */
export function challengeOf(
  action: CatalogueAction,
  acrBase: string,
): { readonly acrValues: string; readonly maxAge?: number; readonly scope: string } {
  const { level, maxAge, scopes } = action.require;
  return {
    acrValues: acrValuesFrom(level, acrBase),
    scope: scopes.join(' '),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

/**
 * What the authorization endpoint must reach for the requested scopes: the highest level, the
 * shortest age among the actions of that level, and every method rule. Strict on purpose: a scope
 * cannot say which of its actions will be called. Scopes outside the catalogue (openid) ask nothing.
 */
export function requirementFor(
  catalogue: ActionsByScope,
  scopes: readonly string[],
): { readonly level: Level; readonly maxAge?: number; readonly methods: readonly MethodRule[] } {
  const actions = new Set(scopes.flatMap((scope) => catalogue.actionsByScope.get(scope) ?? []));
  let level: Level = 0;
  for (const action of actions) if (action.require.level > level) level = action.require.level;
  const ages: number[] = [];
  const methods: MethodRule[] = [];
  for (const { require } of actions) {
    if (require.maxAge !== undefined && require.level === level) ages.push(require.maxAge);
    if (require.amrAnyOf !== undefined || require.evidenceAnyOf !== undefined) methods.push(require);
  }
  return { level, methods, ...(ages.length === 0 ? {} : { maxAge: Math.min(...ages) }) };
}

/** Whether any action behind these scopes is of high risk: a machine that is new waits before it (safety/hold.ts). */
export const asksHighRisk = (catalogue: ActionsByScope, scopes: readonly string[]): boolean =>
  scopes.some((scope) => catalogue.actionsByScope.get(scope)?.some(({ risk }) => risk === 'high') === true);

/**
 * Which scopes of a service may go into a token: the level that stands carries every action of the
 * scope, and at least one of them needs no consent or has it. The rest is left out, never an error.
 */
export function releasableScopes(
  service: { readonly actions: readonly CatalogueAction[] },
  standing: { readonly level: Level; readonly purposes: readonly string[] },
): string[] {
  const tooHigh = new Set<string>();
  const useful = new Set<string>();
  for (const { require } of service.actions) {
    const agreed = require.consent === undefined || standing.purposes.includes(require.consent.purpose);
    for (const scope of require.scopes) {
      if (require.level > standing.level) tooHigh.add(scope);
      if (agreed) useful.add(scope);
    }
  }
  return [...useful].filter((scope) => !tooHigh.has(scope));
}

function ageOf(authTime: number | undefined, nowSeconds: number): number {
  if (authTime === undefined || !Number.isFinite(authTime)) return Infinity;
  const age = nowSeconds - authTime;
  if (age < -futureToleranceSeconds) return Infinity;
  return age < 0 ? 0 : age;
}

function refused(set: number, level: Level, age: number): Decision {
  const failed = listBySet[set];
  const first = failed?.[0];
  // Called only with at least one failure; an empty list would be a bug that must not allow.
  if (failed === undefined || first === undefined) throw new Error('a refusal without a reason');
  return { allow: false, row: rowOf[first], failed, level, age };
}

function includesAll(have: readonly string[], need: readonly string[]): boolean {
  for (const one of need) if (!have.includes(one)) return false;
  return true;
}

function isOneOf(value: string | undefined, allowed: readonly string[]): boolean {
  return value !== undefined && allowed.includes(value);
}
