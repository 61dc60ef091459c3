// The port through which the mini app's evidence reaches an account. Inside Zalo the app is handed an
// access token; what it proves is asked of Zalo's servers and never of the app. adapters/zalo implements it.

import type { ZaloProfile } from './zalo-login.ts';

export type ZaloAppProfile = ZaloProfile & {
  /** Zalo's mark for people in special care (deceased, child, disabled …). */
  readonly isSensitive: boolean;
};

export type ZaloApp = {
  readonly appId: string;
  /**
   * Whose token this is. `refused`: bad, expired or another app's; one word for all, so that nobody
   * learns which. @throws Refusal unavailable on an outage, a configuration fault and from a foreign address (-501)
   */
  identify(
    accessToken: string,
  ): Promise<{ outcome: 'identified'; profile: ZaloAppProfile } | { outcome: 'refused'; reason: string }>;
  /**
   * Turns the token of `getPhoneNumber()` into a number in E.164; works once. A claim until a code of
   * ours was answered there. @throws Refusal unavailable
   */
  readPhone(given: {
    accessToken: string;
    phoneToken: string;
  }): Promise<{ outcome: 'number'; e164: string } | { outcome: 'refused'; reason: string }>;
  /**
   * Whether Zalo holds a token to our app secret: asked with a wrong proof on purpose. `ignored`: a
   * foreign app's token would pass `identify`, so a login must rest on `readPhone` (contract U8).
   */
  bindsApp(accessToken: string): Promise<'enforced' | 'ignored' | 'unknown'>;
};
