// What the twin remembers of one Official Account: its tokens, who follows it, what was said.

export type ZaloOa = {
  readonly oaId: string;
  /** The app that speaks for it. */
  readonly appId: string;
  /** Of the webhook page: signs its events. Not the app's secret. */
  readonly secretKey: string;
  readonly name?: string;
  /** What the owner got from the console. */
  readonly refreshToken?: string;
  readonly webhookUrl?: string | undefined;
  /** Where the owner's consent returns to, and the challenge, both fixed in the console (U17). */
  readonly callbackUrl?: string;
  readonly codeChallenge?: string;
};

export type ZnsMessage = {
  readonly at: string;
  readonly templateId: string;
  readonly data: Readonly<Record<string, string>>;
  readonly trackingId: string | undefined;
  readonly messageId: string;
  deliveredAt?: string;
};

export type ChatLine = {
  readonly at: string;
  readonly from: 'citizen' | 'oa';
  readonly text: string;
  readonly messageId: string;
};

type Lived = { readonly token: string; readonly expiresAtMs: number };

export type Oa = Omit<ZaloOa, 'webhookUrl'> & {
  webhookUrl: string | undefined;
  access: Lived | undefined;
  refresh: Lived | undefined;
  /** Refresh tokens that were used. */
  readonly spent: Set<string>;
  readonly codes: Map<string, { readonly codeChallenge: string | undefined; readonly expiresAtMs: number }>;
  readonly followers: Set<string>;
  /** By the person's Zalo id in the first app. */
  readonly chats: Map<string, ChatLine[]>;
  isSwitchedOff: boolean;
};

/** Lifetimes of contract §5.1. */
export const oaLifetimeMs = { access: 25 * 3_600_000, refresh: 90 * 86_400_000 };
const DAYS_7_MS = 7 * 86_400_000;
const KEPT = 200;

export function openOa(oa: ZaloOa): Oa {
  return {
    ...oa,
    webhookUrl: oa.webhookUrl,
    access: undefined,
    // What came from the console ends as the twin's clock says, from its own start.
    refresh:
      oa.refreshToken === undefined
        ? undefined
        : { token: oa.refreshToken, expiresAtMs: Date.now() + oaLifetimeMs.refresh },
    spent: new Set(),
    codes: new Map(),
    followers: new Set(),
    chats: new Map(),
    isSwitchedOff: false,
  };
}

export function say(oa: Oa, zaloId: string, line: ChatLine): void {
  oa.chats.set(zaloId, [...(oa.chats.get(zaloId) ?? []), line].slice(-KEPT));
}

/** Whether the person wrote within seven days, so that the account may answer (contract §5.2). */
export function mayWriteTo(oa: Oa, zaloId: string, nowMs: number): boolean {
  const lines = (oa.chats.get(zaloId) ?? []).filter(({ from }) => from === 'citizen');
  const last = lines.at(-1);
  return last !== undefined && nowMs - Date.parse(last.at) < DAYS_7_MS;
}
