// A browser and its portal going through the code flow: follows what the server says, answers the
// pages it meets. Knows our pages by their forms; the bare library shows none.

import { createHash } from 'node:crypto';
import type { Answer, Connection } from './connection.ts';
import { requestBytes } from './connection.ts';
import { REDIRECT_URI } from './cast.ts';

export type Jar = Map<string, string>;
export type Wanted = { readonly scope: string; readonly resource: string };

const VERIFIER = 'a-verifier-of-forty-three-characters-or-more-0';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const MOST_STEPS = 15;

/** Pushes the request and walks to the code. `assertion`: form fields of client authentication. */
export async function walkToCode(
  connection: Connection,
  host: string,
  jar: Jar,
  wanted: Wanted,
  assertion: string,
): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: `openid ${wanted.scope}`,
    resource: wanted.resource,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    state: 'state',
    nonce: 'nonce',
  });
  const pushed = await connection.send(requestBytes(host, '/par', { form: `${query}&${assertion}` }));
  const requestUri = /"request_uri":"([^"]+)"/.exec(pushed.body)?.[1];
  if (requestUri === undefined) throw new Error(`/par answered ${pushed.status} ${pushed.body}`);

  let path = `/auth?client_id=bench-portal&request_uri=${encodeURIComponent(requestUri)}`;
  let form: string | undefined;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const answer = await connection.send(requestBytes(host, path, { form, cookie: cookieOf(jar) }));
    keepCookies(jar, answer.cookies);
    const code = codeOf(answer);
    if (code !== undefined) return code;
    ({ path, form } = answer.location === undefined ? submission(answer, path) : { path: pathOf(answer.location), form: undefined }); // prettier-ignore
  }
  throw new Error(`no code after ${MOST_STEPS} steps, at ${path}`);
}

/** The form of a code redemption. */
export const redemption = (code: string, resource: string, assertion: string) =>
  `grant_type=authorization_code&code=${code}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}&code_verifier=${VERIFIER}&resource=${encodeURIComponent(resource)}&${assertion}`;

function codeOf({ location }: Answer): string | undefined {
  if (location?.startsWith(REDIRECT_URI) !== true) return undefined;
  const code = new URL(location).searchParams.get('code');
  if (code === null) throw new Error(`sign-in ended at ${location}`);
  return code;
}

// Zalo's permission page is skipped: it would send the browser straight to our callback.
function pathOf(location: string): string {
  const url = new URL(location, 'http://localhost');
  if (url.hostname !== 'zalo.bench.invalid') return url.pathname + url.search;
  return `/zalo/ve?code=any&state=${url.searchParams.get('state') ?? ''}`;
}

function submission({ status, body }: Answer, at: string): { path: string; form: string } {
  const action = /<form method="post" action="([^"]+\/(?:zalo|dong-y))"[^]*?<\/form>/.exec(body);
  if (status !== 200 || action === null) throw new Error(`${at} answered ${status} ${body.slice(0, 500)}`);
  const [text, path = ''] = action;
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]); // prettier-ignore
  const choices = [...text.matchAll(/<input type="radio"[^>]* name="([^"]+)" value="given"/g)].map(([, name = '']) => [name, 'given']); // prettier-ignore
  return { path, form: new URLSearchParams([...fields, ...choices] as [string, string][]).toString() }; // each is a pair by construction
}

function keepCookies(jar: Jar, cookies: readonly string[]): void {
  for (const cookie of cookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '' || cookie.includes('expires=Thu, 01 Jan 1970')) jar.delete(name);
    else jar.set(name, value);
  }
}

const cookieOf = (jar: Jar) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
