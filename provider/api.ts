// Our own endpoints for services, as a catalogue of one service: the guard that services use checks
// them for us too.

import type { CatalogueAction, ClientClass, Route } from '../policies/decide.ts';

/** Audience and scopes of our own endpoints, for services (watermark feed, evaluation). */
export const apiAudience = (issuer: string) => `${issuer}/api`;
export const API_SCOPES = ['tn:revocations', 'tn:evaluate', 'tn:signals', 'tn:decisions'] as const;

type ApiAction = {
  readonly scope: (typeof API_SCOPES)[number];
  readonly title: { readonly vi: string; readonly en: string };
  readonly http: readonly Route[];
};

const SIGNALS = ['/ssf/streams', '/ssf/status', '/ssf/verify', '/ssf/poll'];

const ACTIONS = {
  'tn.revocations': {
    scope: 'tn:revocations',
    title: { vi: 'Đọc danh sách mã truy cập đã dừng', en: 'Read the list of ended tokens' },
    http: [{ method: 'GET', path: '/revocations' }],
  },
  'tn.evaluate': {
    scope: 'tn:evaluate',
    title: { vi: 'Hỏi một việc có được làm không', en: 'Ask whether an action is allowed' },
    http: ['/access/v1/evaluation', '/access/v1/evaluations'].map((path) => ({ method: 'POST', path })),
  },
  'tn.signals': {
    scope: 'tn:signals',
    title: { vi: 'Nhận tín hiệu an toàn', en: 'Receive security events' },
    http: SIGNALS.flatMap((path) =>
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method, path })),
    ),
  },
  'tn.decisions': {
    scope: 'tn:decisions',
    title: { vi: 'Gửi nhật ký quyết định', en: 'Hand in decision records' },
    http: [{ method: 'POST', path: '/decisions' }],
  },
} as const satisfies Readonly<Record<string, ApiAction>>;

export type ApiActionName = keyof typeof ACTIONS;

export const apiCatalogue = (issuer: string, version: string) =>
  ownCatalogue(
    apiAudience(issuer),
    version,
    Object.fromEntries(
      Object.entries<ApiAction>(ACTIONS).map(([name, action]) => [
        name,
        { ...action, require: { level: 0 as const, clients: ['service'] as const } },
      ]),
    ),
  );

type OwnAction = Omit<ApiAction, 'scope'> & {
  readonly scope: string;
  readonly require: { readonly level: 0 | 1; readonly clients: readonly ClientClass[] };
};

/** A catalogue of one resource of ours, in the shape the guard reads. */
export function ownCatalogue(
  audience: string,
  version: string,
  actions: Readonly<Record<string, OwnAction>>,
) {
  const actionByName = new Map<string, CatalogueAction>(
    Object.entries(actions).map(([action, { scope, title, http, require }]) => [
      action,
      {
        action,
        service: audience,
        title,
        http,
        require: { level: require.level, scopes: [scope], clients: require.clients },
        handover: 'local',
        risk: 'low',
        legal: '',
        owner: 'Tây Ninh ID',
        effectiveFrom: '2026-01-01',
        effectiveAt: 0,
      },
    ]),
  );
  return { version, actionByName, serviceById: new Map([[audience, { tokens: 'jwt' as const }]]) };
}
