// Every page in every state, for eyes, screenshots and tests. The people are made up and
// the personal numbers use place code 999, which no province has.

import { type AccountModel, accountPage } from './account.ts';
import { type CodeModel, codePage } from './code.ts';
import { errorPage, type ErrorKind } from './error.ts';
import { browserLegPages } from './gallery-browser-leg.ts';
import { guardianPages } from './gallery-guardian.ts';
import { ownerPages } from './gallery-owner.ts';
import { cataloguePages } from './gallery-catalogue.ts';
import { safetyPages } from './gallery-safety.ts';
import { samples } from './gallery-samples.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { logoutConfirmPage, sessionLostPage, signedOutPage } from './leave.ts';
import { loginPage } from './login.ts';
import { consentPage } from './consent.ts';
import { phonePage, type PhoneError } from './phone.ts';
import { receiptPage } from './receipt.ts';
import { passkeyPages } from './gallery-passkeys.ts';
import { cardPages } from './gallery-card.ts';
import { counterPages } from './gallery-counter.ts';
import { chipPages } from './gallery-chip.ts';
import { stepUpPages } from './gallery-step-up.ts';
import { stepUpPage } from './step-up.ts';
import { welcomePage } from './welcome.ts';
import { withdrawPage } from './withdraw.ts';
import { withdrawnPage } from './withdrawn.ts';
import type { Lang } from './words/words.ts';

export type GalleryEntry = {
  readonly id: string;
  readonly title: string;
  readonly html: (lang: Lang) => Html;
};

