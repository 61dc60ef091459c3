// A token vector as it is written down by hand (claims, header, proof, what is expected) and the
// request that follows from it.

import { hash } from 'node:crypto';
import type { VectorKey } from './sign.ts';
import { part, proofJwk, signJws, thumbprint } from './sign.ts';
import { acr, clock, keys, settings, token } from './ground.ts';

/** `allowed`, a row of protocol §4, or its last line. */
export type Row = 'allowed' | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 'handover' | 'unavailable';

export type ProofDraft = {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: VectorKey;
  /** Instead of a proof of ours. */
  readonly raw?: string;
};

export type Draft = {
  readonly name: string;
  readonly row: Row;
  readonly action?: string;
  readonly claims?: object;
  readonly header?: object;
  readonly signedBy?: VectorKey;
  /** Instead of a token of ours; undefined keeps ours. */
  readonly token?: string;
  readonly scheme?: string;
  readonly proof?: ProofDraft | 'none';
  readonly method?: string;
  readonly url?: string;
  readonly form?: string;
  /** In place of the usual two, or after them. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly moreHeaders?: readonly (readonly [string, string])[];
  /** Set for this case only. */
  readonly feed?: object | null;
  readonly nonceWindow?: string;
  readonly audience?: string;
  /** Cases whose requests the same guard got before. */
  readonly before?: readonly string[];
  readonly expect?: object;
};

/** 32 bytes, for the cases in which the service wants a nonce. */
export const nonceSecret = Buffer.alloc(32, 7);

const routes: Readonly<Record<string, readonly [string, string]>> = {
  'nuoc.xem': ['GET', '/hoa-don'],
  'nuoc.doi-ten': ['PUT', '/hop-dong/123'],
  'nuoc.lap-dat': ['POST', '/lap-dat'],
};
const answers: Readonly<Record<string, { status: number; error?: string; problem: string }>> = {
  1: { status: 400, error: 'invalid_request', problem: 'invalid-request' },
  2: { status: 401, problem: 'no-token' },
  3: { status: 401, error: 'invalid_token', problem: 'invalid-token' },
  4: { status: 401, error: 'invalid_dpop_proof', problem: 'dpop' },
  5: { status: 401, error: 'invalid_token', problem: 'consent-withdrawn' },
  6: { status: 403, problem: 'unknown-action' },
  7: { status: 401, error: 'insufficient_user_authentication', problem: 'step-up' },
  8: { status: 403, error: 'insufficient_scope', problem: 'scope' },
  9: { status: 403, error: 'insufficient_scope', problem: 'consent-required' },
  10: { status: 403, problem: 'denied' },
  handover: { status: 403, problem: 'handover' },
  unavailable: { status: 503, problem: 'unavailable' },
};

export function caseOf(draft: Draft) {
  const { name, row, action = 'nuoc.ky', feed, nonceWindow, audience, before } = draft;
  return {
    name,
    row,
    action,
    request: requestOf(draft, action),
    ...(feed === undefined ? {} : { feed }),
    ...(audience === undefined ? {} : { settings: { audience } }),
    ...(nonceWindow === undefined ? {} : { nonce_secret: nonceSecret.toString('base64url') }),
    ...(before === undefined ? {} : { before }),
    expect: { ...expectedOf(draft), ...draft.expect },
  };
}

function requestOf(draft: Draft, action: string) {
  const [method, url] = [
    draft.method ?? routes[action]?.[0] ?? 'POST',
    draft.url ?? routes[action]?.[1] ?? '/hop-dong/123/ky',
  ];
  const accessToken = draft.token ?? token(draft.claims, draft.header, draft.signedBy);
  const headers = draft.headers ?? [
    ['Authorization', `${draft.scheme ?? 'DPoP'} ${accessToken}`] as const,
    ...(draft.proof === 'none' ? [] : [['DPoP', proofOf(draft, accessToken, method, url)] as const]),
  ];
  return {
    method,
    url,
    headers: [['Host', 'api.nuoc.example.vn'], ...headers, ...(draft.moreHeaders ?? [])],
    ...(draft.form === undefined ? {} : { form: draft.form }),
  };
}

function proofOf({ name, proof }: Draft, accessToken: string, method: string, url: string): string {
  if (proof === 'none') return '';
  if (proof?.raw !== undefined) return proof.raw;
  return makeProof({ accessToken, method, url, jti: `proof of: ${name}` }, proof);
}

export function makeProof(
  { accessToken, method, url, jti }: { accessToken: string; method: string; url: string; jti: string },
  { claims = {}, header = {}, key = keys.app }: ProofDraft = {},
): string {
  const address = settings.baseUrl + (url.split('?')[0] ?? '');
  const payload = {
    jti,
    htm: method,
    htu: address,
    iat: clock - 1,
    ath: hash('sha256', accessToken, 'base64url'),
    ...claims,
  };
  return signJws(key, { typ: 'dpop+jwt', alg: 'ES256', jwk: proofJwk(key), ...header }, payload);
}

function expectedOf({ row, claims }: Draft): object {
  if (row === 'allowed') {
    const { sub = 'pairwise-1', client_id = 'miniapp' } = (claims ?? {}) as {
      sub?: string;
      client_id?: string;
    };
    return { ok: true, principal: { sub, client_id } };
  }
  const { status, error, problem } = answers[String(row)] ?? { status: 500, problem: 'none' };
  const challenge = status === 503 || (status === 403 && error === undefined) ? [] : ['WWW-Authenticate'];
  return {
    ok: false,
    status,
    ...(error === undefined ? {} : { error }),
    problem_type: `${settings.issuer}/problems/${problem}`,
    header_fragments: {
      'Cache-Control': ['no-store'],
      'Content-Type': ['application/problem+json'],
      ...(challenge.length === 0
        ? {}
        : {
            'WWW-Authenticate': [
              error === undefined ? 'DPoP algs="ES256"' : `DPoP error="${error}"`,
              'algs="ES256"',
              `resource_metadata="${settings.baseUrl}/.well-known/oauth-protected-resource"`,
              ...(row === 7 ? [`acr_values="${acr(2)}"`] : []),
            ],
          }),
      ...(status === 503 ? { 'Retry-After': [''] } : {}),
    },
    absent_headers: challenge.length === 0 ? ['WWW-Authenticate'] : [],
    // Only row 7 shows what the service asks for (RFC 9470 §9).
    forbidden_fragments: row === 7 ? [] : ['acr_values'],
  };
}

export { part, thumbprint };
