// What a service must refuse on its first day. Each request is good but for one thing; the answer
// must be the row of protocol §4 that the thing belongs to.

import { generateKeyPair } from 'jose';
import type { Sent } from './exchange.ts';
import { makeProof, type ProofFacts, type ProofPair } from './proofs.ts';

export type Call = {
  readonly method: string;
  readonly url: string;
  readonly body?: string | undefined;
  readonly token: string;
  readonly pair: ProofPair;
  /** A nonce the service asked for. */
  readonly nonce: string | undefined;
};
export type Refusal = {
  readonly title: string;
  readonly status: number;
  readonly error: string | undefined;
  /** The requests, in order: only the last answer counts. */
  readonly send: () => Promise<readonly Sent[]>;
};

const address = (url: string) => new URL(url).origin + new URL(url).pathname;

export async function requestOf(
  call: Call,
  change: { scheme?: string; token?: string; pair?: ProofPair; proof?: Partial<ProofFacts> } = {},
): Promise<Sent> {
  const { method, url, body, nonce } = call;
  const token = change.token ?? call.token;
  const facts = { method, address: address(url), token, nonce, ...change.proof };
  const proof = await makeProof(change.pair ?? call.pair, facts);
  return sent(call, [
    ['authorization', `${change.scheme ?? 'DPoP'} ${token}`],
    ['dpop', proof],
    ...(body === undefined ? [] : [['content-type', 'application/json'] as const]),
  ]);
}

/** `foreign`: a good token of the same person for another service. */
export function refusals(call: Call, foreign: string | undefined): readonly Refusal[] {
  const invalidToken = { status: 401, error: 'invalid_token' };
  const invalidProof = { status: 401, error: 'invalid_dpop_proof' };
  const invalidRequest = { status: 400, error: 'invalid_request' };
  const one = (change: Parameters<typeof requestOf>[1]) => async () => [await requestOf(call, change)];
  return [
    { title: 'không có mã truy cập', status: 401, error: undefined, send: async () => [sent(call, [])] },
    { title: 'chữ ký của mã bị sửa', ...invalidToken, send: one({ token: forged(call.token) }) },
    { title: 'mã không ký (alg none)', ...invalidToken, send: one({ token: unsigned(call.token) }) },
    ...(foreign === undefined
      ? []
      : [{ title: 'mã của dịch vụ khác', ...invalidToken, send: one({ token: foreign }) }]),
    { title: 'gửi mã theo kiểu Bearer', ...invalidToken, send: one({ scheme: 'Bearer' }) },
    {
      title: 'thiếu bằng chứng DPoP',
      ...invalidProof,
      send: async () => {
        const request = await requestOf(call);
        return [{ ...request, headers: request.headers.filter(([name]) => name !== 'dpop') }];
      },
    },
    {
      title: 'bằng chứng dùng lần thứ hai',
      ...invalidProof,
      send: async () => {
        const request = await requestOf(call);
        return [request, request];
      },
    },
    { title: 'bằng chứng cho phương thức khác', ...invalidProof, send: one({ proof: { method: 'TRACE' } }) },
    {
      title: 'bằng chứng cho địa chỉ khác',
      ...invalidProof,
      send: one({ proof: { address: `${address(call.url)}-khac` } }),
    },
    { title: 'bằng chứng cho mã khác', ...invalidProof, send: one({ proof: { token: 'ma-khac' } }) },
    {
      title: 'bằng chứng của khoá khác',
      ...invalidProof,
      send: async () => [await requestOf(call, { pair: await generateKeyPair('ES256') })],
    },
    { title: 'bằng chứng từ hôm qua', ...invalidProof, send: one({ proof: { driftSeconds: -86_400 } }) },
    {
      title: 'hai đầu Authorization',
      ...invalidRequest,
      send: async () => {
        const request = await requestOf(call);
        return [{ ...request, headers: [...request.headers, ['authorization', `DPoP ${call.token}`]] }];
      },
    },
    {
      title: 'mã nằm trong địa chỉ',
      ...invalidRequest,
      send: async () => {
        const request = await requestOf(call);
        return [
          { ...request, url: `${call.url}${call.url.includes('?') ? '&' : '?'}access_token=${call.token}` },
        ];
      },
    },
  ];
}

function sent({ method, url, body }: Call, headers: Sent['headers']): Sent {
  return { method, url, headers, body };
}

// One bit of the signature: a verifier that compares anything less would not see it.
function forged(token: string): string {
  const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url');
  signature[0] = (signature[0] ?? 0) ^ 1;
  return [...token.split('.').slice(0, 2), signature.toString('base64url')].join('.');
}

function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  return [header, token.split('.')[1] ?? '', ''].join('.');
}
