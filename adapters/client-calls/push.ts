// Sends one event to a service (RFC 8935 2). Whatever the network does comes out as a word of the port.

import { z } from 'zod';
import type { PushFailure, PushReceiver, Pushed } from '../../signals/receiver.ts';
import type { ClientFetch } from './fetch.ts';
import { SpecialAddress } from './fetch.ts';
import { isSpecialUse } from './special-addresses.ts';
import { isIP } from 'node:net';

/** For the whole of it, the answer's body included. */
const TIMEOUT_MS = 4_000;
const MOST_BYTES = 4_096;
const LONGEST_URL = 2_000;

const problem = z.object({
  err: z.string().regex(/^[A-Za-z0-9_.:-]{1,60}$/),
  description: z.string().max(MOST_BYTES).optional().catch(undefined),
});

export function createPushReceiver(
  call: ClientFetch,
  { intranetHosts, timeoutMs = TIMEOUT_MS }: { intranetHosts: readonly string[]; timeoutMs?: number },
): PushReceiver {
  return {
    allows(text) {
      const url = text.length > LONGEST_URL ? null : URL.parse(text);
      if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') return false;
      if (intranetHosts.includes(url.host)) return url.protocol === 'https:' || url.protocol === 'http:';
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      return url.protocol === 'https:' && !(isIP(literal) !== 0 && isSpecialUse(literal)) && !isOwnName(literal); // prettier-ignore
    },
    async push({ url, authorization, set }) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await call(url, {
          method: 'POST',
          redirect: 'manual', // an address that was checked must not lead on to one that was not
          headers: {
            'content-type': 'application/secevent+jwt',
            accept: 'application/json',
            ...(authorization === undefined ? {} : { authorization }),
          },
          body: set,
          signal,
        });
        return await readAnswer(response);
      } catch (error) {
        return { outcome: 'failed', reason: failureOf(error) };
      }
    },
  };
}

async function readAnswer(response: Response): Promise<Pushed> {
  const { status } = response;
  if (status === 400) {
    const parsed = problem.safeParse(jsonOrNothing(await readSome(response)));
    if (parsed.success) return { outcome: 'refused', error: parsed.data.err, text: parsed.data.description };
  } else await response.body?.cancel();
  if (status === 202) return { outcome: 'accepted' };
  return { outcome: 'failed', reason: status >= 300 && status < 400 ? 'redirect' : `status_${status}` };
}

async function readSome(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) break; // leaving the loop cancels the rest
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function failureOf(error: unknown): PushFailure {
  // fetch wraps what happened; with several addresses tried there is one more layer.
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    if (cause instanceof SpecialAddress) return 'address';
    if (cause.name === 'TimeoutError') return 'timeout';
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    if (/^(ENOTFOUND|EAI_)/.test(code)) return 'name';
    if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
    if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code)) return 'tls';
    cause = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause.cause;
  }
  return 'network';
}

const isOwnName = (name: string) => /^(?:localhost|.*\.localhost|.*\.local|.*\.internal)\.?$/.test(name);
