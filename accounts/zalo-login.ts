// The port through which a citizen's Zalo sign-in reaches an account. adapters/zalo implements it.

/** What Zalo asserts about a person. Name and picture are chosen by the person: level 1 only. */
export type ZaloProfile = {
  readonly appId: string;
  /** Decimal digits above 2^53, so never a number. Unique only together with `appId`. */
  readonly zaloId: string;
  readonly name: string | undefined;
  /** May be an `http:` URL. */
  readonly picture: string | undefined;
};

export type ZaloLogin = {
  readonly appId: string;
  /** URL of Zalo's permission page. */
  authorizationUrl(request: { state: string; codeChallenge: string }): string;
  /**
   * Exchanges the code and reads the profile. Outcome `refused`: the citizen must start the
   * login again. Refuses `unavailable` on an outage, a configuration fault, and when Zalo says
   * that our address is outside Vietnam (-501).
   */
  identify(answer: {
    code: string;
    codeVerifier: string;
  }): Promise<{ outcome: 'identified'; profile: ZaloProfile } | { outcome: 'refused'; reason: string }>;
};
