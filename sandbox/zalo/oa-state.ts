// What the twin remembers of the Official Account.

export type ZnsMessage = {
  readonly at: string;
  readonly templateId: string;
  readonly data: Readonly<Record<string, string>>;
  readonly trackingId: string | undefined;
};

/** The one Official Account, its live access token, and what phones got. */
export type OaState = {
  accessToken: string | undefined;
  refreshToken: string | undefined;
  readonly phones: Map<string, ZnsMessage[]>;
  /** Tells the sandbox phone; absent without one. */
  onMessage: ((phone: string, text: string) => void) | undefined;
};

export const createOaState = (refreshToken: string | undefined): OaState => ({
  accessToken: undefined,
  refreshToken,
  phones: new Map(),
  onMessage: undefined,
});
