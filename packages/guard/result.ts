// What a guard answers.

import type { Decision } from '../../policies/decide.ts';
import type { Level } from '../../policies/level.ts';
import type { Answer } from './answer.ts';
import type { TokenFacts } from './steps/claims.ts';

export type Principal = {
  /** Pairwise: this service's own name for the person, or the client itself for a machine. */
  readonly sub: string;
  readonly clientId: string;
  readonly acr: string | undefined;
  readonly level: Level;
  readonly authTime: number | undefined;
  readonly amr: readonly string[];
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
  readonly consentId: string | undefined;
  readonly consentVersion: number | undefined;
  /** The claims of the token, or the answer of introspection. */
  readonly token: Readonly<Record<string, unknown>>;
};

export type CheckResult =
  | {
      readonly ok: true;
      readonly principal: Principal;
      readonly decision: Decision & { readonly decisionId: string; readonly policy: string };
    }
  | ({ readonly ok: false } & Answer);

/** A route the catalogue calls public: anybody may, nobody is known. */
export type PublicPass = { readonly ok: true; readonly public: true };

export type AuthorizeResult = CheckResult | PublicPass;

export function principalOf(token: TokenFacts, { level }: Decision): Principal {
  const { sub, clientId, acr, authTime, amr, scopes, purposes, consentId, consentVersion, payload } = token;
  return {
    sub,
    clientId,
    acr,
    level,
    authTime,
    amr,
    scopes,
    purposes,
    consentId,
    consentVersion,
    token: payload,
  };
}
