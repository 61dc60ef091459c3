// What the portal remembers of a visitor, in memory. The browser holds a random name for it and
// nothing else: no token, no claim.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Departure, ProofKey, Tokens } from '../relying-party/relying-party.ts';

/** What the visitor was about to do when they had to leave for Tây Ninh ID. */
export type Errand = {
  readonly kind: 'report' | 'papers' | 'dossier' | 'procedure' | 'info';
  readonly body: Readonly<Record<string, string>>;
  /** Each remedy is tried once: a second refusal is shown, not repeated (protocol §4). */
  readonly tried: readonly Remedy[];
};
export type Remedy = 'sign-in' | 'step-up' | 'consent';

/** Where the tokens of one resource are kept; those of UserInfo have none. */
export const keyOf = ({ resource }: { readonly resource: string | undefined }) => resource ?? 'userinfo';

export type Receipt = {
  readonly kind: 'report' | 'dossier';
  readonly number: string;
  readonly state: string;
  readonly resource: string;
};

export type Session = {
  readonly id: string;
  readonly csrf: string;
  readonly key: ProofKey;
  /** By resource (`keyOf`); the newest one. */
  readonly tokens: Map<string, Tokens>;
  readonly departures: Map<string, { readonly departure: Departure; readonly errand: Errand }>;
  papers: readonly string[] | undefined;
  receipt: Receipt | undefined;
  /** The national portal, once a service has handed an errand over. */
  handedOverTo: string | undefined;
  usedAt: number;
};

export type Sessions = {
  find(cookieHeader: string | undefined): Session | undefined;
  create(key: ProofKey): Session;
  end(session: Session): void;
  /** Ends those that came from one session at Tây Ninh ID. Answers how many. */
  endFromBroker(facts: { sessionId: string | undefined; subject: string | undefined }): number;
};

// Tells localhost apart by name only: cookies do not know ports, so the name is the portal's own.
const COOKIE = '__Host-cong-tien-ich';
const LIFE_MS = 8 * 3_600_000;
const MOST_SESSIONS = 10_000;

export const cookieOf = ({ id }: Session) => `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Lax`;
export const noCookie = `${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`;

export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const csrfKey = randomBytes(32);
  return {
    find(cookieHeader) {
      const id = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{43})(?:;|$)`).exec(cookieHeader ?? '')?.[1] ?? '';
      const session = sessions.get(id);
      if (session === undefined) return undefined;
      if (Date.now() - session.usedAt > LIFE_MS) {
        sessions.delete(id);
        return undefined;
      }
      session.usedAt = Date.now();
      return session;
    },
    create(key) {
      const id = randomBytes(32).toString('base64url');
      const csrf = createHmac('sha256', csrfKey).update(id).digest('base64url');
      const session: Session = {
        id,
        csrf,
        key,
        tokens: new Map(),
        departures: new Map(),
        papers: undefined,
        receipt: undefined,
        handedOverTo: undefined,
        usedAt: Date.now(),
      };
      sessions.set(id, session);
      const [oldest] = sessions.keys();
      if (sessions.size > MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      return session;
    },
    end: ({ id }) => void sessions.delete(id),
    endFromBroker({ sessionId, subject }) {
      const ended = [...sessions.values()].filter(({ tokens }) =>
        [...tokens.values()].some((one) =>
          sessionId === undefined ? one.subject === subject : one.sessionId === sessionId,
        ),
      );
      for (const { id } of ended) sessions.delete(id);
      return ended.length;
    },
  };
}

export function isOurForm({ csrf }: Session, given: string | null): boolean {
  const [expected, actual] = [Buffer.from(csrf), Buffer.from(given ?? '')];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
