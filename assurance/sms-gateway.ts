// What one-time codes ask of an SMS gateway.

/** `credentials`, `brand` and `quota` are ours to mend; the others concern the number or the text. */
export type SmsRejection =
  | 'invalid_number'
  | 'unreachable'
  | 'blocked'
  | 'content'
  | 'brand'
  | 'credentials'
  | 'quota'
  | 'other';

export type SmsAnswer =
  | { readonly outcome: 'accepted'; readonly messageId: string }
  | { readonly outcome: 'rejected'; readonly reason: SmsRejection };

export type SmsGateway = {
  /**
   * `to` is +84 and nine digits. `reference` makes the sending idempotent: the same one is delivered
   * once, however often it is sent. Refuses `unavailable` on an outage; sending again is then safe.
   */
  send(message: { to: string; text: string; reference: string }): Promise<SmsAnswer>;
};
