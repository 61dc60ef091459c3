// `fetch` with a token. A service's refusal that a token can mend is mended once: a step-up (RFC 9470), a
// scope not asked for yet, a token that ended. What it answers then is the caller's.

import { readServiceAnswer } from './authenticate.ts';
import type { Launch } from './launch.ts';
import type { Sent } from './line.ts';
import { covers, scopesIn, type Held } from './shelf.ts';

export type CallOptions = {
  /** The service's id in the catalogue. Needed where the address does not say it. */
  readonly resource?: string;
  /** The scopes of the action. Without them the first answer of the service says which. */
  readonly scope?: string;
};

/** @throws TayNinhIdError, TypeError for an address that belongs to no known service */
export async function callService(
  launch: Launch,
  resource: string,
  request: Sent,
  { scope, acceptLanguage }: { scope: string | undefined; acceptLanguage: string },
): Promise<Response> {
  const headers = new Headers(request.headers);
  if (!headers.has('accept-language')) headers.set('accept-language', acceptLanguage);
  const send = (held: Held) => launch.line.send({ ...request, headers, accessToken: held.accessToken });

  const since = Date.now();
  const first = await launch.token(resource, scope);
  request.signal?.throwIfAborted();
  const sentAt = Date.now();
  const answer = await send(first);
  const better = await betterToken(launch, { resource, response: answer, used: first, since, sentAt });
  if (better === undefined) return answer;
  await answer.body?.cancel();
  request.signal?.throwIfAborted();
  return send(better);
}

async function betterToken(
  launch: Launch,
  refused: { resource: string; response: Response; used: Held; since: number; sentAt: number },
): Promise<Held | undefined> {
  const { resource, response, used, since, sentAt } = refused;
  if (response.status !== 401 && response.status !== 403) return undefined;
  const asked = readServiceAnswer(response);
  switch (asked?.error) {
    case 'insufficient_user_authentication': {
      const { acrValues, maxAge } = asked;
      const scope = asked.scope ?? used.asked.join(' ');
      return launch.raise({ resource, scope, acrValues, maxAge }, since);
    }
    case 'insufficient_scope':
      // Asked for once already and not given: the citizen has refused, or may not have it.
      return covers(used.asked, scopesIn(asked.scope)) ? undefined : launch.token(resource, asked.scope);
    case 'invalid_token':
      launch.drop(resource, used, sentAt);
      // After a withdrawal the citizen is told so; the next call asks the broker anew.
      return asked.description === 'consent_withdrawn'
        ? undefined
        : afterEnd(asked.description).then(() => launch.token(resource, used.asked.join(' ')));
    default:
      return undefined;
  }
}

// Tokens are ended by whole seconds: one that was issued in the same second as the end would be ended too.
const afterEnd = (description: string | undefined) =>
  new Promise<void>((resolve) => setTimeout(resolve, description === 'ended' ? 1_000 : 0));

/** What was passed to `fetch`, read once so that it can be sent again. */
export async function readCall(input: string | URL | Request, init: RequestInit | undefined): Promise<Sent> {
  // A stream can be read once; `duplex` says that we wait for its end before we send.
  const stream = init?.body instanceof ReadableStream ? { duplex: 'half' } : {};
  const request = new Request(input, { ...init, ...stream });
  const { method, url, headers, signal } = request;
  const isBare = method === 'GET' || method === 'HEAD';
  return {
    method,
    url: url.split('#')[0] ?? url,
    headers,
    body: isBare ? undefined : await request.arrayBuffer(),
    signal,
  };
}
