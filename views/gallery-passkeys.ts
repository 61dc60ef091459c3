// Passkeys and recovery codes in every state.

import { samples } from './gallery-samples.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { passkeyStepPage } from './passkey-step.ts';
import { passkeyAddPage, passkeyEditPage, passkeysPage } from './passkeys.ts';
import { recoveryCodesMadePage, recoveryCodesPage, recoveryPage } from './recovery.ts';
import { wordsOf } from './words/words.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const entry = (...page: Page): Page => page;
const signedIn = (page: PageFrame): PageFrame => ({
  ...page,
  homeHref: '/',
  account: { name: samples(page.lang).person, href: '#' },
});

const createdAt = new Date('2026-09-02T03:10:00Z');
const lastUsedAt = new Date('2026-11-20T01:05:00Z');
const phone = { name: 'Điện thoại của tôi', createdAt, lastUsedAt, suspect: false };
const tablet = {
  name: 'Máy tính bảng của cháu Nguyễn Thị Minh An',
  createdAt,
  lastUsedAt: undefined,
  suspect: false,
};
const copied = { name: 'Máy cũ', createdAt, lastUsedAt, suspect: true };
const form = { csrf: 'csrf', options: '{}' };

export function passkeyPages(): readonly Page[] {
  const list = (more: Partial<Parameters<typeof passkeysPage>[0]>) => (page: PageFrame) =>
    passkeysPage({
      page: signedIn(page),
      passkeys: [phone, tablet, copied].map((one) => ({ ...one, href: '#' })),
      addHref: '#',
      backHref: '#',
      ...more,
    });
  const add = (more: Partial<Parameters<typeof passkeyAddPage>[0]>) => (page: PageFrame) =>
    passkeyAddPage({
      page: signedIn(page),
      ...form,
      action: '#',
      name: wordsOf(page.lang).passkeyAdd.suggestion,
      longestName: 40,
      backHref: '#',
      ...more,
    });
  const edit = (more: Partial<Parameters<typeof passkeyEditPage>[0]>) => (page: PageFrame) =>
    passkeyEditPage({
      page: signedIn(page),
      csrf: 'csrf',
      renameAction: '#',
      removeAction: '#',
      passkey: phone,
      name: phone.name,
      longestName: 40,
      backHref: '#',
      ...more,
    });
  const step = (more: Partial<Parameters<typeof passkeyStepPage>[0]>) => (page: PageFrame) =>
    passkeyStepPage({
      page,
      ...form,
      action: '#',
      otherAction: '#',
      cancelAction: '#',
      display: page.lang === 'vi' ? 'Xem lịch sử phản ánh của tôi' : 'See my reports',
      transactionCode: 'TN-48',
      ...more,
    });
  const recovery = (more: Partial<Parameters<typeof recoveryPage>[0]>) => (page: PageFrame) =>
    recoveryPage({
      page,
      clientName: page.lang === 'vi' ? 'Cổng phản ánh' : 'Report portal',
      action: '#',
      csrf: 'csrf',
      backHref: '#',
      cancelAction: '#',
      ...more,
    });
  const codes = (more: Partial<Parameters<typeof recoveryCodesPage>[0]>) => (page: PageFrame) =>
    recoveryCodesPage({ page: signedIn(page), left: 7, madeAt: createdAt, action: '#', csrf: 'csrf', backHref: '#', ...more }); // prettier-ignore

  return [
    entry('passkeys', 'Khóa đăng nhập: danh sách', list({})),
    entry('passkeys-none', 'Khóa đăng nhập: chưa có', list({ passkeys: [] })),
    entry('passkeys-full', 'Khóa đăng nhập: đủ 10', list({ addHref: undefined })),
    ...(['added', 'renamed', 'removed'] as const).map((done) =>
      entry(`passkeys-${done}`, `Khóa đăng nhập: ${done}`, list({ done })),
    ),
    entry('passkey-add', 'Thêm khóa', add({})),
    ...(['failed', 'taken', 'full', 'name'] as const).map((error) =>
      entry(`passkey-add-${error}`, `Thêm khóa: ${error}`, add({ error })),
    ),
    entry('passkey-edit', 'Sửa khóa', edit({})),
    entry('passkey-edit-name', 'Sửa khóa: tên không hợp lệ', edit({ error: 'name', name: '' })),
    entry('passkey-edit-suspect', 'Sửa khóa: nghi bị sao chép', edit({ passkey: copied, name: copied.name })),
    entry('passkey-step', 'Bước khóa', step({})),
    ...(['expired', 'unknown', 'suspect'] as const).map((error) =>
      entry(`passkey-step-${error}`, `Bước khóa: ${error}`, step({ error })),
    ),
    entry('recovery', 'Vào bằng mã khôi phục', recovery({})),
    entry('recovery-wrong', 'Vào bằng mã khôi phục: sai', recovery({ error: 'wrong' })),
    entry('recovery-codes', 'Mã khôi phục', codes({})),
    entry('recovery-codes-none', 'Mã khôi phục: chưa có', codes({ left: 0, madeAt: undefined })),
    entry('recovery-codes-made', 'Mã khôi phục: hiện một lần', (page) =>
      recoveryCodesMadePage({ page: signedIn(page), codes: sampleCodes, madeAt: lastUsedAt, backHref: '#' }),
    ),
  ];
}

// Made up here; no code of anybody.
const sampleCodes = Array.from({ length: 10 }, (_, index) => `MAUM-AUMA-UMA${'ABCDEFGHJK'[index]}-${2345 + index * 101}`.replaceAll(/[01]/g, '7')); // prettier-ignore
