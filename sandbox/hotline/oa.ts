// The hotline's side of its Official Account (contract zalo 5): whether an event is Zalo's, and answering
// a citizen who wrote within seven days.

import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { createOaMessages } from '../../adapters/zalo/oa-messages.ts';
import type { OaTokens } from '../../adapters/zalo/oa-token.ts';
import { oaSignature } from '../zalo/webhooks.ts';

export type OaAccount = {
  readonly oaId: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly oaSecret: string;
  readonly refreshToken: string;
};

const messageSchema = z.object({
  event_name: z.literal('user_send_text'),
  sender: z.object({ id: z.string().regex(/^\d{1,32}$/) }),
  recipient: z.object({ id: z.string() }),
  message: z.object({ text: z.string().max(10_000), msg_id: z.string().min(1).max(255) }),
});
const timedSchema = z.object({ timestamp: z.string().optional() });

export type Message = { readonly userId: string; readonly text: string; readonly messageId: string };

/** `undefined`: not Zalo's. `other`: Zalo's, and nothing to answer. */
export function readEvent(
  { oaId, appId, oaSecret }: OaAccount,
  raw: Buffer,
  headers: { readonly signature: string; readonly timestamp: string | undefined },
): Message | 'other' | undefined {
  const text = raw.toString('utf8');
  const body = jsonOf(text);
  const times = [timedSchema.safeParse(body).data?.timestamp, headers.timestamp];
  const given = headers.signature.replace(/^(mac|sha256)=/i, '').toLowerCase();
  const good = [appId, oaId].some((first) =>
    times.some((time) => time !== undefined && isSame(given, oaSignature(first, text, time, oaSecret))),
  );
  if (!good) return undefined;
  const message = messageSchema.safeParse(body);
  if (!message.success || message.data.recipient.id !== oaId) return 'other';
  const { sender, message: said } = message.data;
  return { userId: sender.id, text: said.text, messageId: said.msg_id };
}

const pairSchema = z.object({ access_token: z.string().min(1), refresh_token: z.string().optional() });

export type Sent = 'sent' | 'not_reachable' | 'failed';

/** One token for the whole process; the successor of the refresh token is kept in memory only. */
export function createOaSender(account: OaAccount, zaloUrl: string) {
  let { refreshToken } = account;
  let access: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const response = await fetch(`${zaloUrl}/v4/oa/access_token`, {
      method: 'POST',
      headers: { secret_key: account.appSecret },
      body: new URLSearchParams({ app_id: account.appId, refresh_token: refreshToken, grant_type: 'refresh_token' }), // prettier-ignore
      signal: AbortSignal.timeout(8_000),
    });
    const pair = pairSchema.parse(jsonOf(await response.text()));
    refreshToken = pair.refresh_token ?? refreshToken;
    return pair.access_token;
  }
  const tokens: OaTokens = {
    current() {
      access ??= renew();
      access.catch(() => (access = undefined));
      return access;
    },
    // Only by the first who finds it old: the refresh token works once.
    async replace(refused) {
      if ((await access) === refused) access = undefined;
      return tokens.current();
    },
  };
  const messages = createOaMessages({ url: zaloUrl }, tokens);

  return {
    async send(userId: string, text: string): Promise<Sent> {
      const answer = await messages.send({ oaUserId: userId, text }).catch(() => undefined);
      if (answer === undefined) return 'failed';
      if (answer.outcome === 'accepted') return 'sent';
      return answer.reason === 'not_reachable' ? 'not_reachable' : 'failed';
    },
  };
}

// What is not hex has another length in bytes than in letters, and the comparison would throw.
const isSame = (given: string, made: string): boolean =>
  /^[0-9a-f]{64}$/.test(given) && timingSafeEqual(Buffer.from(given), Buffer.from(made));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
