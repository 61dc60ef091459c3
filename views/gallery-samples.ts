// Sample models of the gallery. Sentences stand in for the catalogue's and are not the catalogue.

import type { AccountModel } from './account.ts';
import type { CodeModel } from './code.ts';
import type { ConsentModel } from './consent.ts';
import { samplePurposes } from './gallery-purposes.ts';
import type { LogoutConfirmModel } from './leave.ts';
import type { LoginModel } from './login.ts';
import type { PhoneModel } from './phone.ts';
import type { ReceiptModel } from './receipt.ts';
import type { StepUpModel } from './step-up.ts';
import type { WithdrawModel } from './withdraw.ts';
import type { WithdrawnModel } from './withdrawn.ts';
import type { Lang } from './words/words.ts';

type Sample<Model> = Omit<Model, 'page'>;

const csrf = 'sample';
const here = '#';

export function samples(lang: Lang) {
  const say = (vi: string, en: string): string => (lang === 'vi' ? vi : en);

  const clientName = 'Tây Ninh Smart';
  const { owner, hotlineTitle, callbackPurpose, notifyPurpose, placePurpose, lawPurpose } =
    samplePurposes(lang);
  const { title: callback, text: callbackText } = callbackPurpose;
  const dossierTitle = say('Tra cứu hồ sơ', 'File status');
  const viewDossier = say('Xem tình trạng hồ sơ của tôi', 'See the status of my file');
  const consent: Sample<ConsentModel> = {
    clientName,
    serviceTitle: hotlineTitle,
    ownerName: owner,
    action: here,
    cancelAction: here,
    csrf,
    purposes: [callbackPurpose],
    noticeVersion: '2026-11-01',
    rightsHref: here,
  };
  const reportTitle = say('Phản ánh hiện trường', 'Report an incident');
  const consentLong: Sample<ConsentModel> = {
    ...consent,
    serviceTitle: reportTitle,
    purposes: [notifyPurpose, placePurpose, lawPurpose],
  };

  const stepUp: Sample<StepUpModel> = {
    clientName,
    actionTitles: [viewDossier],
    why: 'first',
    methods: [{ id: 'vneid', action: here, csrf }],
    cancelAction: here,
    csrf,
    personMasked: 'Nguyễn T*** H***',
    transactionCode: 'TN-48',
  };
  const verifiedUntil = new Date('2026-11-22T09:20:00Z');

  const code: Sample<CodeModel> = {
    action: here,
    resendAction: here,
    cancelAction: here,
    csrf,
    destination: '***567',
    length: 6,
    attemptsLeft: 5,
    expiresAt: new Date('2026-11-22T07:05:00Z'),
    resendAfter: new Date('2026-11-22T07:01:20Z'),
    display: viewDossier,
    transactionCode: 'TN-48',
  };

  const account: Sample<AccountModel> = {
    name: 'Nguyễn Thị Hoa',
    level: 2,
    verifiedAt: new Date('2026-11-22T01:20:00Z'),
    validUntil: verifiedUntil,
    identity: {
      source: 'vneid',
      at: new Date('2026-11-22T01:20:00Z'),
      until: new Date('2031-11-21T01:20:00Z'),
      state: 'fine',
    },
    links: [
      { id: 'passkeys', href: here },
      { id: 'recovery', href: here },
      { id: 'devices', href: here },
      { id: 'children', href: here },
    ],
    notices: [
      {
        at: new Date('2026-11-22T01:15:00Z'),
        title: say(
          'Một em bạn đại diện đang đợi bạn trả lời',
          'A child you represent is waiting for your answer',
        ),
      },
      {
        at: new Date('2026-11-21T03:00:00Z'),
        title: say('Có máy lạ muốn dùng tài khoản của bạn', 'An unknown device wants to use your account'),
      },
    ],
    phoneMasked: '091****567',
    personalNumberMasked: '999******011',
    services: [
      {
        serviceTitle: hotlineTitle,
        ownerName: owner,
        consents: [
          {
            recordId: 'a',
            title: callback,
            state: 'given',
            since: new Date('2026-11-20T02:00:00Z'),
            withdrawAction: here,
            receiptHref: here,
          },
          {
            recordId: 'b',
            title: notifyPurpose.title,
            state: 'withdrawn',
            since: new Date('2026-11-21T02:00:00Z'),
            receiptHref: here,
          },
        ],
      },
      {
        serviceTitle: dossierTitle,
        ownerName: say(
          'Trung tâm Phục vụ hành chính công tỉnh Tây Ninh',
          'Public Administration Service Centre, Tây Ninh Province',
        ),
        consents: [
          {
            recordId: 'c',
            title: viewDossier,
            state: 'law',
            since: new Date('2026-11-22T01:21:00Z'),
          },
        ],
      },
    ],
    csrf,
    logoutAction: here,
    history: [
      {
        at: new Date('2026-11-21T02:00:00Z'),
        title: say(`Bạn đã rút lại đồng ý: ${notifyPurpose.title}`, `You withdrew: ${notifyPurpose.title}`),
        detail: hotlineTitle,
      },
      {
        at: new Date('2026-11-20T02:00:00Z'),
        title: say(`Bạn đã đồng ý: ${notifyPurpose.title}`, `You agreed: ${notifyPurpose.title}`),
        detail: hotlineTitle,
      },
      {
        at: new Date('2026-11-20T01:59:00Z'),
        title: say(`Bạn đã đồng ý: ${callback}`, `You agreed: ${callback}`),
        detail: hotlineTitle,
      },
    ],
  };

  const receipt: Sample<ReceiptModel> = {
    receiptId: '01a20381-a283-7c11-9d0a-4f7a2c1b9e55',
    state: 'given',
    purposeTitle: callback,
    purposeText: callbackText,
    serviceTitle: hotlineTitle,
    controller: owner,
    at: new Date('2026-11-22T06:45:57Z'),
    noticeVersion: '2026-11-01',
    sha256: '9f3c2b7e51d04a86bb1f0e6a7c55d2983e40f7ab66c19d3358e2a4b7c0d1e2f3',
    jws: `eyJhbGciOiJFUzI1NiIsInR5cCI6ImNvbnNlbnQtcmVjZWlwdCtqd3QifQ.${'c2FtcGxlLXJlY2VpcHQ'.repeat(30)}.${'c2lnbmF0dXJl'.repeat(7)}`,
    logOrigin: 'id.tayninh.gov.vn/consent/2026',
    downloadHref: here,
    backHref: here,
  };

  const login: Sample<LoginModel> = {
    clientName,
    zaloAction: here,
    recoveryHref: here,
    cancelAction: here,
    csrf,
  };
  const phone: Sample<PhoneModel> = { action: here, cancelAction: here, csrf, value: '' };
  const withdraw: Sample<WithdrawModel> = {
    serviceTitle: hotlineTitle,
    purposeTitle: callback,
    consequences: [
      say('Tổng đài 1022 không còn gọi lại cho bạn được.', 'The 1022 hotline can no longer call you back.'),
      say(
        'Tên và số điện thoại của bạn không được chuyển đi nữa.',
        'Your name and phone number are no longer passed on.',
      ),
    ],
    action: here,
    csrf,
    version: '3',
    backHref: here,
  };
  const withdrawn: Sample<WithdrawnModel> = {
    serviceTitle: hotlineTitle,
    purposeTitle: callback,
    at: new Date('2026-11-22T07:10:00Z'),
    receiptHref: here,
    accountHref: here,
    effects: [
      say(
        'Tổng đài 1022 không nhận thêm thông tin nào của bạn.',
        'The 1022 hotline receives nothing more about you.',
      ),
      say(
        'Chúng tôi đã báo cho Tổng đài 1022 dừng dùng thông tin đã nhận.',
        'We have told the 1022 hotline to stop using what it received.',
      ),
    ],
  };
  const logout: Sample<LogoutConfirmModel> = {
    formHtmlAction: here,
    hidden: [{ name: 'xsrf', value: 'sample' }],
    clientName,
  };

  return {
    person: 'Nguyễn Thị Hoa',
    longPerson: 'Công Tằng Tôn Nữ Nguyễn Phước Huỳnh Thị Thiên Hương',
    login,
    stepUp,
    stepUpAgain: {
      ...stepUp,
      why: 'again' as const,
      verifiedUntil,
      methods: [
        { id: 'otp' as const, action: here, csrf },
        { id: 'vneid' as const, action: here, csrf },
      ],
    },
    stepUpCode: { ...stepUp, why: 'again' as const, methods: [{ id: 'otp' as const, action: here, csrf }] },
    phone,
    code,
    consent,
    consentLong,
    consentLaw: { ...consent, serviceTitle: reportTitle, purposes: [lawPurpose] },
    account,
    accountNew: {
      level: 1 as const,
      identity: undefined,
      notices: [],
      verifiedAt: undefined,
      validUntil: undefined,
      phoneMasked: undefined,
      personalNumberMasked: undefined,
      services: [],
      history: [],
    },
    withdraw,
    withdrawn,
    receipt,
    logout,
  };
}
