// Free text from an Official Account: POST {url}/v3.0/oa/message/cs (contract zalo 5.2, 5.3). The broker
// itself writes templates only (zns.ts); the 1022 hotline of the sandbox answers with this.

import { z } from 'zod';
import { Refusal } from '../../errors.ts';
import type { OaTokens } from './oa-token.ts';
import { callZalo, type TransportAnswer } from './transport.ts';
import { errorNumber, jsonOrNothing } from './wire.ts';

/**
 * `not_reachable`: the citizen has not written for seven days, has blocked us or is no follower; only they
 * can change it. `night`: not between 22 and 6 o'clock. `quota` and `configuration` are ours to mend.
 */
export type OaRejection = 'not_reachable' | 'night' | 'quota' | 'configuration' | 'other';

export type OaMessages = {
  /**
   * Free text, at most 2000 characters, to somebody who wrote to the account within seven days.
   * `oaUserId` is the person's id at this account, not that of the app.
   * @throws Refusal invalid when the text is empty or too long; unavailable on an outage: whether the
   * message went out is then unknown, so nothing is sent twice by itself
   */
  send(message: {
    oaUserId: string;
    text: string;
  }): Promise<{ outcome: 'accepted'; messageId: string } | { outcome: 'rejected'; reason: OaRejection }>;
};

export type OaMessagesConfig = {
  /** Production: https://openapi.zalo.me */
  readonly url: string;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  /** Told of rejections that are ours to mend. Holds no text, id or token. */
  readonly onTrouble?: (reason: string) => void;
};

const LONGEST = 2_000;
const AUTH = new Set([-216, -220]);
const REASONS: readonly (readonly [OaRejection, ReadonlySet<number>])[] = [
  ['not_reachable', new Set([-213, -217, -227, -230, -232, -244])],
  ['night', new Set([-234])],
  ['quota', new Set([-32, -211, -218, -320, -321])],
  [
    'configuration',
    new Set([-204, -205, -209, -212, -219, -221, -223, -224, -233, -235, -240, -242, -248, -249]),
  ],
];

const body = z.object({
  error: errorNumber,
  // Only this member is sure to come (U19).
  data: z
    .object({ message_id: z.string().min(1).max(255).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

type Verdict =
  | { readonly kind: 'accepted'; readonly messageId: string }
  | { readonly kind: 'auth' }
  | { readonly kind: 'unclear'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: OaRejection };

export function createOaMessages(config: OaMessagesConfig, tokens: OaTokens): OaMessages {
  const url = `${config.url.replace(/\/+$/, '')}/v3.0/oa/message/cs`;
  const limits = {
    connectTimeoutMs: config.connectTimeoutMs ?? 3_000,
    readTimeoutMs: config.readTimeoutMs ?? 8_000,
    bodyLimitBytes: 16 * 1024,
  };
  const post = async (token: string, text: string): Promise<Verdict> => {
    const headers = { access_token: token, 'content-type': 'application/json' };
    return readAnswer(await callZalo({ method: 'POST', url, headers, body: text }, limits));
  };
  return {
    async send({ oaUserId, text }) {
      if (!/^[1-9][0-9]{0,31}$/.test(oaUserId)) throw refused('user id');
      if (text.trim() === '' || text.length > LONGEST) throw refused('text');
      const message = JSON.stringify({ recipient: { user_id: oaUserId }, message: { text } });
      const first = await tokens.current();
      let verdict = await post(first, message);
      // Refresh once, retry once: a second refusal is not about the token's age.
      if (verdict.kind === 'auth') verdict = await post(await tokens.replace(first), message);
      switch (verdict.kind) {
        case 'accepted':
          return { outcome: 'accepted', messageId: verdict.messageId };
        case 'auth':
          config.onTrouble?.('credentials');
          return { outcome: 'rejected', reason: 'configuration' };
        case 'rejected':
          if (verdict.reason !== 'not_reachable' && verdict.reason !== 'night')
            config.onTrouble?.(verdict.reason);
          return { outcome: 'rejected', reason: verdict.reason };
        case 'unclear':
          throw new Refusal('unavailable', `zalo oa: ${verdict.reason}`, {
            reason: `zalo_oa_${verdict.reason}`,
          });
      }
    },
  };
}

// Errors come with HTTP 200; an expired token may be a 401 (U18).
function readAnswer(called: TransportAnswer): Verdict {
  if (!called.ok) return { kind: 'unclear', reason: called.failure };
  if (called.status === 401) return { kind: 'auth' };
  if (called.status >= 300 && called.status < 400) return { kind: 'unclear', reason: 'redirected' };
  const answer = body.safeParse(jsonOrNothing(called.text));
  if (!answer.success) return { kind: 'unclear', reason: called.status === 200 ? 'bad_answer' : 'status' };
  const { error = 0, data } = answer.data;
  if (AUTH.has(error)) return { kind: 'auth' };
  if (error !== 0)
    return { kind: 'rejected', reason: REASONS.find(([, codes]) => codes.has(error))?.[0] ?? 'other' };
  const messageId = data?.message_id;
  return messageId === undefined
    ? { kind: 'unclear', reason: 'bad_answer' }
    : { kind: 'accepted', messageId };
}

const refused = (what: string) => new Refusal('invalid', `zalo oa message: unusable ${what}`);
