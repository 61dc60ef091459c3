// What codes and notices ask of a gateway. One gateway a channel; which channel may carry what is
// decided by policies/code-channel.ts.

export type MessageChannel = 'sms' | 'zns';
export type MessageKind = 'code' | 'notice';

/** `configuration`, `credentials`, `brand` and `quota` are ours to mend; the others concern the number or the text. */
export type MessageRejection =
  | 'invalid_number'
  | 'unreachable'
  | 'blocked'
  | 'not_now'
  | 'content'
  | 'brand'
  | 'configuration'
  | 'credentials'
  | 'quota'
  | 'other';

export type MessageAnswer =
  | { readonly outcome: 'accepted'; readonly messageId: string }
  | { readonly outcome: 'rejected'; readonly reason: MessageRejection };

export type Message = {
  /** +84 and nine digits. */
  readonly to: string;
  /** SMS: the whole message. ZNS: the one parameter of the template of this kind, the code or the notice. */
  readonly text: string;
  readonly reference: string;
  readonly kind: MessageKind;
};

export type MessageGateway = {
  /**
   * `reference` makes an SMS idempotent: the same one is delivered once, however often it is sent. Zalo knows
   * no such key (contract zalo, U23). Refuses `unavailable` on an outage; sending again is then allowed.
   */
  send(message: Message): Promise<MessageAnswer>;
};

export type SmsGateway = { send(message: Omit<Message, 'kind'>): Promise<MessageAnswer> };

/** A channel without a gateway is not offered. */
export type MessageGateways = { readonly sms: MessageGateway; readonly zns?: MessageGateway | undefined };
