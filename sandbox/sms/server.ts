// A simulated SMS gateway and the phones it reaches, as a real HTTP server.
//   POST /messages {to,text,reference,brand}, Bearer key: 202 {messageId}; 409 the same reference again
//   GET /phone, /phone/{+84…}, /phone/{+84…}.json: the sandbox phones
//   POST /phone/{+84…} {text}: a message of another kind (Zalo) shown on the same phone
//   Delivery reports go to the address given at the start, if any (reports.ts)
//   PUT, GET, DELETE /__sandbox/knobs

import { randomUUID, timingSafeEqual, createHash } from 'node:crypto';
import { z } from 'zod';
import { STYLE_PATH, stylesheet } from '../twin/page.ts';
import {
  faultSchema,
  json,
  parsedJson,
  startTwin,
  text,
  type Answer,
  type Asked,
  type Twin,
} from '../twin/server.ts';
import { report, type ReportTo } from './reports.ts';
import { inboxPage, phonesPage, type PhoneMessage } from './phone.ts';

export const knobSchema = z.strictObject({
  /** How long a message travels after it was accepted. */
  delayMs: z.int().nonnegative().max(600_000).default(0),
  reject: z
    .enum([
      'none',
      'invalid_number',
      'unreachable_number',
      'blocked_number',
      'content_not_allowed',
      'brand_not_registered',
      'quota',
      'something_new',
    ])
    .default('none'),
  outage: faultSchema.default('none'),
  /** Outage after the message was taken: the answer is lost, the message is not. */
  outageAfterAccepting: faultSchema.default('none'),
  /** Accepted and never delivered. */
  lose: z.boolean().default(false),
  /** What the sender is told of a delivery. A lost message is never reported. */
  report: z.enum(['prompt', 'never', 'late', 'failed', 'wrong_signature', 'duplicated']).default('prompt'),
  reportLateMs: z.int().nonnegative().max(600_000).default(30_000),
});
export type SmsKnobs = z.output<typeof knobSchema>;
export type SmsTwin = Twin<SmsKnobs> & {
  /** Newest first, like GET /phone/{number}.json. */
  inbox(phone: string): readonly PhoneMessage[];
};

const MOBILE = /^\+84[35789][0-9]{8}$/;
const KEPT_MESSAGES = 200;
const message = z.object({
  to: z.string(),
  text: z.string().min(1).max(612),
  reference: z.string().min(1).max(100),
  brand: z.string().regex(/^[A-Za-z0-9._-]{1,11}$/),
});

type State = {
  readonly apiKey: string;
  readonly inboxes: Map<string, PhoneMessage[]>;
  readonly messageIds: Map<string, string>;
  readonly reportTo: ReportTo | undefined;
};

export async function startSms(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly apiKey: string;
  /** Phones to list before their first message. */
  readonly phones?: readonly string[];
  readonly knobs?: Partial<SmsKnobs>;
  /** Where deliveries are reported. */
  readonly reportTo?: ReportTo;
}): Promise<SmsTwin> {
  const state: State = {
    apiKey: options.apiKey,
    inboxes: new Map((options.phones ?? []).map((phone) => [phone, []])),
    messageIds: new Map(),
    reportTo: options.reportTo,
  };
  const twin = await startTwin<SmsKnobs>({
    port: options.port,
    host: options.host,
    knobSchema,
    knobs: options.knobs,
    answer(asked, { knobs }): Answer {
      if (asked.path === '/messages') return send(asked, knobs, state);
      if (asked.path === STYLE_PATH) return stylesheet();
      if (asked.method === 'POST') return zaloMessage(asked, state);
      if (asked.method !== 'GET') return text(405, 'method not allowed');
      if (asked.path === '/phone' || asked.path === '/')
        return phonesPage([...state.inboxes.keys()].toSorted());
      return phone(asked.path, state);
    },
  });
  return { ...twin, inbox: (number) => inboxOf(state, number) };
}

function send(asked: Asked, knobs: SmsKnobs, state: State): Answer {
  if (knobs.outage !== 'none') return { ...json(202, {}), fault: knobs.outage };
  if (asked.method !== 'POST') return text(405, 'method not allowed');
  if (!isKey(asked.headers.authorization, state.apiKey)) return json(401, { error: 'unauthorized' });
  const sent = message.safeParse(parsedJson(asked));
  if (!sent.success) return json(400, { error: 'bad_request' });
  if (knobs.reject === 'quota') return json(429, { error: 'quota' });
  if (knobs.reject !== 'none') return json(422, { error: knobs.reject });
  if (!MOBILE.test(sent.data.to)) return json(422, { error: 'invalid_number' });
  const known = state.messageIds.get(sent.data.reference);
  if (known !== undefined) return json(409, { error: 'duplicate_reference', messageId: known });

  const messageId = randomUUID();
  state.messageIds.set(sent.data.reference, messageId);
  if (!knobs.lose) deliver(sent.data, knobs.delayMs, state);
  if (!knobs.lose && state.reportTo !== undefined)
    report(state.reportTo, sent.data.reference, knobs.report, knobs.reportLateMs);
  return { ...json(202, { messageId }), fault: knobs.outageAfterAccepting };
}

function deliver(
  { to, text: body, reference, brand }: z.output<typeof message>,
  delayMs: number,
  state: State,
): void {
  const arrive = () => {
    const inbox = [{ at: new Date().toISOString(), text: body, reference, brand }, ...inboxOf(state, to)];
    state.inboxes.set(to, inbox.slice(0, KEPT_MESSAGES));
  };
  if (delayMs === 0) arrive();
  else setTimeout(arrive, delayMs).unref();
}

// JSON only: a form on a stranger's page must not write to a phone through a browser.
function zaloMessage(asked: Asked, state: State): Answer {
  const number = asked.path.replace(/^\/phone\//, '').replace(/^%2B/i, '+');
  const given = z.object({ text: z.string().min(1).max(612) }).safeParse(parsedJson(asked));
  if (!MOBILE.test(number) || !given.success) return text(404, 'not found');
  deliver({ to: number, text: given.data.text, reference: randomUUID(), brand: 'Zalo' }, 0, state);
  return json(202, {});
}

function phone(path: string, state: State): Answer {
  const [, encoded = '', suffix] = /^\/phone\/([^/]+?)(\.json)?$/.exec(path) ?? [];
  const number = encoded.replace(/^%2B/i, '+');
  if (!MOBILE.test(number)) return text(404, 'not found');
  const messages = inboxOf(state, number);
  return suffix === undefined
    ? inboxPage(number, messages)
    : json(200, {
        messages: messages.map(({ at, text: body, reference }) => ({ at, text: body, reference })),
      });
}

function inboxOf(state: State, number: string): readonly PhoneMessage[] {
  return state.inboxes.get(number) ?? [];
}

function isKey(authorization: string | undefined, apiKey: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${apiKey}`));
}
