// The port through which an Official Account writes to a citizen on Zalo. adapters/zalo implements it.

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
