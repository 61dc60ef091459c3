// A web application with Express and Passport, as a small office would write one: the strategy of
// openid-client does the protocol, the application keeps tokens in its own session.
// passport-openidconnect cannot: it knows shared secrets only (docs/conformance.md).

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { JWK } from 'jose';
import { importJWK } from 'jose';
import express from 'express';
import type { Request } from 'express';
import * as openid from 'openid-client';
import { Strategy } from 'openid-client/passport';
import passport from 'passport';

const NAME = 'tayninh-id';

type Session = {
  [member: string]: unknown;
  DPoP?: openid.DPoPHandle;
  tokens?: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;
  /** What the next sign-in must ask for, as a service said it. */
  wanted?: Record<string, string>;
};

export async function startPassportApp(about: {
  issuer: string;
  port: number;
  clientId: string;
  privateJwk: JWK & { kid: string };
  /** A service that will ask for level 2. */
  service: { url: string; audience: string };
}): Promise<{ url: string; stop(): Promise<void> }> {
  const { issuer, port, clientId, privateJwk, service } = about;
  const url = `http://localhost:${port}`;
  const key = await importJWK(privateJwk, 'ES256');
  if (key instanceof Uint8Array) throw new Error('not an asymmetric key');
  const config = await openid.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: 'ES256' },
    openid.PrivateKeyJwt({ key, kid: privateJwk.kid }),
    { execute: [openid.allowInsecureRequests] },
  );

  const sessions = new Map<string, Session>();
  const sessionOf = (req: Request): Session => {
    const { session } = req as Request & { session?: Session }; // set by the first middleware below
    if (session === undefined) throw new Error('no session');
    return session;
  };
  const strategy = new Strategy(
    {
      config,
      name: NAME,
      callbackURL: `${url}/ve`,
      scope: 'openid tn.level',
      usePAR: true,
      DPoP: async (req) =>
        (sessionOf(req).DPoP ??= openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))),
      passReqToCallback: true,
    },
    (req, tokens, verified) => {
      sessionOf(req).tokens = tokens;
      verified(null, { sub: tokens.claims()?.sub });
    },
  );
  // The strategy's own place for parameters that differ from one request to the next.
  strategy.authorizationRequestParams = (req) => sessionOf(req).wanted;

  const passports = new passport.Passport();
  passports.use(NAME, strategy);
  const signIn = passports.authenticate(NAME, { session: false }) as express.RequestHandler; // Passport types it as any
  const app = express();
  app.use((req, res, next) => {
    const known = /(?:^|; )phien=([^;]+)/.exec(req.headers.cookie ?? '')?.[1] ?? '';
    const id = sessions.has(known) ? known : randomUUID();
    const session = sessions.get(id) ?? {};
    sessions.set(id, session);
    if (id !== known) res.cookie('phien', id, { httpOnly: true, sameSite: 'lax' });
    Object.assign(req, { session });
    next();
  });
  app.get('/', (req, res) => {
    const { tokens } = sessionOf(req);
    const claims = tokens?.claims();
    show(res, tokens === undefined ? 'Chưa đăng nhập' : JSON.stringify({ sub: claims?.sub, acr: claims?.['acr'] })); // prettier-ignore
  });
  app.get('/vao', signIn);
  app.get('/ve', signIn, (_req, res) => res.redirect('/'));
  app.get('/nop', async (req, res) => {
    const session = sessionOf(req);
    const { tokens, DPoP } = session;
    if (tokens === undefined || DPoP === undefined) return res.redirect('/vao');
    const headers = new Headers({ 'content-type': 'application/json' });
    const body = JSON.stringify({ loai: 'Trích lục', noiDung: 'Xin bản sao' });
    try {
      const answer = await openid.fetchProtectedResource(config, tokens.access_token, new URL(`${service.url}/ho-so`), 'POST', body, headers, { DPoP }); // prettier-ignore
      return show(res, `Đã nộp: ${answer.status}`);
    } catch (error) {
      const asked = error instanceof openid.WWWAuthenticateChallengeError ? error.cause[0]?.parameters : undefined; // prettier-ignore
      if (asked?.error !== 'insufficient_user_authentication') throw error;
      session.wanted = {
        scope: `openid tn.level ${asked.scope ?? ''}`,
        resource: service.audience,
        acr_values: asked['acr_values'] ?? '',
        max_age: asked['max_age'] ?? '',
      };
      return res.redirect('/vao');
    }
  });
  app.get('/chuan-bi', (req, res) => {
    sessionOf(req).wanted = { scope: 'openid tn.level svc:hoso:chuan-bi', resource: service.audience };
    res.redirect('/vao');
  });
  app.get('/gia-han', async (req, res) => {
    const session = sessionOf(req);
    const { refresh_token: refreshToken = '' } = session.tokens ?? {};
    try {
      const options = session.DPoP === undefined ? {} : { DPoP: session.DPoP };
      session.tokens = { ...session.tokens, ...(await openid.refreshTokenGrant(config, refreshToken, {}, options)) }; // prettier-ignore
      return show(res, 'Đã gia hạn');
    } catch (error) {
      return show(res, error instanceof openid.ResponseBodyError ? error.error : 'lỗi');
    }
  });
  app.get('/ra', (req, res) => {
    const { tokens } = sessionOf(req);
    const hint = tokens?.id_token === undefined ? {} : { id_token_hint: tokens.id_token };
    res.redirect(openid.buildEndSessionUrl(config, { ...hint, post_logout_redirect_uri: `${url}/` }).href);
  });
  const server = app.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    url,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function show(res: express.Response, text: string): void {
  res.type('html').send(`<h1>${text.replaceAll('<', '&lt;')}</h1>`);
}
