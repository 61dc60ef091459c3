// A service's figures, in every state. The drawings stand in gallery-owner-drawn.ts as charts/ made them
// from this sample: views cannot reach charts/, and test/charts/gallery.test.ts compares.

import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { drawn } from './gallery-owner-drawn.ts';
import { serviceChoicePage, serviceOwnerPage, type ServiceOwnerModel, type ShownSlot } from './service-owner.ts'; // prettier-ignore
import { wordsOf, type Lang } from './words/words.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];
type Sample = Pick<ServiceOwnerModel, 'slots' | 'causes' | 'actions'>;

// A working day, by the hour from 15:00 of the day before.
const ALLOWED = [812, 790, 640, 388, 301, 240, 180, 96, 40, 12, 4, 2, 0, 3, 9, 61, 240, 705, 1104, 1290, 1187, 902, 644, 1015]; // prettier-ignore
const SHARES = [9, 8, 9, 11, 10, 9, 8, 10, 11, 9, 0, 0, 0, 9, 9, 8, 9, 10, 31, 34, 12, 9, 9, 8];

const slots = (lang: Lang): ShownSlot[] =>
  ALLOWED.map((allowed, at) => {
    const hour = String((15 + at) % 24);
    const words = wordsOf(lang).owner;
    const started = Math.round(allowed / 14);
    return {
      label: words.hour(hour),
      name: words.hourFrom(hour, at < 9 ? '21/11/2026' : '22/11/2026'),
      allowed,
      refused: Math.round((allowed * (SHARES[at] ?? 0)) / 100),
      started,
      reached: Math.floor(started * 0.71),
      latency: allowed === 0 ? undefined : { p50: 0.4 + allowed / 4_000, p95: 0.9 + allowed / 1_300, p99: 1.6 + allowed / 500 }, // prettier-ignore
    };
  });

export const ownerSample = (lang: Lang): Sample => ({
  slots: slots(lang),
  causes: [
    { cause: 'level', n: 902 },
    { cause: 'no-token', n: 311 },
    { cause: 'age', n: 168 },
    { cause: 'invalid-token', n: 54 },
    { cause: 'action', n: 12 },
    { cause: 'unavailable', n: 1 },
  ],
  actions:
    lang === 'vi'
      ? [
          { title: 'Xem hồ sơ của tôi', allowed: 6_204, refused: 911 },
          { title: 'Nộp hồ sơ', allowed: 2_330, refused: 480 },
          { title: 'Xem giấy tờ cần chuẩn bị', allowed: 1_131, refused: 45 },
          { title: 'Việc không thuộc tiện ích này', allowed: 0, refused: 12 },
        ]
      : [
          { title: 'See my dossiers', allowed: 6_204, refused: 911 },
          { title: 'File a dossier', allowed: 2_330, refused: 480 },
          { title: 'See which papers to bring', allowed: 1_131, refused: 45 },
          { title: 'Actions not of this service', allowed: 0, refused: 12 },
        ],
});

const at = new Date('2026-11-22T07:25:00Z');
// True because charts/ wrote it (see above): Vietnamese in both languages, as a sample may be.
const charts = JSON.parse(drawn) as ServiceOwnerModel['charts'];

const model = (page: PageFrame): ServiceOwnerModel => ({
  page: { ...page, homeHref: '/', account: { name: 'dung.le', href: '#' } },
  service: {
    title: 'Nộp hồ sơ trực tuyến',
    code: 'hoso',
    owner: 'Trung tâm Phục vụ hành chính công tỉnh Tây Ninh',
  },
  at,
  period: '24h',
  periodHrefs: { '24h': '#', '30d': '#' },
  othersHref: undefined,
  safetyHref: '#',
  findings: [
    { kind: 'overdue', n: 3 },
    { kind: 'unavailable', n: 1 },
    { kind: 'unknownAction', n: 12 },
  ],
  ...ownerSample(page.lang),
  allowed: 9_665,
  refused: 1_448,
  started: 684,
  reached: 473,
  tokens: 2_907,
  dropped: 0,
  latency: { p50: 0.62, p95: 1.71, p99: 4.2 },
  lastRecordAt: new Date('2026-11-22T07:24:00Z'),
  signals: { pending: 5, overdue: 3 },
  charts,
});

const nothing: Partial<ServiceOwnerModel> = {
  slots: [],
  causes: [],
  actions: [],
  allowed: 0,
  refused: 0,
  started: 0,
  reached: 0,
  tokens: 0,
  latency: undefined,
  signals: undefined,
  charts: {},
};

export const ownerPages: readonly Page[] = [
  ['owner', 'Tình hình tiện ích', (page) => serviceOwnerPage(model(page))],
  [
    'owner-fine',
    'Tình hình tiện ích: không có gì cần xem',
    (page) =>
      serviceOwnerPage({
        ...model(page),
        findings: [],
        othersHref: '#',
        signals: { pending: 0, overdue: 0 },
      }),
  ],
  [
    'owner-new',
    'Tình hình tiện ích: chưa có bản ghi nào',
    (page) =>
      serviceOwnerPage({
        ...model(page),
        ...nothing,
        findings: [{ kind: 'never' }],
        lastRecordAt: undefined,
      }),
  ],
  [
    'owner-silent',
    'Tình hình tiện ích: im lặng, chậm, bỏ dở',
    (page) =>
      serviceOwnerPage({
        ...model(page),
        ...nothing,
        period: '30d',
        dropped: 1_204,
        lastRecordAt: new Date('2026-11-22T04:31:00Z'),
        findings: [
          { kind: 'silent', minutes: 174, lastAt: new Date('2026-11-22T04:31:00Z') },
          { kind: 'dropped', n: 1_204 },
          { kind: 'slow', p95Ms: 212 },
          { kind: 'conversion', reached: 41, started: 130 },
        ],
      }),
  ],
  [
    'owner-choice',
    'Tình hình các tiện ích: chọn',
    (page) =>
      serviceChoicePage({
        page: { ...page, homeHref: '/' },
        safetyHref: '#',
        services: [
          {
            title: 'Nộp hồ sơ trực tuyến',
            owner: 'Trung tâm Phục vụ hành chính công tỉnh Tây Ninh',
            href: '#',
          },
          { title: 'Phản ánh hiện trường', owner: 'Tổng đài 1022 Tây Ninh', href: '#' },
        ],
      }),
  ],
];
