// Every call the guard makes goes to the issuer's own origin, follows no redirect, ends within three
// seconds and reads a bounded body. An address found in a document cannot send it elsewhere.

export type OutgoingRequest = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Given: POST as a form. */
  readonly form?: URLSearchParams;
  /** Given: POST as JSON. */
  readonly json?: string;
  readonly maxBytes: number;
};
export type OutgoingAnswer = { readonly status: number; readonly headers: Headers; readonly text: string };
/** Throws on anything that is not an HTTP answer within the limits. */
export type Outgoing = (request: OutgoingRequest) => Promise<OutgoingAnswer>;

const timeoutMs = 3000;

export const smallDocumentBytes = 64 * 1024;
export const largeDocumentBytes = 4 * 1024 * 1024;

export function createOutgoing(issuer: string, fetch: typeof globalThis.fetch): Outgoing {
  const { origin } = new URL(issuer);
  return async ({ url, headers = {}, form, json, maxBytes }) => {
    const body = form ?? json;
    if (new URL(url).origin !== origin) throw new Error('guard: refused an address outside the issuer');
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: json === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      cache: 'no-store',
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      throw new Error(`guard: no answer from ${origin}: ${reasonOf(error)}`, { cause: error });
    });
    return { status: response.status, headers: response.headers, text: await readBody(response, maxBytes) };
  };
}

// fetch says "fetch failed" of everything; what happened stands in the cause (ECONNREFUSED, a certificate).
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : error.name;
}

async function readBody(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by a throw cancels the stream and closes the connection.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('guard: answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
