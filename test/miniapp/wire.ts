// The broker's side of the wire as a real HTTP server, as small as the package's tests need: proofs are
// checked, a session value is good once, a code is good once. What else it says is scripted.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from 'jose';
import {
  createTayNinhId,
  TayNinhIdError,
  type OnStep,
  type Options,
  type TayNinhId,
  type Zalo,
} from '../../packages/miniapp/miniapp.ts';

export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** The connection ends without an answer. `done`: after the work was done. */
  | 'reset'
  | 'done-then-reset';
export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly form: Readonly<Record<string, string>>;
  readonly proof: JWTPayload;
  readonly jkt: string;
};
export type Wire = {
  readonly url: string;
  /** Every request with a good proof and nonce, oldest first. */
  readonly seen: Seen[];
  /** Requests that were told to come again with a nonce. */
  nonceRetries: number;
  nonce: string;
  /** Answers to come on this path, before the usual ones. `undefined` in the list: the usual one. */
  script(path: string, ...answers: (Answer | ((request: Seen) => Answer | undefined) | undefined)[]): void;
  of(path: string): Seen[];
  /** What a step of the flow answers; the session is made by the wire. */
  step(challenge: object): (request: Seen) => Answer;
  tokenSeconds: number;
  /** How far the broker's clock is ahead. */
  aheadSeconds: number;
  lastToken(): string;
  endSessions(): void;
  stop(): Promise<void>;
};

