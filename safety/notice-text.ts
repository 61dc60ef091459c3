// What a notice says in a text message: plain ASCII, so that it costs one message of 160 characters
// and shows on every old handset. It says what and when, and what to do when it was somebody else.

import type { NoticeKind } from '../assurance/notify.ts';

const SAID: Readonly<Record<NoticeKind, string>> = {
  new_device: 'Co may la muon dung tai khoan cua ban',
  moving: 'Co nguoi muon chuyen danh tinh cua ban sang tai khoan khac',
  moved: 'Danh tinh cua ban da chuyen sang tai khoan khac',
  locked: 'Tai khoan cua ban da khoa. Mo lai tai mot cua xa, phuong',
  unlocked: 'Tai khoan cua ban da mo lai. Ban can xac minh lai tu dau',
  recovery_made: 'Vua lap bo ma khoi phuc moi cho tai khoan cua ban',
  recovery_used: 'Ma khoi phuc cua ban vua duoc dung de dang nhap',
  passkey_added: 'Vua them mot khoa dang nhap cho tai khoan cua ban',
  passkey_removed: 'Vua go mot khoa dang nhap cua tai khoan cua ban',
  binding_ending: 'Buoc xac minh cua ban sap het han. Hay xac minh lai',
  phone_changed: 'So dien thoai cua tai khoan ban vua thay doi',
  guardian_asked: 'Mot em ban dai dien dang doi ban tra loi',
  guardian_recorded: 'Vua ghi nhan ban la nguoi dai dien cua mot tre em',
  assisted_asked: 'Tong dai hoac can bo xin lam mot viec thay ban',
  hotline_linked: 'Zalo vua duoc noi voi Tong dai 1022 de hoi ho so cua ban',
  zalo_revoked: 'Ban da rut dong y trong Zalo. Moi noi da dang xuat',
};

/** What nobody did to the account, so nobody else can have done it. */
const NEWS: ReadonlySet<NoticeKind> = new Set(['binding_ending', 'guardian_asked']);

/** At most 160 characters for an issuer of the length in use. */
export function noticeText(kind: NoticeKind, at: Date, link: string | undefined): string {
  const notYou = link === undefined ? whatElse(kind) : `Khong phai ban? Khoa ngay: ${link}`;
  return `TayNinhID ${clockOf(at)}: ${SAID[kind]}. ${notYou}`;
}

/** The same through Zalo: its template names us, and takes no link. */
export const zaloNoticeText = (kind: NoticeKind, at: Date): string =>
  `${clockOf(at)}: ${SAID[kind]}. Xem tai Tay Ninh ID. ${whatElse(kind)}`;

function whatElse(kind: NoticeKind): string {
  // No address to open: whoever sends such a message to deceive would put theirs there.
  if (kind === 'assisted_asked') return 'Khong noi chuyen voi ho? Hay tu choi. Goi 1022';
  return NEWS.has(kind) ? 'Can giup? Goi 1022' : 'Khong phai ban? Goi 1022';
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
