// Template messages through Zalo (contract zalo 6): POST {url}/message/template.

import type { MessageAnswer, MessageGateway, MessageKind } from '../../codes/message-gateway.ts';
import { Refusal } from '../../errors.ts';
import type { OaTokens } from './oa-token.ts';
import { callZalo } from './transport.ts';
import { readZnsAnswer } from './zns-wire.ts';
import type { ZnsVerdict } from './zns-wire.ts';

export type ZnsConfig = {
  /** Production: https://business.openapi.zalo.me */
  readonly url: string;
  /** A kind without a template is not sent. */
  readonly templates: { readonly code: string; readonly notice?: string | undefined };
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  /** Told of rejections and outages that are ours to mend. Holds no number, text or token. */
  readonly onTrouble?: (reason: string) => void;
};

// The one parameter of each template, as approved by Zalo. `otp`: six digits. `noi_dung`: when, what and
// whom to call, ASCII without a link, at most 200 characters.
const PARAMETER: Readonly<Record<MessageKind, string>> = { code: 'otp', notice: 'noi_dung' };

export function createZnsGateway(config: ZnsConfig, tokens: OaTokens): MessageGateway {
  const url = `${config.url.replace(/\/+$/, '')}/message/template`;
  const limits = {
    connectTimeoutMs: config.connectTimeoutMs ?? 3_000,
    readTimeoutMs: config.readTimeoutMs ?? 8_000,
    bodyLimitBytes: 16 * 1024,
  };
  const post = async (token: string, body: string): Promise<ZnsVerdict> => {
    const headers = { access_token: token, 'content-type': 'application/json' };
    const called = await callZalo({ method: 'POST', url, headers, body }, limits);
    return called.ok
      ? readZnsAnswer(called.status, called.text)
      : { kind: 'transient', reason: called.failure };
  };
  return {
    async send({ to, text, reference, kind }): Promise<MessageAnswer> {
      const template = config.templates[kind];
      if (template === undefined) return { outcome: 'rejected', reason: 'configuration' };
      const body = JSON.stringify({
        phone: to.slice(1),
        template_id: template,
        template_data: { [PARAMETER[kind]]: text },
        tracking_id: reference,
      });
      const first = await tokens.current();
      let verdict = await post(first, body);
      // Refresh once, retry once: a second refusal is not about the token's age.
      if (verdict.kind === 'auth') verdict = await post(await tokens.replace(first), body);
      return answerOf(verdict, reference, config.onTrouble ?? (() => {}));
    },
  };
}

function answerOf(
  verdict: ZnsVerdict,
  reference: string,
  onTrouble: (reason: string) => void,
): MessageAnswer {
  switch (verdict.kind) {
    case 'accepted':
      return { outcome: 'accepted', messageId: verdict.messageId ?? reference };
    case 'auth':
      onTrouble('credentials');
      return { outcome: 'rejected', reason: 'credentials' };
    case 'rejected':
      if (verdict.isOurs) onTrouble(verdict.reason);
      return { outcome: 'rejected', reason: verdict.reason };
    case 'transient':
      throw new Refusal('unavailable', `zns: ${verdict.reason}`, { reason: `zns_${verdict.reason}` });
  }
}
