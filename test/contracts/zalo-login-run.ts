// One Zalo login through the real client against the real twin, for the contract tests.

import { randomBytes } from 'node:crypto';
import { createZaloLogin } from '../../adapters/zalo/login.ts';
import type { FailureFacts } from '../../adapters/zalo/failures.ts';
import { Refusal } from '../../errors.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

export const appId = '3141592653589793238';
export const appSecret = 'sandbox-app-secret';
export const redirectUri = 'http://127.0.0.1:3000/zalo/callback';
export const an = {
  zaloId: '9007199254740993001',
  name: 'Nguyễn Văn An',
  picture: 'https://s120-ava-talk.zadn.vn/an.jpg',
  phone: '0912345678',
};
export const person = { appId, zaloId: an.zaloId, name: an.name, picture: an.picture };

export async function withTwin<Result>(
  knobs: KnobChange,
  use: (twin: ZaloTwin) => Promise<Result>,
): Promise<Result> {
  const app = { appId, appSecret, redirectUris: [redirectUri] };
  const twin = await startZalo({ apps: [app], citizens: [an], knobs });
  try {
    return await use(twin);
  } finally {
    await twin.close();
  }
}

export type Ending =
  | { readonly outcome: 'identified'; readonly profile: unknown }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly reason: string };
type Report = FailureFacts & { readonly failure: string };

/** One login with a fresh code, and everything the client said about it. */
export async function signIn(
  twin: ZaloTwin,
  change: { code?: string; codeVerifier?: string; appSecret?: string; appId?: string } = {},
): Promise<{ ending: Ending; reports: Report[] }> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = codeChallengeOf(codeVerifier);
  const reports: Report[] = [];
  const login = createZaloLogin({
    appId: change.appId ?? appId,
    appSecret: change.appSecret ?? appSecret,
    oauthUrl: twin.url,
    graphUrl: twin.url,
    redirectUri,
    connectTimeoutMs: 3000,
    readTimeoutMs: 1500,
    onFailure: (failure, facts) => reports.push({ failure, ...facts }),
  });
  const code = change.code ?? twin.mintCode({ zaloId: an.zaloId, codeChallenge });
  try {
    const answer = { code, codeVerifier: change.codeVerifier ?? codeVerifier };
    return { ending: await login.identify(answer), reports };
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'unavailable') throw error;
    return { ending: { outcome: 'unavailable', reason: error.reason }, reports };
  }
}

export const identified: Ending = { outcome: 'identified', profile: person };
export const refused = (reason: string): Ending => ({ outcome: 'refused', reason });
export const unavailable = (word: string): Ending => ({
  outcome: 'unavailable',
  reason: `zalo_${word}`,
});
