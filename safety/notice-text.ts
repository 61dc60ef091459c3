// What a notice says in a text message: plain ASCII, so that it costs one message of 160 characters
// and shows on every old handset. It says what and when, and what to do when it was somebody else.

import type { NoticeKind } from '../assurance/notify.ts';

const SAID: Readonly<Record<NoticeKind, string>> = {
  new_device: 'Co may la muon dung tai khoan cua ban',
  moving: 'Co nguoi muon chuyen danh tinh cua ban sang tai khoan khac',
  moved: 'Danh tinh cua ban da chuyen sang tai khoan khac',
  locked: 'Tai khoan cua ban da khoa. Mo lai tai mot cua xa, phuong',
  unlocked: 'Tai khoan cua ban da mo lai. Ban can xac minh lai tu dau',
  recovery_used: 'Ma khoi phuc cua ban vua duoc dung de dang nhap',
  passkey_added: 'Vua them mot khoa dang nhap cho tai khoan cua ban',
  passkey_removed: 'Vua go mot khoa dang nhap cua tai khoan cua ban',
  binding_ending: 'Buoc xac minh cua ban sap het han. Hay xac minh lai',
  phone_changed: 'So dien thoai cua tai khoan ban vua thay doi',
  guardian: 'Vua ghi nhan ban la nguoi dai dien cua mot tre em',
};

/** At most 160 characters for an issuer of the length in use. */
export function noticeText(kind: NoticeKind, at: Date, link: string | undefined): string {
  const notYou = link === undefined ? 'Khong phai ban? Goi 1022' : `Khong phai ban? Khoa ngay: ${link}`;
  return `TayNinhID ${clockOf(at)}: ${SAID[kind]}. ${notYou}`;
}

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function clockOf(at: Date): string {
  const { hour, minute, day, month } = Object.fromEntries(
    parts.formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return `${hour}:${minute} ${day}/${month}`;
}
