// From a wish (a scope at a service, perhaps at a level) to a token: evidence or session, the steps,
// the code, the token. One flow at a time runs in a launch, because each answer replaces the session.

import { challenge, redeem, uploadChip, type BrokerDoor, type Form, type Outcome } from './broker.ts';
import type { Challenge, Transaction } from './challenge.ts';
import { createPkce } from './proof.ts';
import { isPassing, TayNinhIdError } from './trouble.ts';
import { deviceId, zaloLogin, zaloPhoneToken, zaloToken, type Zalo } from './zalo.ts';

export type Want = {
  readonly resource: string;
  /** Space-separated. */
  readonly scope: string;
  readonly acrValues?: string | undefined;
  readonly maxAge?: number | undefined;
  /** Ask for consent even where it was refused or withdrawn. */
  readonly askConsent?: boolean | undefined;
};

export type { Form } from './broker.ts';

export type Step = {
  /** What the citizen is doing, and the code that stands on every page of it. */
  readonly transaction: Transaction | undefined;
  /** The last answer did not reach its goal; the same step is shown again with a sentence. */
  readonly trouble: TayNinhIdError | undefined;
  /** Asks Zalo for the phone number. Resolves to the reply for `phone` and `zalo_phone`. */
  zaloPhone(): Promise<Form>;
  /** Sends what `scanNFC` read. Resolves to the reply for `cccd_nfc`. */
  sendChip(scan: unknown): Promise<Form>;
};

export type OnStep = (challenge: Challenge, step: Step) => Promise<Form | null>;

export type Grant = {
  readonly accessToken: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, by this phone's clock. */
  readonly expiresAt: number;
};

export type FlowHouse = {
  readonly door: BrokerDoor;
  readonly zalo: Zalo;
  readonly onStep: OnStep;
  readonly session: {
    value: string | undefined;
    /** The broker does not know it any more: nothing kept under it may be used. */
    lost(): void;
    /** The citizen has signed out: Zalo is not asked any more. */
    readonly isClosed: boolean;
    /** Rejects then; a step that stands open ends with it. */
    readonly closed: Promise<never>;
  };
};

/** @throws TayNinhIdError */
export async function obtain(house: FlowHouse, want: Want): Promise<Grant> {
  for (let left = 1; ; left -= 1) {
    const { code, verifier } = await authorize(house, want);
    try {
      return await token(house, want, code, verifier);
    } catch (error) {
      // The session stands, so a new code costs nobody a step. The old one is never sent twice.
      const hope = isPassing(error) || (error instanceof TayNinhIdError && error.code === 'expired');
      if (!hope || left === 0) throw error;
    }
  }
}

async function token({ door }: FlowHouse, want: Want, code: string, verifier: string): Promise<Grant> {
  const form = { grant_type: 'authorization_code', client_id: door.clientId, code, code_verifier: verifier };
  const issued = await redeem(door, { ...form, resource: want.resource });
  // Left out means: as asked for (RFC 6749 §5.1).
  const scopes = (issued.scope ?? want.scope).split(' ').filter(Boolean);
  return { accessToken: issued.accessToken, scopes, expiresAt: Date.now() + issued.seconds * 1000 };
}

async function authorize(house: FlowHouse, want: Want): Promise<{ code: string; verifier: string }> {
  const { session } = house;
  const { verifier, challenge: pkce } = await createPkce();
  const opening = openingOf(house, want, pkce);
  let answer = await begin(house, opening);
  for (;;) {
    if (answer.kind === 'refused') {
      if (answer.error === 'invalid_session') session.lost();
      throw new TayNinhIdError('expired', 'the broker ended the flow');
    }
    session.value = answer.session;
    if (answer.kind === 'code') return { code: answer.code, verifier };
    answer = await take(house, answer, opening);
  }
}