/** `frameOf` gives each page its stylesheet, other language and so on. */
export function gallery(frameOf: (lang: Lang, id: string) => PageFrame): readonly GalleryEntry[] {
  const entry = (id: string, title: string, page: (frame: PageFrame) => Html): GalleryEntry => ({
    id,
    title,
    html: (lang) => page(frameOf(lang, id)),
  });
  const signedIn = (page: PageFrame): PageFrame => ({
    ...page,
    homeHref: '/',
    account: { name: samples(page.lang).person, href: '#' },
  });
  const code = (more: Partial<CodeModel>) => (page: PageFrame) =>
    codePage({ page, ...samples(page.lang).code, ...more });
  const account = (more: Partial<AccountModel>) => (page: PageFrame) =>
    accountPage({ page: signedIn(page), ...samples(page.lang).account, ...more });
  const withLang =
    (show: (page: PageFrame, sample: ReturnType<typeof samples>) => Html) => (page: PageFrame) =>
      show(page, samples(page.lang));

  return [
    entry('welcome', 'Trang đầu', (page) =>
      welcomePage({ page, accountHref: '#', servicesHref: '#', catalogueHref: '#' }),
    ),
    entry(
      'login',
      'Đăng nhập',
      withLang((page, s) => loginPage({ page, ...s.login })),
    ),
    ...(['declined', 'failed', 'unavailable', 'expired'] as const).map((error) =>
      entry(
        `login-${error}`,
        `Đăng nhập: ${error}`,
        withLang((page, s) => loginPage({ page, ...s.login, error })),
      ),
    ),
    entry(
      'step-up',
      'Bước xác minh: lần đầu',
      withLang((page, s) => stepUpPage({ page, ...s.stepUp })),
    ),
    entry(
      'step-up-again',
      'Bước xác minh: làm lại',
      withLang((page, s) => stepUpPage({ page, ...s.stepUpAgain })),
    ),
    entry(
      'step-up-code',
      'Bước xác minh: chỉ thiếu mã',
      withLang((page, s) => stepUpPage({ page, ...s.stepUpCode })),
    ),
    entry(
      'phone',
      'Số điện thoại',
      withLang((page, s) => phonePage({ page, ...s.phone })),
    ),
    ...phoneErrors.map(([error, value]) =>
      entry(
        `phone-${error.replaceAll('_', '-')}`,
        `Số điện thoại: ${error}`,
        withLang((page, s) =>
          phonePage({
            page,
            ...s.phone,
            value,
            error,
            suggestion: error === 'old_eleven_digit_mobile' ? '0323 456 789' : undefined,
          }),
        ),
      ),
    ),
    entry('code', 'Nhập mã', code({})),
    entry('code-wrong', 'Nhập mã: sai', code({ error: 'wrong', attemptsLeft: 3 })),
    entry('code-expired', 'Nhập mã: hết hiệu lực', code({ error: 'expired' })),
    entry('code-used-up', 'Nhập mã: sai quá nhiều', code({ error: 'used_up', attemptsLeft: 0 })),
    entry('code-too-often', 'Nhập mã: gửi lại quá sớm', code({ error: 'sent_too_often' })),
    entry('code-disabled', 'Nhập mã: đã khóa', code({ error: 'disabled', resendAction: undefined })),
    entry('code-number-typed', 'Nhập mã: sửa được số', code({ otherNumberAction: '#' })),
    entry('code-zalo-offered', 'Nhập mã: SMS không đến', code({ zaloAction: '#' })),
    entry('code-by-zalo', 'Nhập mã: gửi qua Zalo', code({ channel: 'zns' })),
    entry('code-unavailable', 'Nhập mã: chưa gửi được', code({ error: 'unavailable' })),
    entry(
      'code-no-more',
      'Nhập mã: không gửi thêm',
      code({ error: 'used_up', attemptsLeft: 0, resendAction: undefined }),
    ),
    entry('code-last', 'Nhập mã: mã cuối cùng', code({ resendAction: undefined, resendAfter: undefined })),
    entry(
      'consent',
      'Lựa chọn',
      withLang((page, s) => consentPage({ page, ...s.consent })),
    ),
    entry(
      'consent-long',
      'Lựa chọn: tên dài, nhạy cảm',
      withLang((page, s) => consentPage({ page, ...s.consentLong })),
    ),
    entry(
      'consent-law',
      'Lựa chọn: chỉ theo pháp luật',
      withLang((page, s) => consentPage({ page, ...s.consentLaw })),
    ),
    entry(
      'consent-unanswered',
      'Lựa chọn: chưa chọn',
      withLang((page, s) =>
        consentPage({
          page,
          ...s.consentLong,
          error: 'unanswered',
          unanswered: ['report.notify'],
          chosen: { 'report.place': 'refused' },
        }),
      ),
    ),
    entry(
      'consent-changed',
      'Lựa chọn: nội dung mới',
      withLang((page, s) => consentPage({ page, ...s.consent, error: 'changed' })),
    ),
    ...stepUpPages.map(([id, title, page]) => entry(id, title, page)),
    ...browserLegPages.map(([id, title, page]) => entry(id, title, page)),
    ...cardPages.map(([id, title, page]) => entry(id, title, page)),
    ...counterPages.map(([id, title, page]) => entry(id, title, page)),
    ...chipPages.map(([id, title, page]) => entry(id, title, page)),
    ...passkeyPages().map(([id, title, page]) => entry(id, title, page)),
    ...safetyPages.map(([id, title, page]) => entry(id, title, page)),
    ...cataloguePages.map(([id, title, page]) => entry(id, title, page)),
    ...ownerPages.map(([id, title, page]) => entry(id, title, page)),
    ...guardianPages.map(([id, title, page]) => entry(id, title, page)),
    entry('account', 'Hồ sơ của tôi: mức 2', account({})),
    entry('account-new', 'Hồ sơ của tôi: mức 1, còn trống', account(samples('vi').accountNew)),
    entry('account-known', 'Hồ sơ của tôi: đã đối chiếu, lần này mức 1', (page) => {
      const { identity, history } = samples(page.lang).account;
      return account({
        level: 1,
        verifiedAt: undefined,
        identity: identity && { ...identity, state: 'ending' },
        history: [...history, ...history],
      })(page);
    }),
    entry('account-long', 'Hồ sơ của tôi: tên dài', (page) =>
      accountPage({
        ...samples(page.lang).account,
        name: samples(page.lang).longPerson,
        page: { ...signedIn(page), account: { name: samples(page.lang).longPerson, href: '#' } },
      }),
    ),
    entry(
      'withdraw',
      'Rút lại đồng ý',
      withLang((page, s) => withdrawPage({ page: signedIn(page), ...s.withdraw })),
    ),
    entry(
      'withdrawn',
      'Đã rút lại',
      withLang((page, s) => withdrawnPage({ page: signedIn(page), ...s.withdrawn })),
    ),
    ...(['given', 'refused', 'withdrawn'] as const).map((state) =>
      entry(
        `receipt-${state}`,
        `Biên nhận: ${state}`,
        withLang((page, s) => receiptPage({ page: signedIn(page), ...s.receipt, state })),
      ),
    ),
    ...errorKinds.map((kind) =>
      entry(`error-${kind}`, `Lỗi: ${kind}`, (page) =>
        errorPage({ page, kind, reference: 'TN-4F7K-29QX', retryHref: '#' }),
      ),
    ),
    entry(
      'logout',
      'Đăng xuất: hỏi lại',
      withLang((page, s) => logoutConfirmPage({ page, ...s.logout })),
    ),
    entry('signed-out', 'Đã đăng xuất', (page) => signedOutPage({ page, homeHref: '/' })),
    entry('session-lost', 'Lạc cửa sổ', (page) => sessionLostPage({ page, retryHref: '#' })),
  ];
}

const phoneErrors: readonly (readonly [PhoneError, string])[] = [
  ['empty', ''],
  ['not_a_number', 'số của con tôi'],
  ['not_vietnam', '+1 202 555 0123'],
  ['wrong_length', '0912 345'],
  ['fixed_line', '0276 382 2222'],
  ['special_number', '1900 1234'],
  ['old_eleven_digit_mobile', '0162 3456 789'],
  ['not_mobile', '0412 345 678'],
  ['sent_too_often', '0912 345 678'],
  ['unavailable', '0912 345 678'],
];

const errorKinds: readonly ErrorKind[] = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'missing',
  'conflict',
  'throttled',
  'unavailable',
  'failed',
];

export type GalleryIndexModel = {
  readonly page: PageFrame;
  readonly entries: readonly { readonly title: string; readonly viHref: string; readonly enHref: string }[];
};

export function galleryIndexPage(model: GalleryIndexModel): Html {
  const title = 'Mọi trang, mọi trạng thái';
  return layout(
    { ...model.page, title },
    html`<h1>${title}</h1>
<ul class="plain">${model.entries.map(
      (entry) => html`<li class="row-actions"><a class="row-link" href="${entry.viHref}">${entry.title}</a>
<a class="row-link" href="${entry.enHref}" lang="en" hreflang="en">English<span class="hide">: ${entry.title}</span></a></li>`,
    )}</ul>`,
  );
}
