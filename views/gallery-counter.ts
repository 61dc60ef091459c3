// The counter, for citizen and officer, in every state. People are made up; place code 999 is nobody's.

import { counterCardPage } from './counter-card.ts';
import type { CardError, CounterCardModel } from './counter-card.ts';
import { counterDonePage } from './counter-done.ts';
import type { DoneOutcome } from './counter-done.ts';
import { counterLookPage } from './counter-look.ts';
import type { CounterLookModel } from './counter-look.ts';
import { counterStepPage } from './counter-step.ts';
import type { CounterStepState } from './counter-step.ts';
import { counterPage } from './counter.ts';
import type { CounterModel } from './counter.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { staffDoorPage } from './staff-door.ts';
import type { StaffDoorModel } from './staff-door.ts';
import { staffCodesPage, staffSafetyPage } from './staff-safety.ts';
import type { StaffSafetyModel } from './staff-safety.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const csrf = 'sample';
const at = new Date('2026-11-22T08:15:00Z');
const unit = 'Trung tâm Phục vụ hành chính công phường Tân Ninh';
const atDesk = (page: PageFrame): PageFrame => ({
  ...page,
  homeHref: '#',
  account: { name: 'hoa.nguyen', href: '#' },
});

const step = (now: CounterStepState) => (page: PageFrame) =>
  counterStepPage({
    page,
    csrf,
    now,
    phoneMasked: '*******678',
    lookHref: '#',
    pauseHref: '#',
    againAction: '#',
    otherAction: '#',
    cancelAction: '#',
  });

const task = { href: '#', since: at, login: 'hoa.nguyen', mine: false };
const desk = (more: Partial<CounterModel>) => (page: PageFrame) =>
  counterPage({
    page: atDesk(page),
    csrf,
    unit,
    communeCode: '25459',
    codeAction: '#',
    value: '',
    inHand: [],
    waiting: [],
    hrefs: { account: '#', number: '#', guardian: '#', safety: '#' },
    signOutAction: '#',
    ...more,
  });

const none = { number: '', name: '', birthdate: '', oldNumber: '', paperKind: '', paperNumber: '' };
const typed = { ...none, number: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '15/06/1990' };
const card = (more: Partial<CounterCardModel>) => (page: PageFrame) =>
  counterCardPage({ page: atDesk(page), csrf, action: '#', what: 'citizen', fields: none, backHref: '#', ...more }); // prettier-ignore

const person = { name: 'Nguyễn Thị Minh An', birthYear: '1990', numberMasked: '*********011' };
const child = { name: 'Phạm Bảo Ngọc', birthYear: '2012', numberMasked: '*********457' };
const confirm = { action: '#', button: 'confirm', reasons: ['no_vneid', 'no_chip_reader', 'needs_help', 'lost_access', 'other'] } as const; // prettier-ignore
const refuse = { action: '#', reasons: ['face_differs', 'card_damaged', 'card_expired', 'not_confirmed', 'under_pressure', 'other'] } as const; // prettier-ignore
const look = (more: Partial<CounterLookModel>) => (page: PageFrame) =>
  counterLookPage({ page: atDesk(page), csrf, person, confirm, refuse, otherCardHref: '#', backHref: '#', ...more }); // prettier-ignore

const passkey = { action: '#', options: '{}' };
const door =
  (error?: StaffDoorModel['error'], mayAsk = true) =>
  (page: PageFrame) =>
    staffDoorPage({
      page,
      csrf,
      action: '#',
      passkey: mayAsk ? passkey : undefined,
      login: error === 'refused' ? 'hoa.nguyen' : '',
      error,
    });

const safety = (more: Partial<StaffSafetyModel>) => (page: PageFrame) =>
  staffSafetyPage({
    page: atDesk(page),
    csrf,
    login: 'hoa.nguyen',
    unit,
    codesLeft: 9,
    codesAction: '#',
    passkeys: [],
    removeAction: '#',
    add: passkey,
    next: { to: 'work', href: '#' },
    signOutAction: '#',
    ...more,
  });

const CARD_ERRORS: readonly CardError[] = ['qr', 'number', 'name', 'birthdate', 'not_confirmed', 'superseded', 'unavailable', 'asked_too_often', 'no_account']; // prettier-ignore
const OUTCOMES: readonly DoneOutcome[] = ['proven', 'sent_on', 'refused', 'other_person', 'gone', 'locked', 'unlocked', 'unchanged', 'replaced', 'bound_elsewhere', 'recorded']; // prettier-ignore
const slug = (word: string) => word.replaceAll('_', '-');

