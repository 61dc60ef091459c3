// The twin's own levers under /__sandbox: knobs, queues, codes and tokens without a page.
// JSON only: a form on a stranger's page must not reach them through a browser.

import { z } from 'zod';
import type { Answer, Asked, Moment } from './answers.ts';
import { mintMiniAppTokens } from './graph.ts';
import { knobChangeSchema, type KnobChange, type Knobs } from './knobs.ts';
import { issueCode } from './oauth.ts';
import { stylesheet } from './pages.ts';
import { findApp, findCitizen, type ZaloApp, type ZaloCitizen } from './state.ts';

export const endpoints = {
  '/v4/permission': 'permission',
  '/v4/permission/error': 'permission/error',
  '/v4/access_token': 'access_token',
  '/v2.0/me': 'me',
  '/v2.0/me/info': 'me/info',
  '/message/template': 'message/template',
  '/v4/oa/access_token': 'oa/access_token',
} as const;
export type Endpoint = (typeof endpoints)[keyof typeof endpoints];
const endpointSchema = z.enum(Object.values(endpoints));

/** Names only, so that a journal of the twin can be printed. */
export type SeenRequest = {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly headers: readonly string[];
  readonly parameters: readonly string[];
};

export type Levers = {
  knobs(): Knobs;
  setKnobs(change: KnobChange): void;
  resetKnobs(): void;
  /** The next requests to `endpoint` see these changes, one each, before the knobs again. */
  queue(endpoint: Endpoint, ...steps: readonly KnobChange[]): void;
  requests(): readonly SeenRequest[];
};

const whoSchema = z.object({ appId: z.string().optional(), zaloId: z.string() });
const codeSchema = whoSchema.extend({ codeChallenge: z.string().optional() });
const tokenSchema = whoSchema.extend({
  /** Scopes the citizen has granted the mini app. */
  scopes: z.array(z.enum(['scope.userInfo', 'scope.userPhonenumber'])).default([]),
});
const citizenSchema = z.strictObject({
  zaloId: z.string().regex(/^[0-9]{5,20}$/),
  name: z.string().min(1).max(100),
  phone: z.string().optional(),
});
const queueSchema = z.object({ endpoint: endpointSchema, steps: z.array(knobChangeSchema) });

export function control(asked: Asked, moment: Moment, levers: Levers): Answer {
  const call = `${asked.method} ${asked.path}`;
  switch (call) {
    case 'GET /__sandbox/style.css':
      return stylesheet();
    case 'GET /__sandbox/knobs':
      return json(200, levers.knobs());
    case 'GET /__sandbox/requests':
      return json(200, levers.requests());
    case 'GET /__sandbox/health':
      return json(200, { status: 'ok' });
  }
  const body = jsonBody(asked);
  switch (call) {
    case 'PUT /__sandbox/knobs':
      return parsed(knobChangeSchema, body, (change) => {
        levers.setKnobs(change);
        return json(200, levers.knobs());
      });
    case 'DELETE /__sandbox/knobs':
      levers.resetKnobs();
      return json(200, levers.knobs());
    case 'POST /__sandbox/queue':
      return parsed(queueSchema, body, ({ endpoint, steps }) => {
        levers.queue(endpoint, ...steps);
        return json(200, {});
      });
    case 'POST /__sandbox/citizens':
      return parsed(citizenSchema, body, ({ zaloId, name, phone }) => {
        const known = moment.state.citizens.findIndex((citizen) => citizen.zaloId === zaloId);
        if (known >= 0) moment.state.citizens.splice(known, 1);
        // The newest first: whoever was just added is at the top of the permission page.
        moment.state.citizens.unshift({ zaloId, name, ...(phone === undefined ? {} : { phone }) });
        return json(201, {});
      });
    case 'POST /__sandbox/code':
      return parsed(codeSchema, body, (wanted) =>
        forPerson(moment, wanted, (app, citizen) => ({
          code: issueCode(moment, app, citizen, wanted.codeChallenge),
        })),
      );
    case 'POST /__sandbox/token':
      return parsed(tokenSchema, body, (wanted) =>
        forPerson(moment, wanted, (app, citizen) =>
          mintMiniAppTokens(moment, app, citizen, {
            mayReadProfile: wanted.scopes.includes('scope.userInfo'),
            phone: wanted.scopes.includes('scope.userPhonenumber'),
          }),
        ),
      );
    default:
      return json(404, { problem: 'no such lever' });
  }
}

function forPerson(
  moment: Moment,
  wanted: z.infer<typeof whoSchema>,
  make: (app: ZaloApp, citizen: ZaloCitizen) => unknown,
): Answer {
  const appId = wanted.appId ?? moment.state.apps[0]?.appId ?? null;
  const app = findApp(moment.state, appId);
  const citizen = findCitizen(moment.state, wanted.zaloId);
  if (app === undefined || citizen === undefined) {
    return json(404, { problem: 'unknown app or citizen' });
  }
  return json(200, make(app, citizen));
}

function parsed<Value>(schema: z.ZodType<Value>, body: unknown, act: (value: Value) => Answer): Answer {
  const result = schema.safeParse(body);
  if (!result.success) return json(400, { problem: z.prettifyError(result.error) });
  return act(result.data);
}

function jsonBody(asked: Asked): unknown {
  if (!/^application\/json\b/i.test(asked.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(asked.body);
  } catch {
    return undefined;
  }
}

function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}
