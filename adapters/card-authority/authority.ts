// The authority behind the cards (C06, its RAR centre): POST {url}/checks with the files of a chip.
// No public specification of its interface is known, so the wire form is ours until there is one;
// what the house relies on is the port (contract identity-vn.md section 8).

import { z } from 'zod';
import type { AuthorityAnswer, CardAuthority, CardFiles } from '../../assurance/card-authority.ts';

export type CardAuthorityConfig = {
  readonly url: string;
  readonly apiKey: string;
  readonly clock: () => Date;
  /** For the whole exchange, connection included. */
  readonly timeoutMs?: number;
  readonly bodyLimitBytes?: number;
  /** Told after every exchange: undefined when it went well. `alarm`: ours to mend (key, quota, right). */
  readonly onAnswer?: (trouble: { reason: AuthorityTrouble; alarm: boolean } | undefined) => void;
};
export type AuthorityTrouble = 'timeout' | 'network' | 'status' | 'bad_answer' | 'too_large' | 'refused';

const answer = z.object({
  requestId: z.string(),
  status: z.enum(['valid', 'invalid', 'refused']),
  checkId: z.string().regex(/^[\w.:-]{1,100}$/),
  time: z.iso.datetime({ offset: true }),
  organisation: z.string().min(1).max(100),
  holder: z.enum(['checked', 'not_checked']).optional(),
});

const CLOCK_MAY_DIFFER_MS = 300_000;

export function createCardAuthority(config: CardAuthorityConfig): CardAuthority {
  const { apiKey, clock, timeoutMs = 8_000, bodyLimitBytes = 16 * 1024, onAnswer = () => {} } = config;
  const url = `${config.url.replace(/\/+$/, '')}/checks`;
  return {
    async check({ files, requestId }): Promise<AuthorityAnswer> {
      const failed = (status: 'refused' | 'unavailable', reason: AuthorityTrouble): AuthorityAnswer => {
        onAnswer({ reason, alarm: status === 'refused' });
        return { status, checkId: requestId, time: clock(), organisation: 'card-authority' };
      };
      const reply = await exchange(
        url,
        apiKey,
        { requestId, files: textOf(files) },
        timeoutMs,
        bodyLimitBytes,
      );
      if ('trouble' in reply) return failed('unavailable', reply.trouble);
      if ([401, 403, 429].includes(reply.status)) return failed('refused', 'refused');
      if (reply.status !== 200) return failed('unavailable', 'status');
      const read = answer.safeParse(reply.body);
      // An answer to another question, or from another time, is no answer to this one.
      if (!read.success || read.data.requestId !== requestId) return failed('unavailable', 'bad_answer');
      const time = new Date(read.data.time);
      if (Math.abs(time.getTime() - clock().getTime()) > CLOCK_MAY_DIFFER_MS) return failed('unavailable', 'bad_answer'); // prettier-ignore
      const { status, checkId, organisation, holder } = read.data;
      onAnswer(status === 'refused' ? { reason: 'refused', alarm: true } : undefined);
      return { status, checkId, time, organisation, holderChecked: holder === 'checked' };
    },
  };
}

const textOf = (files: CardFiles) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes?.toString('base64')]));

type Reply = { readonly status: number; readonly body: unknown } | { readonly trouble: AuthorityTrouble };

async function exchange(
  url: string,
  apiKey: string,
  body: object,
  timeoutMs: number,
  limitBytes: number,
): Promise<Reply> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify(body),
      // A redirect would carry a person's card to somebody else.
      redirect: 'manual',
      signal,
    });
    const text = await boundedText(response, limitBytes);
    if (text === undefined) return { trouble: 'too_large' };
    return { status: response.status, body: jsonOrNothing(text) };
  } catch {
    // The error is dropped: undici's may quote the request, and the request is a person's card.
    return { trouble: signal.aborted ? 'timeout' : 'network' };
  }
}

async function boundedText(response: Response, limitBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