export const counterPages: readonly Page[] = [
  ['counter-step', 'Mã tại quầy', step({ state: 'open', code: 'K7M2-9QXD', expiresAt: at })],
  ['counter-step-claimed', 'Mã tại quầy: cán bộ đang xem', step({ state: 'claimed', unit })],
  ['counter-step-second', 'Mã tại quầy: chờ cán bộ thứ hai', step({ state: 'second', unit })],
  ['counter-step-refused', 'Mã tại quầy: chưa xác nhận', step({ state: 'refused', unit })],
  ['counter-step-used-up', 'Mã tại quầy: quá nhiều mã', step({ state: 'used_up' })],
  ['staff-door', 'Cán bộ đăng nhập', door()],
  ['staff-door-later', 'Cán bộ đăng nhập: mở quá nhiều lần', door(undefined, false)],
  ['staff-door-refused', 'Cán bộ đăng nhập: sai', door('refused')],
  ['staff-door-ended', 'Cán bộ đăng nhập: hết phiên', door('ended')],
  ['staff-door-fresh', 'Cán bộ đăng nhập: đăng nhập lại', door('fresh')],
  [
    'staff-codes',
    'Mã khôi phục của cán bộ',
    (page) => staffCodesPage({ page, nextHref: '#', codes: Array.from('ABCDEFGHJK', (sign) => `${sign}7M2-9QXD-4F7K-29QX`) }), // prettier-ignore
  ],
  ['staff-safety', 'Bảo mật của tôi', safety({})],
  [
    'staff-safety-keys',
    'Bảo mật của tôi: có khóa',
    safety({
      codesLeft: 0,
      passkeys: [
        { id: '1', name: 'Máy tính ở quầy 2', createdAt: at, suspect: false },
        { id: '2', name: 'Điện thoại', createdAt: at, suspect: true },
      ],
    }),
  ],
  ['staff-safety-new', 'Bảo mật của tôi: vừa nhận lời mời', safety({ next: { to: 'signInFirst', href: '#' }, error: 'passkey' })], // prettier-ignore
  ['staff-safety-name', 'Bảo mật của tôi: thiếu tên', safety({ error: 'name' })],
  ['counter', 'Quầy: trang của cán bộ', desk({})],
  ['counter-unknown', 'Quầy: không có mã', desk({ value: 'K7M2-9QXX', error: 'codeUnknown' })],
  [
    'counter-busy',
    'Quầy: nhiều việc',
    desk({
      inHand: [{ ...task, kind: 'request' }],
      waiting: [
        { ...task, kind: 'request', login: 'binh.tran' },
        { ...task, kind: 'number', mine: true },
      ],
    }),
  ],
  ['counter-card', 'Quầy: thẻ', card({ refuseHref: '#' })],
  ...CARD_ERRORS.map((error): Page => [`counter-card-wrong-${slug(error)}`, `Quầy: thẻ, ${error}`, card({ fields: typed, error })]), // prettier-ignore
  ['counter-card-account', 'Quầy: mất điện thoại', card({ what: 'account' })],
  ['counter-card-number', 'Quầy: đổi số', card({ what: 'number' })],
  ...(['format', 'not_replaced', 'bound_elsewhere'] as const).map((error): Page => [`counter-card-wrong-${slug(error)}`, `Quầy: đổi số, ${error}`, card({ what: 'number', fields: typed, error })]), // prettier-ignore
  ['counter-card-guardian', 'Quầy: người giám hộ', card({ what: 'guardian' })],
  ['counter-card-child', 'Quầy: giấy tờ của trẻ', card({ what: 'child' })],
  ...(['paper', 'same_person'] as const).map((error): Page => [`counter-card-wrong-${slug(error)}`, `Quầy: giấy tờ của trẻ, ${error}`, card({ what: 'child', fields: typed, error })]), // prettier-ignore
  ['counter-look', 'Quầy: đối chiếu', look({})],
  ['counter-look-checks', 'Quầy: đối chiếu, thiếu dấu', look({ error: 'checks' })],
  ['counter-look-reason', 'Quầy: đối chiếu, thiếu lý do', look({ error: 'reason' })],
  [
    'counter-look-second',
    'Quầy: cán bộ thứ hai',
    look({
      firstLogin: 'binh.tran',
      firstWord: { reason: 'other', note: 'Bác mất cả điện thoại và Zalo, con gái đi cùng' },
      otherCardHref: undefined,
    }),
  ],
  [
    'counter-look-refuse',
    'Quầy: không xác nhận',
    look({ person: undefined, confirm: undefined, error: 'reason' }),
  ],
  ['counter-look-lock', 'Quầy: khóa', look({ account: 'unlocked', confirm: { action: '#', button: 'lock', reasons: ['lost_phone', 'fraud', 'other'] }, refuse: undefined, otherCardHref: undefined })], // prettier-ignore
  ['counter-look-unlock', 'Quầy: mở lại', look({ account: 'locked', confirm: { action: '#', button: 'unlock', reasons: ['found_again', 'mistake', 'other'] }, refuse: undefined, otherCardHref: undefined })], // prettier-ignore
  ['counter-look-number', 'Quầy: số mới', look({ oldNumberMasked: '*********013', oldName: 'Nguyễn Văn An', firstLogin: 'binh.tran', confirm: { action: '#', button: 'replace', reasons: ['sex_corrected', 'birth_corrected', 'registered_wrongly', 'other'] }, refuse: undefined, otherCardHref: undefined })], // prettier-ignore
  ['counter-look-guardian', 'Quầy: người giám hộ', look({ child, paper: 'Giấy khai sinh, 12/2012', confirm: { action: '#', button: 'record', reasons: [] }, refuse: undefined, otherCardHref: undefined })], // prettier-ignore
  ...OUTCOMES.map((outcome): Page => [`counter-done-${slug(outcome)}`, `Quầy: ${outcome}`, (page) => counterDonePage({ page: atDesk(page), backHref: '#', outcome })]), // prettier-ignore
  ['counter-done-not-recorded', 'Quầy: chưa ghi nhận', (page) => counterDonePage({ page: atDesk(page), backHref: '#', outcome: 'not_recorded', reason: 'too_many' })], // prettier-ignore
];
