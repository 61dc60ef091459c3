// POST /oauth2/token and GET /oauth2/userinfo of the simulated hub.

import { createHash, randomUUID } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import type { VneidCitizen } from './citizens.ts';
import { idToken, type Claims, type SigningKeys } from './id-token.ts';
import type { VneidKnobs } from './knobs.ts';
import { remember, TOKEN_LIFE_SECONDS, type HubState, type VneidClient } from './state.ts';
import { json, text, type Answer, type Asked } from '../twin/server.ts';

export type Moment = { readonly knobs: VneidKnobs; readonly url: string; readonly issuer: string };

export async function token(
  asked: Asked,
  state: HubState,
  keys: SigningKeys,
  moment: Moment,
): Promise<Answer> {
  const { knobs } = moment;
  const form = new URLSearchParams(asked.body);
  const forced = knobs['token.error'];
  if (forced === 'not_json') return text(400, 'Bad Request');
  if (forced !== 'none') return refuse(forced, forced === 'invalid_client' ? 401 : 400);
  if (asked.method !== 'POST') return refuse('invalid_request');
  const client = await clientOf(asked, form, state, moment);
  if (client === undefined) return refuse('invalid_client', 401);
  if (form.get('grant_type') !== 'authorization_code') return refuse('unsupported_grant_type');

  const code = state.codes.get(form.get('code') ?? '');
  if (code === undefined || code.client !== client || code.expiresAtMs < Date.now())
    return refuse('invalid_grant');
  if (code.used && !knobs['code.reusable']) return refuse('invalid_grant');
  if (code.redirectUri !== form.get('redirect_uri')) return refuse('invalid_grant');
  if (!knobs['pkce.ignored'] && code.codeChallenge !== undefined && challengeOf(form) !== code.codeChallenge)
    return refuse('invalid_grant');
  code.used = true;

  const accessToken = randomUUID();
  remember(state.accessTokens, accessToken, {
    citizen: code.citizen,
    expiresAtMs: Date.now() + TOKEN_LIFE_SECONDS * 1000,
  });
  return json(200, {
    access_token: accessToken,
    refresh_token: randomUUID(),
    scope: 'openid',
    token_type: 'Bearer',
    expires_in: TOKEN_LIFE_SECONDS,
    id_token: await idToken(keys, knobs, {
      issuer: moment.issuer,
      sub: code.citizen.sub,
      clientId: client.clientId,
      nonce: code.nonce,
      personal: knobs['claims.in'] === 'userinfo' ? {} : personalClaims(code.citizen, accessToken, moment),
    }),
  });
}

export function userinfo(asked: Asked, state: HubState, moment: Moment): Answer {
  const [, bearer = ''] = /^Bearer (\S+)$/i.exec(asked.headers.authorization ?? '') ?? [];
  const access = state.accessTokens.get(bearer);
  if (access === undefined || access.expiresAtMs < Date.now()) return refuse('invalid_token', 401);
  const { knobs } = moment;
  const sub = { same: access.citizen.sub, other: randomUUID(), absent: undefined }[knobs['userinfo.sub']];
  return json(200, {
    sub,
    ...(knobs['claims.in'] === 'id_token' ? {} : personalClaims(access.citizen, bearer, moment)),
  });
}

// Every value a string, as WSO2 writes them; the two addresses carry a bearer token, as seen in the field.
function personalClaims(citizen: VneidCitizen, accessToken: string, { knobs, url }: Moment): Claims {
  const claims: Claims = {
    TechID: citizen.techId,
    LoaiTaiKhoan: '1',
    SoDinhDanh: citizen.personalNumber,
    HoVaTen: citizen.name,
    NgayThangNamSinh: citizen.birthdate,
    loginIdp: 'BCA',
    IAL: String(citizen.ial),
    loAs: '1',
    userProfileUri: `${url}/oauth2/userprofile?access_token=${accessToken}`,
    logoutUri: `${url}/oidc/logout?token=${accessToken}`,
  };
  if (knobs['claims.numbers'])
    Object.assign(claims, { LoaiTaiKhoan: 1, NgayThangNamSinh: Number(citizen.birthdate), IAL: citizen.ial });
  Object.assign(claims, knobs['claims.set']);
  for (const name of knobs['claims.drop']) delete claims[name];
  return claims;
}

async function clientOf(
  asked: Asked,
  form: URLSearchParams,
  state: HubState,
  moment: Moment,
): Promise<VneidClient | undefined> {
  const [, basic] = /^Basic (\S+)$/i.exec(asked.headers.authorization ?? '') ?? [];
  const [id, secret] =
    basic === undefined ? [form.get('client_id'), form.get('client_secret')] : pairOf(basic);
  const client = state.clients.find(({ clientId }) => clientId === id);
  if (client === undefined) return undefined;
  const assertion = form.get('client_assertion');
  if (assertion === null) return client.secret !== undefined && client.secret === secret ? client : undefined;
  return (await isAssertionOf(client, assertion, state, moment)) ? client : undefined;
}

async function isAssertionOf(
  client: VneidClient,
  assertion: string,
  state: HubState,
  moment: Moment,
): Promise<boolean> {
  if (client.publicKey === undefined) return false;
  try {
    const { payload } = await jwtVerify(
      assertion,
      await importJWK(client.publicKey, client.publicKey.alg ?? 'ES256'),
      {
        issuer: client.clientId,
        subject: client.clientId,
        audience: `${moment.url}/oauth2/token`,
        requiredClaims: ['exp', 'jti'],
      },
    );
    const fresh = payload.jti !== undefined && !state.assertionIds.has(payload.jti);
    if (payload.jti !== undefined) state.assertionIds.add(payload.jti);
    return fresh;
  } catch {
    return false;
  }
}

function pairOf(basic: string): [id: string | null, secret: string | null] {
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const decoded = new URLSearchParams(`id=${id}&secret=${secret}`);
  return [decoded.get('id'), decoded.get('secret')];
}

function challengeOf(form: URLSearchParams): string {
  return createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
}

function refuse(error: string, status = 400): Answer {
  return json(status, { error, error_description: 'sandbox' });
}
