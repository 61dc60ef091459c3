// Our own endpoints for services, as a catalogue of one service: the guard that services use checks
// them for us too.

import type { CatalogueAction, Route } from '../policies/decide.ts';
import type { API_SCOPES } from './resource-servers.ts';
import { apiAudience } from './resource-servers.ts';

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

export function apiCatalogue(issuer: string, version: string) {
  const audience = apiAudience(issuer);
  const actionByName = new Map<string, CatalogueAction>(
    Object.entries<ApiAction>(ACTIONS).map(([action, { scope, title, http }]) => [
      action,
      {
        action,
        service: audience,
        title,
        http,
        require: { level: 0, scopes: [scope], clients: ['service'] },
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
