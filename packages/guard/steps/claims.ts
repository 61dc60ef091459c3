// Step 4, second half: whose token this is, for whom, and when (protocol §10.4). A claim of the wrong
// type refuses the token; a missing level does not, it is level 0 later.

import type { ClientClass } from '../../../policies/decide.ts';
import type { Finding } from '../answer.ts';

export type TokenFacts = {
  readonly sub: string;
  readonly clientId: string;
  /** Absent in introspection answers: there the token itself is the identifier. */
  readonly jti: string | undefined;
  readonly iat: number;
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly jkt: string | undefined;
  readonly acr: string | undefined;
  readonly authTime: number | undefined;
  readonly amr: readonly string[];
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
  readonly consentId: string | undefined;
  readonly consentVersion: number | undefined;
  readonly identitySource: string | undefined;
  readonly clientClass: ClientClass | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What records call this token and its subject; filled by the first record (steps/record.ts). */
  pseudonyms: Pseudonyms | undefined;
};

export type Pseudonyms = { readonly subHash: string; readonly jtiHash: string | undefined };

const clockToleranceSeconds = 5;
const issuedAheadSeconds = 10;
const longestLifeSeconds = 900;
const clientClasses: readonly string[] = ['first_party', 'gov_portal', 'service'] satisfies ClientClass[];

type Expected = { readonly issuer: string; readonly audience: string; readonly needsJti: boolean };

/** What stays true of a token for as long as it lives. */
export function readClaims(
  payload: Readonly<Record<string, unknown>>,
  expected: Expected,
): TokenFacts | Finding {
  const { iss, aud, sub, client_id: clientId, jti, iat, exp, nbf } = payload;
  if (iss !== expected.issuer) return invalid('The token is of another issuer');
  // Exactly ours: a token for two services could be replayed by one at the other.
  if (
    aud !== expected.audience &&
    !(Array.isArray(aud) && aud.length === 1 && aud[0] === expected.audience)
  ) {
    return invalid('The token is for another service');
  }
  if (!isTime(iat) || !isTime(exp) || !(nbf === undefined || isTime(nbf)))
    return invalid('The token has no valid times');
  if (exp <= iat || exp - iat > longestLifeSeconds) return invalid('The life of the token is not acceptable');
  if (!isName(sub) || !isName(clientId) || (expected.needsJti && !isName(jti)))
    return invalid('The token lacks a required claim');
  return readOptionalClaims(payload, { sub, clientId, jti: isName(jti) ? jti : undefined, iat, exp, nbf });
}

/** What depends on the moment; asked again each time the token is presented. */
export function checkTimes({ iat, exp, nbf }: TokenFacts, nowSeconds: number): Finding | undefined {
  if (nowSeconds > exp + clockToleranceSeconds) return invalid('The token has expired');
  if (nbf !== undefined && nowSeconds < nbf - clockToleranceSeconds)
    return invalid('The token is not valid yet');
  if (iat > nowSeconds + issuedAheadSeconds) return invalid('The token is from the future');
  return undefined;
}

function readOptionalClaims(
  payload: Readonly<Record<string, unknown>>,
  required: Pick<TokenFacts, 'sub' | 'clientId' | 'jti' | 'iat' | 'exp' | 'nbf'>,
): TokenFacts | Finding {
  const {
    acr,
    auth_time: authTime,
    amr = [],
    scope = '',
    purposes = [],
    consent_id: consentId,
    consent_ver: consentVersion,
  } = payload;
  const { identity_source: identitySource, client_class: clientClass, cnf } = payload;
  const jkt = readThumbprint(cnf);
  if (
    !isTextOrAbsent(acr) ||
    !isTimeOrAbsent(authTime) ||
    !isNames(amr) ||
    typeof scope !== 'string' ||
    !isNames(purposes) ||
    !isTextOrAbsent(consentId) ||
    !isTimeOrAbsent(consentVersion) ||
    !isTextOrAbsent(identitySource) ||
    jkt === null
  ) {
    return invalid('A claim of the token has the wrong type');
  }
  return {
    ...required,
    jkt,
    acr,
    authTime,
    amr,
    scopes: scope.split(' ').filter((one) => one !== ''),
    purposes,
    consentId,
    consentVersion,
    identitySource,
    // A class we do not know is no class: actions that ask for one refuse it.
    clientClass: isClientClass(clientClass) ? clientClass : undefined,
    payload,
    pseudonyms: undefined,
  };
}

// Null: there is a `cnf`, but not one we can check; the token is then bound to something we would ignore.
function readThumbprint(cnf: unknown): string | undefined | null {
  if (cnf === undefined) return undefined;
  if (typeof cnf !== 'object' || cnf === null || !('jkt' in cnf)) return null;
  return isName(cnf.jkt) ? cnf.jkt : null;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTimeOrAbsent(value: unknown): value is number | undefined {
  return value === undefined || isTime(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isClientClass(value: unknown): value is ClientClass {
  return typeof value === 'string' && clientClasses.includes(value);
}

function invalid(why: string): Finding {
  return { row: 'invalid-token', why };
}
