// Published vectors that concern social login and template messages. The webhooks' are in test/accounts.

import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import { createZaloLogin } from '../../adapters/zalo/login.ts';
import { appSecretProof } from '../../adapters/zalo/graph-wire.ts';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';

const vectorsSchema = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      inputs: z.record(z.string(), z.unknown()),
      expected: z.record(z.string(), z.string()),
    }),
  ),
});

async function vector(t: ExecutionContext, id: string) {
  const file = new URL('../vectors/zalo.json', import.meta.url);
  const { vectors } = vectorsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const found = vectors.find((one) => one.id === id);
  t.truthy(found, `vector ${id} exists`);
  const inputs = z.record(z.string(), z.string()).parse(found?.inputs);
  return { inputs, expected: found?.expected ?? {} };
}

test('vector pkce-s256: the twin accepts the verifier of RFC 7636 and no other', async (t) => {
  const { inputs, expected } = await vector(t, 'pkce-s256');
  const codeVerifier = inputs['code_verifier'] ?? '';
  const codeChallenge = expected['code_challenge'] ?? '';
  t.is(codeChallengeOf(codeVerifier), codeChallenge);

  const app = { appId: '1', appSecret: 'secret', redirectUris: [] };
  const citizen = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An' };
  const twin = await startZalo({ apps: [app], citizens: [citizen] });
  const login = createZaloLogin({
    ...app,
    oauthUrl: twin.url,
    graphUrl: twin.url,
    redirectUri: 'http://127.0.0.1:3000/zalo/callback',
  });
  const signIn = async (verifier: string) => {
    const code = twin.mintCode({ zaloId: citizen.zaloId, codeChallenge });
    return (await login.identify({ code, codeVerifier: verifier })).outcome;
  };
  t.is(await signIn(codeVerifier), 'identified');
  t.is(await signIn(`${codeVerifier}x`), 'refused');
  await twin.close();
});

test('vector appsecret-proof: the client computes the proof of the official SDKs', async (t) => {
  const { inputs, expected } = await vector(t, 'appsecret-proof');
  t.is(
    appSecretProof(inputs['app_secret'] ?? '', inputs['access_token'] ?? ''),
    expected['appsecret_proof'] ?? '',
  );
});

test('vector zns-hash-phone: the twin knows a number by this hash', async (t) => {
  const { inputs, expected } = await vector(t, 'zns-hash-phone');
  const app = { appId: '1', appSecret: 'secret', redirectUris: [] };
  const twin = await startZalo({
    apps: [app],
    citizens: [{ zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: `+${inputs['phone']}` }],
    oas: [{ oaId: '2', appId: '1', secretKey: 'oa-secret', refreshToken: 'first' }],
  });
  const ask = async (path: string, headers: Record<string, string>, body: string | URLSearchParams) =>
    z
      .record(z.string(), z.unknown())
      .parse(await (await fetch(`${twin.url}${path}`, { method: 'POST', headers, body })).json());
  const grant = { app_id: '1', grant_type: 'refresh_token', refresh_token: 'first' };
  const { access_token: token } = await ask('/v4/oa/access_token', { secret_key: 'secret' }, new URLSearchParams(grant)); // prettier-ignore
  const message = { ...expected, template_id: '1', template_data: { otp: '1' } };
  const sent = await ask('/message/template/hashphone', { access_token: String(token) }, JSON.stringify(message)); // prettier-ignore
  t.is(sent['error'], 0);
  t.is(twin.znsInbox(`+${inputs['phone']}`).length, 1);
  await twin.close();
});
