// What one request asks and one answer says. Handlers are functions from the first to the
// second; only twin/server.ts touches sockets.

import type { Answer, Asked } from '../twin/server.ts';
import type { Knobs } from './knobs.ts';
import type { TwinState } from './state.ts';
import type { Post } from './webhooks.ts';

export { json, parsedJson, redirectTo } from '../twin/server.ts';
export type { Answer, Asked } from '../twin/server.ts';

/** What a handler may see: the knobs as they stand for this one request, and its moment. */
export type Moment = {
  readonly state: TwinState;
  readonly knobs: Knobs;
  readonly nowMs: number;
  /** Where the sandbox phone is shown, if there is one: linked from every page. */
  readonly phoneOrigin: string | undefined;
  /** Tells a webhook. */
  readonly post: Post;
};

/** Zalo's JSON, with the shape the knobs ask for. */
export function zaloJson(knobs: Knobs, fields: Readonly<Record<string, unknown>>, status = 200): Answer {
  const body: Record<string, unknown> = { ...fields };
  if (typeof body['error'] === 'number') {
    if (body['error'] !== 0 && knobs['json.extra'] === 'unknownCode') body['error'] = -19999;
    if (body['error'] === 0 && knobs['json.okError'] === 'absent') delete body['error'];
    else if (knobs['json.errorAs'] === 'string') body['error'] = String(body['error']);
  }
  if (knobs['json.extra'] === 'unknownFields') {
    Object.assign(body, { trace_id: 'b7c1', extra: { list: [1, null, 'x'] }, code: null });
  }
  return {
    status,
    headers: { 'content-type': knobs['json.type'], 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

/** HTTP 200 and no body: what a consumed refresh token may get. */
export function emptyAnswer(knobs: Knobs): Answer {
  return { status: 200, headers: { 'content-type': knobs['json.type'] }, body: '' };
}

/** -501: the caller's address is not in Vietnam (contract §3). */
export function foreignAddress(knobs: Knobs, textField: 'message' | 'error_description'): Answer {
  const text = 'Personal information is limited due to IP address not inside Vietnam: 203.0.113.7';
  return zaloJson(knobs, { error: -501, [textField]: text }, knobs['egress.status']);
}

export function headerOf(asked: Asked, name: string): string | undefined {
  const value = asked.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
