// Our own endpoints for services, as a catalogue of one entry: the guard that services use checks
// them for us too.

import type { CatalogueAction } from '../policies/decide.ts';
import { API_SCOPES, apiAudience } from './resource-servers.ts';

export function apiCatalogue(issuer: string, version: string) {
  const audience = apiAudience(issuer);
  const revocations: CatalogueAction = {
    action: 'tn.revocations',
    service: audience,
    title: { vi: 'Đọc danh sách mã truy cập đã dừng', en: 'Read the list of ended tokens' },
    http: [{ method: 'GET', path: '/revocations' }],
    require: { level: 0, scopes: [...API_SCOPES], clients: ['service'] },
    handover: 'local',
    risk: 'low',
    legal: '',
    owner: 'Tây Ninh ID',
    effectiveFrom: '2026-01-01',
    effectiveAt: 0,
  };
  return {
    version,
    actionByName: new Map([[revocations.action, revocations]]),
    serviceById: new Map([[audience, { tokens: 'jwt' as const }]]),
  };
}
