// A fake Zalo as a real HTTP server. One origin stands for oauth.zaloapp.com, graph.zalo.me, h5.zalo.me,
// openapi.zalo.me and business.openapi.zalo.me: their paths do not meet. Contract: zalo.md §7.

import { startTwin, text, type Twin } from '../twin/server.ts';
import type { Answer, Asked, Moment } from './answers.ts';
import { chat } from './chat.ts';
import {
  authCodeFor,
  codeFor,
  control,
  dropToken,
  endpoints,
  follow,
  inbox,
  revoke,
  tokensFor,
  write,
  type Endpoint,
  type Levers,
  type SeenRequest,
  type Wish,
} from './control.ts';
import { me, meInfo } from './graph.ts';
import { defaultKnobs, knobsSchema, withChange, type KnobChange, type Knobs } from './knobs.ts';
import { webviewToken } from './mini-app.ts';
import { customerMessage, getOa, oaTemplate, userDetail } from './oa.ts';
import { oaPermission, oaToken } from './oa-oauth.ts';
import type { ChatLine, ZaloOa, ZnsMessage } from './oa-state.ts';
import { accessToken, permission, permissionError } from './oauth.ts';
import { createState, type ZaloApp, type ZaloCitizen, type ZaloMiniApp } from './state.ts';
import { createPost, type Delivery } from './webhooks.ts';
import { hashedMessage, messageQuota, messageStatus, templateMessage } from './zns.ts';

export type ZaloTwin = Levers &
  Pick<Twin<Knobs>, 'url' | 'knobs' | 'resetKnobs' | 'close'> & {
    setKnobs(change: KnobChange): void;
    /** A code as the permission page would give it. Without `appId`: the first app. */
    mintCode(wish: Wish<'code'>): string;
    /** What `getAccessToken()` in the mini app gives; with the scope of the phone also `getPhoneNumber()`. */
    mintMiniAppTokens(wish: Wish<'token'>): { accessToken: string; phoneToken: string | undefined };
    mintAuthCode(wish: { zaloId: string; appId?: string }): { authCode: string; authCodeVerify: string };
    /** Resolves when the webhook has answered 200 or no retry is left. Without `oaId`: the first account. */
    writeToOa(wish: Wish<'write'>): Promise<Delivery>;
    follow(wish: Wish<'toOa'>): Promise<Delivery>;
    unfollow(wish: Wish<'toOa'>): Promise<Delivery>;
    /** The citizen takes the mini app's consent back in Zalo's settings. */
    revokeConsent(wish: Wish<'revoke'>): Promise<Delivery>;
    /** What the account has written to the citizen, newest first. */
    oaInbox(wish: Wish<'toOa'>): readonly ChatLine[];
    /** The citizen's id at the account. */
    oaUserId(wish: Wish<'toOa'>): string;
    /** What the phone (+84…) got as template messages, newest first. */
    znsInbox(phone: string): readonly ZnsMessage[];
    /** Where an account (by its id) or a mini app (by its own) tells its events from now on. */
    setWebhook(id: string, url: string | undefined): void;
    /** Ends the account's access token, as a new one made elsewhere would. */
    dropOaToken(oaId?: string): void;
  };

const BODY_LIMIT_BYTES = 64 * 1024;

const handlers: Record<Endpoint, (asked: Asked, moment: Moment) => Answer> = {
  permission,
  'permission/error': permissionError,
  access_token: accessToken,
  'openapi/access_token': webviewToken,
  me,
  'me/info': meInfo,
  'oa/permission': oaPermission,
  'oa/access_token': oaToken,
  'oa/message/cs': customerMessage,
  'oa/message/template': oaTemplate,
  'oa/user/detail': userDetail,
  'oa/getoa': getOa,
  'message/template': templateMessage,
  'message/template/hashphone': hashedMessage,
  'message/status': messageStatus,
  'message/quota': messageQuota,
};

