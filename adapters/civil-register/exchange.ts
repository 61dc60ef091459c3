// One call to the exchange. Whatever the network does becomes one of a closed list of words.

export type ExchangeFailure = 'timeout' | 'network' | 'status' | 'type' | 'too_large' | 'encoding';
export type Exchanged =
  | { readonly ok: true; readonly xml: string }
  | { readonly ok: false; readonly failure: ExchangeFailure };

/** Never throws; no redirect is followed. The whole exchange takes at most `timeoutMs`. */
export async function exchange(
  url: string,
  body: string,
  { timeoutMs, limitBytes }: { timeoutMs: number; limitBytes: number },
): Promise<Exchanged> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml', soapaction: '""' },
      body,
      redirect: 'manual',
      signal,
    });
    // SOAP 1.1 section 6.2: a fault travels with 500. Any other status is somebody else's answer.
    const expected = response.status === 200 || response.status === 500;
    const isXml = /^(?:text|application)\/xml\b/i.test(response.headers.get('content-type') ?? '');
    if (!expected || !isXml) {
      await response.body?.cancel();
      return { ok: false, failure: expected && response.status === 200 ? 'type' : 'status' };
    }
    return await readBody(response, limitBytes);
  } catch {
    // No cause: undici's errors may quote the request, and the request names a person.
    return { ok: false, failure: signal.aborted ? 'timeout' : 'network' };
  }
}

async function readBody(response: Response, limitBytes: number): Promise<Exchanged> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (sizeBytes > limitBytes) return { ok: false, failure: 'too_large' };
    chunks.push(chunk);
  }
  try {
    // Strict: in another encoding a DTD could pass the look for one.
    return { ok: true, xml: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { ok: false, failure: 'encoding' };
  }
}
