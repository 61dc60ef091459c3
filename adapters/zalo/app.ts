// The mini app's evidence, asked of Zalo's servers: whose token it is, and the number behind a phone
// token. Contract: zalo.md §§3, 4.2, 4.3; U8, U10.

import { randomBytes } from 'node:crypto';
import type { ZaloApp } from '../../accounts/zalo-app.ts';
import {
  ask,
  failed,
  isHeaderSafe,
  openClient,
  report,
  settle,
  type Answered,
  type Client,
  type ZaloAccess,
} from './client.ts';
import type { ZaloFailure } from './failures.ts';
import { appSecretProof, graphCall, readPhoneAnswer, readProfileAnswer } from './graph-wire.ts';
import { createRefusalAlarm, type RefusalAlarm } from './refusal-alarm.ts';
import type { ZaloRequest } from './transport.ts';

export type ZaloAppConfig = ZaloAccess & {
  /** Whether /me/info gets `appsecret_proof`, too: needed or harmful is unknown (U10). */
  readonly proofOnInfo?: boolean;
  /** Milliseconds that never go back. */
  readonly monotonicMs?: () => number;
};

type Binding = Awaited<ReturnType<ZaloApp['bindsApp']>>;

// No more than is used: no picture, and not who the person is at our Official Account.
const ME = '/v2.0/me?fields=id,name,is_sensitive';
/** Proof refused; the numbers were seen on sibling hosts only (U8). */
const proofCodes = new Set([-242, -1241]);
const BINDING_HOLDS_MS = 10 * 60_000;
const HICCUP_MS = 60 * 60_000;

export function createZaloApp(config: ZaloAppConfig): ZaloApp {
  const client = openClient(config);
  const monotonicMs = config.monotonicMs ?? (() => performance.now());
  const alarm = createRefusalAlarm(monotonicMs);
  let known: { readonly answer: Binding; readonly atMs: number } | undefined;
  let asking: Promise<Binding> | undefined;
  return {
    appId: config.appId,
    async identify(accessToken) {
      if (!isHeaderSafe(accessToken)) return { outcome: 'refused', reason: 'token_unusable' };
      const profile = await readMe(client, accessToken);
      if (profile.ok) return { outcome: 'identified', profile: profile.value };
      if (!proofCodes.has(profile.words.error ?? 0)) return settle(client, profile);
      // Another app's token, or our secret is wrong: an operator hears of it, and nobody gets in.
      report(client, profile, false);
      return { outcome: 'refused', reason: 'proof_refused' };
    },
    readPhone: (given) => readPhone(client, given, alarm, config.proofOnInfo === true),
    async bindsApp(accessToken) {
      const ageMs = known === undefined ? Infinity : monotonicMs() - known.atMs;
      if (known !== undefined && ageMs < BINDING_HOLDS_MS) return known.answer;
      // Whoever comes meanwhile waits for the one question that is out.
      asking ??= compareProofs(client, accessToken).finally(() => {
        asking = undefined;
      });
      const answer = await asking;
      if (answer !== 'unknown') known = { answer, atMs: monotonicMs() };
      // A hiccup at Zalo must not ask every citizen for their number.
      else if (known?.answer === 'enforced' && ageMs < HICCUP_MS) return known.answer;
      return answer;
    },
  };
}

function readMe(client: Client, accessToken: string, proof?: string) {
  if (!client.graphBudget.take()) return failed('me', 'own_limit');
  return ask(client, {
    endpoint: 'me',
    request: graphCall(client, ME, accessToken, proof),
    read: (answer) => readProfileAnswer(client.appId, answer),
    secrets: [accessToken],
    repeated: true,
  });
}

async function readPhone(
  client: Client,
  { accessToken, phoneToken }: { accessToken: string; phoneToken: string },
  alarm: RefusalAlarm,
  proofOnInfo: boolean,
): ReturnType<ZaloApp['readPhone']> {
  if (!isHeaderSafe(accessToken) || !isHeaderSafe(phoneToken))
    return { outcome: 'refused', reason: 'token_unusable' };
  const phone = await askPhone(client, accessToken, phoneToken, proofOnInfo);
  const isRefused = !phone.ok && (phone.failure === 'phone_refused' || phone.failure === 'token_refused');
  if ((phone.ok || isRefused) && alarm.note(isRefused))
    report(client, failed('me/info', 'refusals_high'), false);
  return phone.ok ? { outcome: 'number', e164: phone.value } : settle(client, phone);
}

// Never in a query string, which proxies log, and never twice: the phone token works once.
function askPhone(client: Client, accessToken: string, phoneToken: string, proofOnInfo: boolean) {
  if (!client.graphBudget.take()) return failed('me/info', 'own_limit');
  const request: ZaloRequest = {
    method: 'GET',
    url: `${client.graphUrl}/v2.0/me/info`,
    headers: {
      access_token: accessToken,
      code: phoneToken,
      secret_key: client.appSecret,
      ...(proofOnInfo ? { appsecret_proof: appSecretProof(client.appSecret, accessToken) } : {}),
    },
  };
  const secrets = [accessToken, phoneToken];
  return ask(client, { endpoint: 'me/info', request, read: readPhoneAnswer, secrets, repeated: false });
}

// The same token with our proof and with one under a random key. A token that fails with the right proof
// says nothing about the wrong one, or a bad token would pass for a proof that was checked.
async function compareProofs(client: Client, accessToken: string): Promise<Binding> {
  if (!isHeaderSafe(accessToken)) return 'unknown';
  const wrong = appSecretProof(randomBytes(32).toString('hex'), accessToken);
  // The wrong one first: a token that still serves afterwards was no reason to refuse.
  const wronged = await readMe(client, accessToken, wrong);
  const right = await readMe(client, accessToken);
  if (!right.ok) return 'unknown';
  if (wronged.ok) {
    report(client, failed('me', 'proof_ignored'), false);
    return 'ignored';
  }
  return isAboutTheProof(wronged) ? 'enforced' : 'unknown';
}

// The code for a bad proof is unknown (U8), so any error Zalo answers counts, but for those that it
// gives whatever was sent.
const aboutTheDay: ReadonlySet<ZaloFailure> = new Set(['foreign_address', 'quota', 'own_limit']);
const passing = new Set([10000, 10002, 2004, 11004]);
function isAboutTheProof(answer: Answered<unknown> & { ok: false }): boolean {
  const { error } = answer.words;
  return error !== undefined && !passing.has(error) && !aboutTheDay.has(answer.failure);
}