const openingOf = ({ door }: FlowHouse, want: Want, pkce: string): Form => ({
  response_type: 'code',
  client_id: door.clientId,
  code_challenge: pkce,
  code_challenge_method: 'S256',
  scope: want.scope,
  resource: want.resource,
  ...(want.acrValues === undefined ? {} : { acr_values: want.acrValues }),
  ...(want.maxAge === undefined ? {} : { max_age: String(want.maxAge) }),
  ...(want.askConsent === true ? { prompt: 'consent' } : {}),
});

async function begin(house: FlowHouse, opening: Form): Promise<Outcome> {
  const { door, session, zalo } = house;
  if (session.value !== undefined) {
    const answer = await challenge(door, { ...opening, auth_session: session.value });
    if (answer.kind !== 'refused') return answer;
    session.lost();
  }
  const signIn = async () => {
    if (session.isClosed) return session.closed;
    return challenge(door, { ...opening, ...(await evidence(house)) }, (kept) => (session.value = kept));
  };
  const answer = await atZalo(signIn);
  if (answer.kind !== 'refused') return answer;
  // Evidence is good once. Zalo gives out a kept token until it is asked to sign in anew.
  if (session.isClosed) return session.closed;
  await zaloLogin(zalo);
  const second = await atZalo(signIn);
  if (second.kind !== 'refused') return second;
  throw new TayNinhIdError('denied', 'the broker refused what Zalo gave');
}

// A broker that cannot answer a login is one that does not reach Zalo, as far as a citizen can tell.
async function atZalo(signIn: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await signIn();
  } catch (error) {
    if (!(error instanceof TayNinhIdError) || error.code !== 'busy') throw error;
    const { message, retryAfterSeconds } = error;
    throw new TayNinhIdError('zalo_unavailable', message, { retryAfterSeconds });
  }
}

// Shows the step until the broker has answered it. A broker that is down, or a register behind it, does
// not throw a citizen out of the wizard: the same step stays, with a sentence.
async function take(house: FlowHouse, step: StepOutcome, opening: Form): Promise<Outcome> {
  const { transaction, session } = step;
  let asked = step.challenge;
  // Where the broker has no session yet, it wants the whole request again, with what was missing.
  const basics =
    session === undefined
      ? opening
      : { response_type: 'code', client_id: house.door.clientId, auth_session: session };
  let trouble: TayNinhIdError | undefined;
  for (;;) {
    let refusedAs: string | undefined;
    const shown = house.onStep(asked, {
      transaction,
      trouble,
      zaloPhone: async () => ({
        ...(await evidence(house)),
        zalo_phone_token: await zaloPhoneToken(house.zalo),
      }),
      sendChip: async (scan) => {
        if (asked.type !== 'cccd_nfc') throw new TypeError(`the step ${asked.type} takes no chip`);
        refusedAs = await uploadChip(house.door, asked, scan);
        return { step: 'cccd_nfc' };
      },
    });
    const fields = await Promise.race([shown, house.session.closed]);
    if (fields === null) throw new TayNinhIdError('declined', `the citizen stopped at ${asked.type}`);
    // The chip has an answer of its own: the reply would only bring the same step, without the reason.
    if (refusedAs !== undefined && asked.type === 'cccd_nfc' && fields['step'] === 'cccd_nfc') {
      asked = { ...asked, error: refusedAs };
      trouble = undefined;
      continue;
    }
    try {
      return await challenge(house.door, { ...fields, ...basics });
    } catch (error) {
      if (!isPassing(error)) throw error;
      trouble = error;
    }
  }
}

type StepOutcome = Extract<Outcome, { kind: 'step' }>;

async function evidence({ door, zalo }: FlowHouse): Promise<Form> {
  const device = await deviceId(zalo);
  return {
    subject_evidence_type: `${door.issuer}/evidence/zalo-access-token`,
    zalo_access_token: await zaloToken(zalo),
    ...(device === undefined ? {} : { device_id: device }),
  };
}
