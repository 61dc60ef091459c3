// What a person may read of a refusal. The machine reads the other members, which are the same in
// every language.

import type { Language } from './language.ts';

export type ProblemType =
  | 'invalid-request'
  | 'no-token'
  | 'invalid-token'
  | 'dpop'
  | 'consent-withdrawn'
  | 'ended'
  | 'unavailable'
  | 'unknown-action'
  | 'step-up'
  | 'scope'
  | 'consent-required'
  | 'denied'
  | 'handover';

export type ProblemWords = { readonly title: string; readonly detail: string };

export const problemWords: Readonly<Record<Language, Readonly<Record<ProblemType, ProblemWords>>>> = {
  vi: {
    'invalid-request': {
      title: 'Yêu cầu không hợp lệ',
      detail: 'Ứng dụng đã gửi yêu cầu sai cách. Bạn hãy báo cho đơn vị làm ra ứng dụng.',
    },
    'no-token': { title: 'Cần đăng nhập', detail: 'Bạn hãy đăng nhập rồi thử lại.' },
    'invalid-token': {
      title: 'Phiên đăng nhập không còn dùng được',
      detail: 'Bạn hãy đăng nhập lại rồi thử lại.',
    },
    dpop: {
      title: 'Không xác nhận được ứng dụng đang gửi yêu cầu',
      detail: 'Bạn hãy đóng ứng dụng, mở lại và thử lần nữa.',
    },
    'consent-withdrawn': {
      title: 'Bạn đã rút lại đồng ý',
      detail: 'Muốn làm việc này, bạn cần đăng nhập lại và đồng ý lại.',
    },
    ended: { title: 'Phiên đăng nhập đã kết thúc', detail: 'Bạn hãy đăng nhập lại rồi thử lại.' },
    unavailable: {
      title: 'Hệ thống đang bận, vui lòng thử lại sau ít phút',
      detail: 'Chưa kiểm tra được quyền truy cập. Chưa có việc gì được thực hiện.',
    },
    'unknown-action': {
      title: 'Việc này chưa được mở',
      detail: 'Dịch vụ chưa mở việc này, hoặc đường dẫn sai.',
    },
    'step-up': {
      title: 'Cần xác thực mức 2',
      detail: 'Việc này cần bước xác minh danh tính. Bạn làm bước xác minh rồi thử lại.',
    },
    scope: {
      title: 'Ứng dụng chưa được cấp quyền cho việc này',
      detail: 'Ứng dụng cần xin thêm quyền trước khi làm việc này thay bạn.',
    },
    'consent-required': {
      title: 'Cần bạn đồng ý trước khi tiếp tục',
      detail: 'Việc này dùng dữ liệu của bạn. Bạn xem và đồng ý rồi thử lại.',
    },
    denied: {
      title: 'Ứng dụng này không được làm việc này',
      detail: 'Bạn hãy dùng ứng dụng hoặc trang web của cơ quan cung cấp dịch vụ.',
    },
    handover: {
      title: 'Việc này làm tại Cổng Dịch vụ công quốc gia',
      detail: 'Bạn hãy mở Cổng Dịch vụ công quốc gia để làm tiếp.',
    },
  },
  en: {
    'invalid-request': {
      title: 'Invalid request',
      detail: 'The app sent the request in a wrong way. Please tell whoever makes the app.',
    },
    'no-token': { title: 'Please sign in', detail: 'Sign in, then try again.' },
    'invalid-token': {
      title: 'Your sign-in can no longer be used',
      detail: 'Sign in again, then try again.',
    },
    dpop: {
      title: 'The app that sends this request could not be confirmed',
      detail: 'Close the app, open it and try again.',
    },
    'consent-withdrawn': {
      title: 'You have withdrawn your consent',
      detail: 'To do this, sign in again and agree again.',
    },
    ended: { title: 'Your sign-in has ended', detail: 'Sign in again, then try again.' },
    unavailable: {
      title: 'The system is busy, please try again in a few minutes',
      detail: 'Your access could not be checked. Nothing was done.',
    },
    'unknown-action': {
      title: 'This is not open yet',
      detail: 'The service does not offer this, or the address is wrong.',
    },
    'step-up': {
      title: 'Level 2 authentication is needed',
      detail: 'This needs a check of who you are. Do the check, then try again.',
    },
    scope: {
      title: 'The app has no permission for this',
      detail: 'The app has to ask for more permission before it can do this for you.',
    },
    'consent-required': {
      title: 'Your consent is needed first',
      detail: 'This uses your data. Read, agree, then try again.',
    },
    denied: {
      title: 'This app may not do this',
      detail: 'Please use the app or the web site of the authority that offers the service.',
    },
    handover: {
      title: 'This is done at the National Public Service Portal',
      detail: 'Open the National Public Service Portal to go on.',
    },
  },
};

/** Row 7 at level 1: a new sign-in is enough. */
export const signInAgain: Readonly<Record<Language, ProblemWords>> = {
  vi: { title: 'Cần xác thực mức 1', detail: 'Bạn cần đăng nhập lại rồi thử lại.' },
  en: { title: 'Level 1 authentication is needed', detail: 'Sign in again, then try again.' },
};
