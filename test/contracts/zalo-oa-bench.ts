// An Official Account at the twin, and the ways to ask it from outside.

import { z } from 'zod';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

export const app = { appId: '3141592653589793238', appSecret: 'app-secret', redirectUris: [], name: '1022' };
export const other = { appId: '1618033988749894848', appSecret: 'other-secret', redirectUris: [] };
export const an = {
  zaloId: '9007199254740993001',
  name: 'Nguyễn Văn An',
  phone: '0912345678',
  isAdmin: true,
};
export const binh = { zaloId: '9007199254740993002', name: '<b>Bình</b>', phone: '0987654321' };
export const verifier = 'v'.repeat(43);
export const callbackUrl = 'https://hotline.example/oa';
export const oa = {
  oaId: '1022000000000001022',
  appId: app.appId,
  secretKey: 'oa-secret',
  refreshToken: 'first-refresh',
  name: '1022 <Tây Ninh>',
  callbackUrl,
  codeChallenge: codeChallengeOf(verifier),
};
export const miniApp = { miniAppId: '2646373759294038927', appId: app.appId, apiKey: 'api-key' };

export async function withTwin(knobs: KnobChange, use: (twin: ZaloTwin) => Promise<void>): Promise<void> {
  const twin = await startZalo({ apps: [app, other], citizens: [an, binh], oas: [oa], miniApps: [miniApp], knobs }); // prettier-ignore
  try {
    await use(twin);
  } finally {
    await twin.close();
  }
}

export type Fields = Record<string, string>;
export const anyBody = z.looseObject({ error: z.number().default(0), data: z.looseObject({}).optional() });
export const bodyOf = async (response: Response) => anyBody.parse(JSON.parse(await response.text()));
export const form = (twin: ZaloTwin, path: string, fields: Fields, headers: Fields = { secret_key: app.appSecret }) =>
  fetch(`${twin.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' }); // prettier-ignore
export const refresh = async (twin: ZaloTwin, token: unknown) =>
  form(twin, '/v4/oa/access_token', { app_id: app.appId, grant_type: 'refresh_token', refresh_token: String(token) }); // prettier-ignore
export const oaTokenOf = async (twin: ZaloTwin) =>
  String((await bodyOf(await refresh(twin, oa.refreshToken)))['access_token']);
export const post = async (twin: ZaloTwin, path: string, token: string, value: unknown) =>
  bodyOf(
    await fetch(`${twin.url}${path}`, {
      method: 'POST',
      headers: { access_token: token, 'content-type': 'application/json' },
      body: JSON.stringify(value),
    }),
  );
export const get = async (twin: ZaloTwin, path: string, token: string) =>
  bodyOf(await fetch(`${twin.url}${path}`, { headers: { access_token: token } }));
