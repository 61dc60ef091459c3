// The step-up's own pages in every state, and those for staff and about rights.

import { brakePage, brakeStopPage } from './brake.ts';
import { elsewherePage, waitingPage } from './elsewhere.ts';
import { samples } from './gallery-samples.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { rightsPage } from './rights.ts';
import { staffInvitationPage } from './staff-invitation.ts';
import { stepUpPage } from './step-up.ts';
import type { StepUpMethod } from './step-up.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const shared = { csrf: 'sample', cancelAction: '#' };
const methods = (...ids: StepUpMethod['id'][]) => ids.map((id) => ({ id, action: '#', csrf: 'sample' }));
const until = new Date('2026-11-23T02:30:00Z');
const invited = {
  action: '#',
  csrf: 'sample',
  login: 'hoa.nguyen',
  unit: 'Trung tâm Phục vụ hành chính công',
};

export const stepUpPages: readonly Page[] = [
  ['brake', 'Có ai đang gọi không?', (page) => brakePage({ page, ...shared, action: '#' })],
  ['brake-stop', 'Có người gọi: dừng lại', (page) => brakeStopPage({ page, ...shared })],
  [
    'step-up-all',
    'Bước xác minh: mọi cách',
    (page) =>
      stepUpPage({
        page,
        ...samples(page.lang).stepUp,
        methods: methods('vneid', 'card', 'counter', 'chip'),
      }),
  ],
  [
    'step-up-known',
    'Bước xác minh: có khóa',
    (page) =>
      stepUpPage({ page, ...samples(page.lang).stepUpAgain, methods: methods('passkey', 'otp', 'vneid') }),
  ],
  [
    'step-up-none',
    'Bước xác minh: chưa có cách nào',
    (page) => stepUpPage({ page, ...samples(page.lang).stepUpAgain, methods: [] }),
  ],
  [
    'step-up-other-person',
    'Bước xác minh: người khác',
    (page) => stepUpPage({ page, ...samples(page.lang).stepUp, error: 'other_person' }),
  ],
  [
    'step-up-passkey-stopped',
    'Bước xác minh: khóa bị dừng',
    (page) =>
      stepUpPage({
        page,
        ...samples(page.lang).stepUpAgain,
        methods: methods('otp', 'vneid'),
        error: 'passkey_stopped',
      }),
  ],
  ['elsewhere', 'Đã có tài khoản khác', (page) => elsewherePage({ page, ...shared, moveAction: '#' })],
  ['elsewhere-barred', 'Đã có tài khoản khác: chỉ ở quầy', (page) => elsewherePage({ page, ...shared })],
  ['waiting', 'Đợi chuyển tài khoản', (page) => waitingPage({ page, ...shared, until })],
  ['rights', 'Quyền của bạn', (page) => rightsPage({ page })],
  ['staff-invitation', 'Lời mời cán bộ', (page) => staffInvitationPage({ page, ...invited })],
  [
    'staff-invitation-short',
    'Lời mời cán bộ: ngắn quá',
    (page) => staffInvitationPage({ page, ...invited, error: 'short' }),
  ],
];
