// SMS gateway of the provider that holds our registered brand name: POST {url}/messages.

import { z } from 'zod';
import type { MessageAnswer, MessageRejection, SmsGateway } from '../../codes/message-gateway.ts';
import { Refusal } from '../../errors.ts';

export type SmsConfig = {
  readonly url: string;
  readonly apiKey: string;
  readonly brandName: string;
  /** For the whole exchange, connection included. */
  readonly timeoutMs?: number;
  readonly bodyLimitBytes?: number;
};

const accepted = z.object({ messageId: z.string().min(1).max(255) });
const rejected = z.object({ error: z.string() });

// The gateway's words and ours; a word not listed is `other`.
const REJECTIONS: ReadonlyMap<string, MessageRejection> = new Map<string, MessageRejection>([
  ['invalid_number', 'invalid_number'],
  ['unreachable_number', 'unreachable'],
  ['blocked_number', 'blocked'],
  ['content_not_allowed', 'content'],
  ['brand_not_registered', 'brand'],
]);

export function createSmsGateway(config: SmsConfig): SmsGateway {
  const url = `${config.url.replace(/\/+$/, '')}/messages`;
  const timeoutMs = config.timeoutMs ?? 10_000;
  const bodyLimitBytes = config.bodyLimitBytes ?? 16 * 1024;
  return {
    // No retry here: the outbox tries again with the same reference, which is delivered once.
    async send({ to, text, reference }): Promise<MessageAnswer> {
      const request = {
        method: 'POST',
        headers: {
          authorization: `Bearer ${config.apiKey}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ to, text, reference, brand: config.brandName }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      } as const;
      const { status, body } = await exchange(url, request, bodyLimitBytes);
      return answerOf(status, body, reference);
    },
  };
}

async function exchange(
  url: string,
  request: RequestInit & { signal: AbortSignal },
  limitBytes: number,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, request);
    return { status: response.status, body: jsonOrNothing(await textOf(response, limitBytes)) };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // No cause: undici's errors may quote the request, and the request holds a code and a phone number.
    throw smsFailure(request.signal.aborted ? 'timeout' : 'network');
  }
}

function answerOf(status: number, body: unknown, reference: string): MessageAnswer {
  if (status === 202 || status === 409) {
    const answer = accepted.safeParse(body);
    if (answer.success) return { outcome: 'accepted', messageId: answer.data.messageId };
    // 409: this reference was taken before, its message id is lost with the first answer.
    if (status === 409) return { outcome: 'accepted', messageId: reference };
    throw smsFailure('bad_answer');
  }
  if (status >= 400 && status < 500) return { outcome: 'rejected', reason: rejectionOf(status, body) };
  throw smsFailure('status');
}

function rejectionOf(status: number, body: unknown): MessageRejection {
  if (status === 401 || status === 403) return 'credentials';
  if (status === 429) return 'quota';
  return REJECTIONS.get(rejected.safeParse(body).data?.error ?? '') ?? 'other';
}

async function textOf(response: Response, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw smsFailure('too_large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function smsFailure(word: 'timeout' | 'network' | 'status' | 'bad_answer' | 'too_large'): Refusal {
  return new Refusal('unavailable', `sms gateway: ${word}`, { reason: `sms_${word}` });
}
