// What a person wants who writes to 1022, and what they are told. Plain words for somebody of 70; a message
// may come without a single accent.

export type Wish =
  | { readonly kind: 'buses' | 'hours' | 'mine' | 'help' }
  | { readonly kind: 'dossier'; readonly code: string }
  | { readonly kind: 'link-code' };

export type Dossier = { readonly ma: string; readonly trangThai: string };

const MOST_SHOWN = 10;

/** The order counts: a number of a dossier says more than the words around it. */
export function wishOf(text: string): Wish {
  const plain = withoutAccents(text);
  if (/^lk\d{10}$/.test(plain.replaceAll(/[\s.-]/g, ''))) return { kind: 'link-code' };
  const [, year, number] = /\bhs[\s-]*(\d{4})[\s-]+(\d{1,6})\b/.exec(plain) ?? [];
  if (year !== undefined && number !== undefined)
    return { kind: 'dossier', code: `HS-${year}-${number.padStart(6, '0')}` };
  if (/\bho so\b/.test(plain)) return { kind: 'mine' };
  if (/\bxe (buyt|bus)\b|\btram\b|\btuyen\b/.test(plain)) return { kind: 'buses' };
  if (/\bgio lam\b|\bmay gio\b|\bmo cua\b|\blam viec\b/.test(plain)) return { kind: 'hours' };
  return { kind: 'help' };
}

const withoutAccents = (text: string): string =>
  text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd');

export const said = {
  help: `Tổng đài 1022 Tây Ninh xin chào. Bạn nhắn:
• "xe buýt": các tuyến và giờ chạy
• "giờ làm việc": giờ của Trung tâm hành chính công
• mã hồ sơ, ví dụ HS-2026-000123: hồ sơ đang ở bước nào
• "hồ sơ của tôi": các hồ sơ của bạn (cần nối Zalo một lần)
Cần gặp người? Hãy gọi 1022.`,
  buses: `Xe buýt (số liệu mẫu của bản thử):
• Tuyến 01: Bến xe Tây Ninh – Hòa Thành – Gò Dầu, 5 giờ 30 đến 18 giờ 30, 20 phút một chuyến
• Tuyến 05: Bến xe Tây Ninh – Tân Biên – Xa Mát, 5 giờ đến 17 giờ 30, 30 phút một chuyến
• Tuyến 22: Tân An – Đức Hòa – Hậu Nghĩa, 5 giờ đến 18 giờ, 25 phút một chuyến`,
  hours: `Trung tâm Phục vụ hành chính công làm việc từ thứ hai đến thứ sáu: sáng 7 giờ đến 11 giờ 30, chiều 13 giờ 30 đến 17 giờ. Ngày lễ nghỉ. Cần hỏi ngoài giờ, hãy gọi 1022.`,
  dossier: ({ ma, trangThai }: Dossier) =>
    `Hồ sơ ${ma}: ${trangThai}. Ai có mã cũng xem được bước này; nội dung hồ sơ thì không.`,
  noDossier: (code: string) => `Không có hồ sơ mang mã ${code}. Bạn xem lại mã trên giấy hẹn, hoặc gọi 1022.`,
  mine: (dossiers: readonly Dossier[]) =>
    dossiers.length === 0
      ? 'Bạn chưa có hồ sơ nào nộp qua mạng. Hồ sơ nộp tại quầy: bạn nhắn mã trên giấy hẹn.'
      : [
          `Bạn có ${dossiers.length} hồ sơ:`,
          ...dossiers.slice(0, MOST_SHOWN).map(({ ma, trangThai }) => `• ${ma}: ${trangThai}`),
          ...(dossiers.length > MOST_SHOWN ? ['Các hồ sơ khác xem trong ứng dụng Tây Ninh Smart.'] : []),
        ].join('\n'),
  linkNeeded: (address: string) =>
    `Chúng tôi chưa biết bạn là ai, nên chưa trả lời được về hồ sơ của riêng bạn. Bạn mở địa chỉ này, bấm "Nối với 1022", rồi gửi mã cho chúng tôi: ${address}
Đừng đọc hay gửi mã cho bất cứ ai khác. Chưa tiện? Nhắn mã hồ sơ cũng xem được.`,
  consentNeeded: (address: string) =>
    `Bạn chưa đồng ý cho Tổng đài xem tình trạng hồ sơ của bạn, hoặc đã rút đồng ý. Muốn đồng ý lại, bạn mở: ${address}`,
  linked: 'Đã nối Zalo của bạn với Tổng đài 1022. Từ nay bạn nhắn "hồ sơ của tôi" là được trả lời.',
  notLinked: (address: string) =>
    `Mã không đúng, đã dùng hoặc đã quá 10 phút. Bạn mở lại địa chỉ này để lấy mã mới: ${address}`,
  tooOften: 'Bạn hỏi nhiều quá trong ít phút. Hãy đợi 10 phút rồi nhắn lại, hoặc gọi 1022.',
  trouble: 'Lúc này chúng tôi chưa xem được. Bạn nhắn lại sau ít phút, hoặc gọi 1022.',
} as const;