export async function startWire(): Promise<Wire> {
  const scripts = new Map<string, (Answer | ((request: Seen) => Answer | undefined) | undefined)[]>();
  const jtis = new Set<string>();
  let session = '';
  let turn = 0;
  let token = '';
  const codes = new Map<string, string>();
  const freshSession = (): string => (session = `session-${(turn += 1)}`);

  const usual = (request: Seen): Answer => {
    const { path, form } = request;
    if (path === '/authorize-challenge') {
      if (form['auth_session'] !== undefined && form['auth_session'] !== session)
        return { status: 400, body: { error: 'invalid_session' } };
      const code = `code-${(turn += 1)}`;
      if (form['code_challenge'] !== undefined) challenges.push(form['code_challenge']);
      codes.set(code, challenges.at(-1) ?? '');
      return { status: 200, body: { authorization_code: code, auth_session: freshSession() } };
    }
    if (path === '/token') {
      const pkce = createHash('sha256')
        .update(form['code_verifier'] ?? '')
        .digest('base64url');
      const isGood = codes.get(form['code'] ?? '') === pkce;
      codes.delete(form['code'] ?? '');
      if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
      const iat = Math.floor(Date.now() / 1000) + wire.aheadSeconds;
      const payload = Buffer.from(JSON.stringify({ iat, n: (turn += 1) })).toString('base64url');
      token = `head.${payload}.signature`;
      return {
        status: 200,
        body: { access_token: token, token_type: 'DPoP', expires_in: wire.tokenSeconds },
      };
    }
    return { status: 200, body: { ok: true } };
  };
  const challenges: string[] = [];

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = new URL(incoming.url ?? '', wire.url).pathname;
    outgoing.setHeader('dpop-nonce', wire.nonce);
    if (path === '/tien-ich.json')
      return say(outgoing, (scripts.get(path)?.shift() as Answer | undefined) ?? { status: 404 });
    const read = await readProof(incoming);
    if (read.payload['nonce'] !== wire.nonce) {
      wire.nonceRetries += 1;
      const isService = incoming.headers.authorization !== undefined;
      return say(outgoing, {
        status: isService ? 401 : 400,
        body: { error: 'use_dpop_nonce' },
        ...(isService
          ? { headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"' } }
          : {}),
      });
    }
    const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const seen: Seen = {
      method: incoming.method ?? '',
      path,
      headers: incoming.headers,
      text,
      form: isForm ? Object.fromEntries(new URLSearchParams(text)) : {},
      proof: read.payload,
      jkt: read.jkt,
    };
    wire.seen.push(seen);
    const next = scripts.get(path)?.shift();
    const answer = (typeof next === 'function' ? next(seen) : next) ?? usual(seen);
    if (answer === 'done-then-reset') usual(seen);
    say(outgoing, answer);
  }

  async function readProof(incoming: IncomingMessage): Promise<{ payload: JWTPayload; jkt: string }> {
    const header = incoming.headers['dpop'];
    const { payload, protectedHeader } = await jwtVerify(String(header), EmbeddedJWK, {
      algorithms: ['ES256'],
      typ: 'dpop+jwt',
    });
    const jti = String(payload.jti);
    if (jtis.has(jti)) throw new Error('a proof was used twice');
    jtis.add(jti);
    const { pathname } = new URL(incoming.url ?? '', wire.url);
    if (payload['htu'] !== `${wire.url}${pathname}` || payload['htm'] !== incoming.method)
      throw new Error('the proof is for another request');
    const jwk = protectedHeader.jwk ?? {};
    if ('d' in jwk) throw new Error('the private key left');
    return { payload, jkt: await calculateJwkThumbprint(jwk) };
  }

  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch((error: unknown) => {
      outgoing.statusCode = 418;
      outgoing.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    seen: [],
    nonceRetries: 0,
    nonce: 'nonce-1',
    tokenSeconds: 600,
    aheadSeconds: 0,
    script: (path, ...answers) => void scripts.set(path, [...(scripts.get(path) ?? []), ...answers]),
    of: (path) => wire.seen.filter((one) => one.path === path),
    step: (challenge) => (request) => {
      const { auth_session: given, code_challenge: pkce } = request.form;
      if (given !== undefined && given !== session)
        return { status: 400, body: { error: 'invalid_session' } };
      if (pkce !== undefined) challenges.push(pkce);
      return {
        status: 400,
        body: {
          error: 'insufficient_authorization',
          auth_session: freshSession(),
          transaction: { id: 'su_1', display: 'Nộp hồ sơ', code: 'TN-48', expires_in: 1800 },
          challenge,
        },
      };
    },
    lastToken: () => token,
    endSessions: () => void freshSession(),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return wire;
}

function say(outgoing: ServerResponse, answer: Answer): void {
  if (answer === 'reset' || answer === 'done-then-reset') return void outgoing.destroy();
  const { status, body, headers = {} } = answer;
  const isText = typeof body === 'string';
  outgoing.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  outgoing.end(body === undefined ? '' : isText ? body : JSON.stringify(body));
}

export type FakeZalo = Zalo & { logins: number; tokens: string[]; stored: Map<string, string> };

/** Zalo's functions: a kept token until `login()` is called, as in Zalo. */
export function fakeZalo(change: Partial<Zalo> = {}): FakeZalo {
  const zalo: FakeZalo = {
    logins: 0,
    tokens: [],
    stored: new Map(),
    getAccessToken: () => {
      const token = `zalo-token-${zalo.logins}`;
      zalo.tokens.push(token);
      return Promise.resolve(token);
    },
    login: () => {
      zalo.logins += 1;
      return Promise.resolve('Success');
    },
    getPhoneNumber: () => Promise.resolve({ token: 'phone-token' }),
    nativeStorage: {
      getItem: (key) => zalo.stored.get(key) ?? null,
      setItem: (key, value) => void zalo.stored.set(key, value),
    },
    ...change,
  };
  return zalo;
}

export const noStep: OnStep = ({ type }) => Promise.reject(new Error(`nobody expected the step ${type}`));

export function openApp(wire: Wire, change: Partial<Options> = {}): TayNinhId {
  return createTayNinhId({
    issuer: wire.url,
    clientId: 'miniapp',
    zalo: fakeZalo(),
    onStep: noStep,
    ...change,
  });
}

/** A wire for one test. */
export async function openWire(t: { teardown(end: () => Promise<void>): void }): Promise<Wire> {
  const wire = await startWire();
  t.teardown(() => wire.stop());
  return wire;
}

export const unavailable: Answer = {
  status: 503,
  body: { error: 'temporarily_unavailable' },
  headers: { 'retry-after': '0' },
};

/** The code a login fails with; what it throws that has none. */
export const troubleOf = (login: Promise<unknown>): Promise<unknown> =>
  login.then(
    () => 'nothing',
    (error: unknown) => (error instanceof TayNinhIdError ? error.code : error),
  );
