// A step begun in Zalo, in the phone's own browser, in every state.

import { backToAppPage, legAskPage, legCodePage, legEndPage, legPasskeyPage, legVneidPage } from './browser-leg.ts'; // prettier-ignore
import type { LegPasskeyModel, LegVneidModel } from './browser-leg.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const csrf = 'sample';
const appHref = '#';
const display = ({ lang }: PageFrame) => (lang === 'vi' ? 'Xem hồ sơ của tôi' : 'See my dossiers');
const ask =
  (phone: string | undefined, person?: string) =>
  (page: PageFrame): Html =>
    legAskPage({ page, csrf, phone, person, display: display(page), transactionCode: 'TN-48', yesAction: '#', noAction: '#' }); // prettier-ignore
const vneid =
  (error?: LegVneidModel['error']) =>
  (page: PageFrame): Html =>
    legVneidPage({ page, csrf, action: '#', error });
const passkey =
  (error?: LegPasskeyModel['error']) =>
  (page: PageFrame): Html =>
    legPasskeyPage({ page, csrf, action: '#', options: '{}', display: display(page), transactionCode: 'TN-48', error }); // prettier-ignore

export const browserLegPages: readonly Page[] = [
  ['leg-ask', 'Từ Zalo sang trình duyệt: hỏi lại', ask('*** *** 567', 'N. T. M. An')],
  ['leg-ask-no-phone', 'Từ Zalo sang trình duyệt: chưa có số', ask(undefined)],
  ['leg-vneid', 'Từ Zalo: trước VNeID', vneid()],
  ...(['declined', 'failed', 'not_enough', 'unavailable', 'expired'] as const).map((error): Page => [
    `leg-vneid-${error.replaceAll('_', '-')}`,
    `Từ Zalo: VNeID, ${error}`,
    vneid(error),
  ]),
  ['leg-passkey', 'Từ Zalo: khóa đăng nhập', passkey()],
  ...(['expired', 'unknown', 'suspect'] as const).map((error): Page => [
    `leg-passkey-${error}`,
    `Từ Zalo: khóa đăng nhập, ${error}`,
    passkey(error),
  ]),
  [
    'leg-code',
    'Từ Zalo: mã hoàn tất',
    (page) => legCodePage({ page, code: '48217306', expiresAt: new Date('2026-11-22T07:10:00Z'), appHref }),
  ],
  ...(['declined', 'other', 'ended'] as const).map((end): Page => [
    `leg-end-${end}`,
    `Từ Zalo: hết, ${end}`,
    (page) => legEndPage({ page, end, appHref }),
  ]),
  ['back-to-app', 'Xong, quay lại Zalo', (page) => backToAppPage({ page, appHref })],
];