export async function startZalo(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly apps: readonly ZaloApp[];
  readonly citizens: readonly ZaloCitizen[];
  readonly miniApps?: readonly ZaloMiniApp[];
  readonly oas?: readonly ZaloOa[];
  readonly knobs?: KnobChange;
  readonly phoneOrigin?: string;
}): Promise<ZaloTwin> {
  const { phoneOrigin } = options;
  const state = createState({
    apps: options.apps,
    citizens: options.citizens,
    miniApps: options.miniApps ?? [],
    oas: options.oas ?? [],
    tellPhone: phoneOrigin === undefined ? undefined : tellPhone(phoneOrigin),
  });
  const queues = new Map<Endpoint, KnobChange[]>();
  const seen: SeenRequest[] = [];
  const letters = createPost();

  const momentWith = (knobs: Knobs): Moment => ({
    state,
    knobs,
    nowMs: Date.now() + knobs['clock.aheadMs'],
    phoneOrigin,
    post: letters.post,
  });
  const levers: Levers = {
    queue: (endpoint, ...steps) => {
      queues.set(endpoint, [...(queues.get(endpoint) ?? []), ...steps]);
    },
    requests: () => seen,
    deliveries: () => letters.deliveries,
  };

  const twin = await startTwin<Knobs>({
    port: options.port,
    host: options.host,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    knobSchema: knobsSchema,
    knobs: withChange(defaultKnobs, options.knobs ?? {}),
    onReset: () => {
      queues.clear();
      for (const oa of state.oas) oa.isSwitchedOff = false;
    },
    levers: (asked, { knobs }) => control(asked, momentWith(knobs), levers),
    answer(asked, { knobs }) {
      const endpoint = endpointOf(asked.path);
      if (endpoint === undefined) return chat(asked, momentWith(knobs)) ?? text(404, 'not found');
      seen.push(journalEntry(endpoint, asked));
      if (seen.length > 1000) seen.shift();
      const current = withChange(knobs, queues.get(endpoint)?.shift() ?? {});
      return { ...handlers[endpoint](asked, momentWith(current)), fault: current['net.fault'] };
    },
  });
  const moment = (): Moment => momentWith(twin.knobs());

  return {
    ...twin,
    ...levers,
    // A knob that is undefined stays as it is; the shared server sees to it.
    setKnobs: (change) => twin.setKnobs(withChange(twin.knobs(), change)),
    mintCode: (wish) => codeFor(moment(), wish),
    mintMiniAppTokens: (wish) => tokensFor(moment(), wish),
    mintAuthCode: (wish) => authCodeFor(moment(), wish),
    writeToOa: (wish) => write(moment(), wish),
    follow: (wish) => follow(moment(), wish, true),
    unfollow: (wish) => follow(moment(), wish, false),
    revokeConsent: (wish) => revoke(moment(), wish),
    oaInbox: (wish) => inbox(state, wish).messages,
    oaUserId: (wish) => inbox(state, wish).userId,
    znsInbox: (phone) => state.phones.get(phone) ?? [],
    setWebhook(id, url) {
      const known = [...state.oas, ...state.miniApps].find(
        (one) => ('oaId' in one ? one.oaId : one.miniAppId) === id,
      );
      if (known === undefined) throw new Error('unknown account or mini app');
      known.webhookUrl = url;
    },
    dropOaToken: (oaId) => dropToken(state, oaId),
    close() {
      letters.close();
      return twin.close();
    },
  };
}

// The sandbox phone is one device: what Zalo brings is shown beside the SMS.
const tellPhone = (origin: string) => (phone: string, message: string) =>
  void fetch(`${origin}/${phone}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: message }),
  }).catch(() => {});

function endpointOf(path: string): Endpoint | undefined {
  return Object.entries(endpoints).find(([known]) => known === path)?.[1];
}

function journalEntry(endpoint: Endpoint, asked: Asked): SeenRequest {
  // A JSON body read as a form would be one long name, numbers and all.
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(asked.headers['content-type'] ?? '');
  const inBody = new URLSearchParams(isForm ? asked.body : '').keys();
  const parameters = new Set([...asked.query.keys(), ...inBody]);
  return {
    endpoint,
    method: asked.method,
    headers: Object.keys(asked.headers),
    parameters: [...parameters],
  };
}
