// The mini app's evidence through the real client against the real twin, for the contract tests.

import type { ZaloApp } from '../../accounts/zalo-app.ts';
import { createZaloApp, type ZaloAppConfig } from '../../adapters/zalo/app.ts';
import type { FailureFacts } from '../../adapters/zalo/failures.ts';
import { Refusal } from '../../errors.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

export const ours = { appId: '3141592653589793238', appSecret: 'our-app-secret', redirectUris: [] };
export const foreign = { appId: '1618033988749894848', appSecret: 'foreign-app-secret', redirectUris: [] };
export const oa = { oaId: '2718281828459045235', appId: ours.appId, secretKey: 'oa-secret-key' };
export const miniApp = { miniAppId: '2646373759294038927', appId: ours.appId, apiKey: 'mini-app-api-key' };
export const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: '0912345678' };
export const binh = { zaloId: '9007199254740993002', name: 'Trần Thị Bình', isSensitive: true };

export type Report = FailureFacts & { readonly failure: string };
type Bench = {
  readonly twin: ZaloTwin;
  readonly app: ZaloApp;
  readonly reports: Report[];
  open(change?: Partial<ZaloAppConfig>): ZaloApp;
  /** A citizen's token in the mini app, and one for the phone. */
  evidence(given?: { zaloId?: string; appId?: string }): { accessToken: string; phoneToken: string };
  asked(endpoint: string): number;
};

export async function withMiniApp(knobs: KnobChange, use: (bench: Bench) => Promise<void>): Promise<void> {
  const twin = await startZalo({ apps: [ours, foreign], citizens: [an, binh], oas: [oa], miniApps: [miniApp], knobs }); // prettier-ignore
  const reports: Report[] = [];
  const open: Bench['open'] = (change = {}) =>
    createZaloApp({
      ...ours,
      oauthUrl: twin.url,
      graphUrl: twin.url,
      readTimeoutMs: 700,
      onFailure: (failure, facts) => reports.push({ failure, ...facts }),
      ...change,
    });
  try {
    await use({
      twin,
      reports,
      open,
      app: open(),
      evidence({ zaloId = an.zaloId, appId = ours.appId } = {}) {
        const scopes = ['scope.userInfo' as const, 'scope.userPhonenumber' as const];
        const { accessToken, phoneToken } = twin.mintMiniAppTokens({ zaloId, appId, scopes });
        return { accessToken, phoneToken: phoneToken ?? '' };
      },
      asked: (endpoint) => twin.requests().filter((one) => one.endpoint === endpoint).length,
    });
  } finally {
    await twin.close();
  }
}

/** The word a call ends with: an outcome, a reason of refusal, or `unavailable: …`. */
export async function ending(
  call: Promise<{ outcome: string } | { outcome: 'refused'; reason: string }>,
): Promise<string> {
  try {
    const answer = await call;
    return 'reason' in answer ? answer.reason : answer.outcome;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.kind}: ${error.reason}`;
  }
}
