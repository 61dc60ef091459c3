// Pages about the safety of an account, in every state.

import { devicesPage } from './devices.ts';
import type { ShownDevice } from './devices.ts';
import { holdPage } from './hold.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { lockedByLinkPage, notMeEndedPage, notMePage } from './not-me.ts';
import type { NotMeModel } from './not-me.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const at = new Date('2026-11-22T07:05:00Z');
const hold = { selfHref: '#', csrf: 'sample', cancelAction: '#', destination: '***567', until: undefined };
const devices: readonly ShownDevice[] = [
  { id: '1', kind: 'android', firstProvenAt: new Date('2026-10-02T02:00:00Z'), lastSeenAt: at, isThis: true },
  {
    id: '2',
    kind: 'windows',
    firstProvenAt: new Date('2026-11-20T09:41:00Z'),
    lastSeenAt: new Date('2026-11-21T01:30:00Z'),
    isThis: false,
  },
];
const list = { removeAction: '#', csrf: 'sample', backHref: '#' };
const kinds = [
  'new_device',
  'moving',
  'recovery_made',
  'recovery_used',
  'passkey_added',
  'phone_changed',
] as const;
const notMe = (kind: NotMeModel['kind']) => (page: PageFrame) =>
  notMePage({ page, action: '#', csrf: 'sample', kind, at });

export const safetyPages: readonly Page[] = [
  ...kinds.map((kind): Page => [
    `not-me-${kind.replaceAll('_', '-')}`,
    `Không phải tôi: ${kind}`,
    notMe(kind),
  ]),
  ['not-me-done', 'Không phải tôi: đã khóa', (page) => lockedByLinkPage({ page })],
  ['not-me-ended', 'Không phải tôi: đường dẫn cũ', (page) => notMeEndedPage({ page })],
  ['hold', 'Máy mới: đang gửi thông báo', (page) => holdPage({ page, ...hold })],
  [
    'hold-until',
    'Máy mới: đã gửi, đợi',
    (page) => holdPage({ page, ...hold, until: new Date('2026-11-22T07:08:20Z') }),
  ],
  [
    'hold-no-phone',
    'Máy mới: không có số điện thoại',
    (page) => holdPage({ page, ...hold, destination: undefined }),
  ],
  ['devices', 'Máy của tôi', (page) => devicesPage({ page, ...list, devices })],
  ['devices-none', 'Máy của tôi: chưa có', (page) => devicesPage({ page, ...list, devices: [] })],
];
