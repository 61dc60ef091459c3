// decide() alone, over actions and facts that take every branch in turn.
//   taskset -c 0 node bench/decide.ts

import { decide, type CatalogueAction, type Facts, type Requirement } from '../policies/decide.ts';
import { coreMs } from './core-time.ts';
import { median } from './rounds.ts';

const acrBase = 'https://id.tayninh.gov.vn/acr/';
const now = 1_795_366_800;

const actionOf = (action: string, require: Requirement): CatalogueAction => ({
  action,
  service: 'https://hoso.dichvu.tayninh.gov.vn',
  title: { vi: action, en: action },
  http: [],
  require,
  handover: 'local',
  risk: 'medium',
  legal: '',
  owner: '',
  effectiveFrom: '2026-01-01',
  effectiveAt: 0,
});

const actions = [
  actionOf('hoso.nop', { level: 2, maxAge: 900, scopes: ['svc:hoso:nop'], consent: { purpose: 'hoso.xu-ly' }, amrAnyOf: [['vneid']], evidenceAnyOf: ['vneid'], clients: ['first_party', 'gov_portal'] }), // prettier-ignore
  actionOf('hoso.xem', { level: 2, maxAge: 28_800, scopes: ['svc:hoso:xem'], consent: { purpose: 'hoso.xu-ly' } }), // prettier-ignore
  actionOf('phananh.gui', { level: 1, scopes: ['svc:phananh:gui'] }),
];
const good: Facts = { acr: `${acrBase}2`, authTime: now - 40, amr: ['zalo', 'vneid', 'otp'], identitySource: 'vneid', scopes: ['svc:hoso:xem', 'svc:hoso:nop', 'svc:phananh:gui'], purposes: ['hoso.xu-ly'], clientId: 'miniapp', clientClass: 'first_party' }; // prettier-ignore
const facts: readonly Facts[] = [
  good,
  { ...good, acr: `${acrBase}1` },
  { ...good, authTime: now - 1000 },
  good,
  { ...good, purposes: [] },
  { ...good, scopes: ['svc:phananh:gui'] },
  good,
];

export function decideWork() {
  return (forSeconds: number): number => {
    const startedAt = coreMs();
    let count = 0;
    let allowed = 0;
    while (coreMs() - startedAt < forSeconds * 1000) {
      for (let i = 0; i < 21_000; i += 1) {
        // 3 and 7 have no common factor: every action meets every kind of facts.
        const one = facts[i % facts.length];
        if (one !== undefined && decide(actions[i % actions.length], one, now, acrBase).allow) allowed += 1;
      }
      count += 21_000;
    }
    if (allowed === 0 || allowed === count) throw new Error('decided always the same');
    return (count / (coreMs() - startedAt)) * 1000;
  };
}

if (import.meta.main) {
  const run = decideWork();
  run(0.3);
  const all = Array.from({ length: 5 }, () => run(0.5));
  console.log(`decide(): ${(median(all) / 1e6).toFixed(1)} million a second (target ≥ 5)`);
}
