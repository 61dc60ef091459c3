// What the step-up transaction asks of VNeID sign-on. The adapter fulfils it; contract identity-vn.md section 1.

/**
 * A person VNeID vouches for. `birthdate` is an ISO date, or the year alone where the register knows
 * no more. `warnings` are flags for an officer (`place_code_not_a_province`, `birth_year_in_future`,
 * `pin_vs_dob_year`): a number that VNeID vouches for is never refused (contract section 3).
 */
export type VneidPerson = {
  readonly issuer: string;
  readonly upstreamSub: string;
  readonly upstreamTechId: string | undefined;
  readonly personalNumber: string;
  readonly name: string;
  readonly birthdate: string;
  readonly ial: number;
  readonly warnings: readonly string[];
};

/**
 * Why a finished sign-on is no level 2 evidence. `denied`: the person said no. `flow`: the code is
 * used up or too old, start again. `nonce`: the answer belongs to another request. `ial`, `idp`,
 * `account_type`: signed in, but not by a level 2 citizen account of the Ministry. The last three:
 * the account lacks that fact about its person.
 */
export type VneidRefusalReason =
  | 'denied'
  | 'flow'
  | 'nonce'
  | 'ial'
  | 'idp'
  | 'account_type'
  | 'personal_number'
  | 'name'
  | 'birthdate';

export type VneidAnswer =
  | { readonly outcome: 'identified'; readonly person: VneidPerson }
  | { readonly outcome: 'refused'; readonly reason: VneidRefusalReason };

export type VneidSignOn = {
  /** Address to send the browser to. PKCE S256, state and nonce always go along. */
  authorizationUrl(request: { state: string; nonce: string; codeChallenge: string }): Promise<string>;
  /**
   * Exchanges the code and reads the person. Refuses `unavailable` on an outage, an unreadable answer
   * and an ID token that does not verify.
   */
  identify(answer: { code: string; codeVerifier: string; nonce: string }): Promise<VneidAnswer>;
};
