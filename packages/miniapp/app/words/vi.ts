// Words of the mini app, for a reader of seventy. Vietnamese is the source and defines the type; a
// language that misses a sentence does not compile. What a person agrees to is never here: it carries a
// version, comes from the broker, and a receipt quotes it. Words to avoid: contracts/law-and-province.md §3.

import { viSteps } from './vi-steps.ts';
import { viOwn } from './vi-own.ts';

export const vi = {
  frame: {
    app: 'Tây Ninh Smart',
    otherLanguage: 'English',
    back: 'Quay lại',
    home: 'Về trang đầu',
    help: 'Cần giúp đỡ? Gọi 1022',
    loading: 'Đang tải…',
    sending: 'Đang gửi…',
    again: 'Thử lại',
    span: (minutes: number, seconds: number) =>
      [minutes > 0 && `${minutes} phút`, (seconds > 0 || minutes === 0) && `${seconds} giây`]
        .filter(Boolean)
        .join(' '),
  },
  home: {
    title: 'Các tiện ích của tỉnh',
    hello: (name: string) => `Chào ${name}`,
    signingIn: 'Đang đăng nhập bằng Zalo…',
    signedIn: 'Bạn đã đăng nhập bằng Zalo.',
    signIn: 'Đăng nhập bằng Zalo',
    level: {
      1: 'Mức Tây Ninh ID 1: chưa xác minh danh tính',
      2: 'Mức Tây Ninh ID 2: đã xác minh danh tính',
    },
    until: (at: string) => `Lần xác minh này dùng được đến ${at}.`,
    known: 'Danh tính đã đối chiếu. Khi cần, bạn chỉ xác minh lại nhanh.',
    now: 'Dùng ngay',
    nowText: 'Đăng nhập bằng Zalo là đủ.',
    verified: 'Cần xác minh danh tính',
    verifiedText: 'Chúng tôi hỏi thêm để biết chắc đúng là bạn. Làm lần đầu khoảng 3 phút.',
    open: 'Ai cũng xem được',
    more: (count: number) => `Xem thêm ${count} tiện ích sắp mở`,
    seeAll: (count: number) => `Xem ${count} tiện ích`,
    mine: 'Của tôi',
    links: {
      consents: 'Đồng ý của tôi',
      reads: 'Ai đã xem dữ liệu của tôi',
      devices: 'Thiết bị của tôi',
      requests: 'Yêu cầu từ 1022',
      hotline: 'Nối với Tổng đài 1022',
      help: 'Trợ giúp',
    },
  },
  underWay: {
    title: 'Bạn đang làm dở:',
    text: 'Ứng dụng vừa mở lại. Bấm Làm tiếp để đi tiếp từ bước đang dở.',
    goOn: 'Làm tiếp',
    stop: 'Thôi, không làm nữa',
    writeAgain: 'Đã xác minh xong. Vì ứng dụng đã mở lại, xin bạn viết lại vào các ô dưới đây.',
    pressAgain: 'Đã xác minh xong. Bạn bấm nút dưới đây để làm tiếp.',
  },
  service: {
    does: 'Việc làm được',
    needs: { 1: 'Dùng ngay', 2: 'Cần xác minh danh tính' },
    elsewhere: 'Tiện ích này chưa mở trong ứng dụng nhỏ.',
    elsewhereText: 'Khi mở, bạn làm được những việc dưới đây ngay tại đây.',
    portal: 'Mở Cổng Dịch vụ công quốc gia',
    openTitle: 'Ai cũng xem được',
    portalText:
      'Thủ tục hành chính nộp tại Cổng Dịch vụ công quốc gia. Chúng tôi không gửi dữ liệu nào của bạn sang đó.',
    portalTitle: 'Việc này làm ở Cổng quốc gia',
  },
  report: {
    title: 'Gửi phản ánh',
    lead: 'Bạn kể việc và nơi xảy ra. Tổng đài 1022 chuyển đến nơi giải quyết.',
    place: 'Nơi xảy ra',
    placeHint: 'Ví dụ: trước chợ Long Hoa',
    what: 'Việc cần phản ánh',
    whatHint: 'Ví dụ: đèn đường hỏng đã ba ngày',
    send: 'Gửi phản ánh',
    done: 'Đã gửi phản ánh',
    empty: 'Hãy viết vài chữ vào ô này.',
  },
  dossier: {
    title: 'Nộp hồ sơ',
    lead: 'Nộp hồ sơ cần biết chắc đúng là bạn. Lần đầu, chúng tôi hỏi thêm vài bước.',
    kind: 'Loại hồ sơ',
    kindHint: 'Ví dụ: xin xác nhận nơi ở',
    what: 'Nội dung',
    whatHint: 'Viết ngắn gọn điều bạn cần',
    send: 'Nộp hồ sơ',
    done: 'Đã nộp hồ sơ',
  },
  answer: {
    code: 'Mã',
    state: 'Tình trạng',
    keep: 'Hãy giữ mã này. Khi hỏi 1022, bạn đọc mã cho tổng đài.',
    mine: 'Của bạn',
    none: 'Chưa có gì ở đây.',
    noConsent: 'Việc này cần bạn cho phép dùng thông tin. Bạn đã không đồng ý hoặc đã rút lại.',
    askAgain: 'Xem lại và chọn lại',
  },
  help: {
    title: 'Trợ giúp',
    call: 'Gọi 1022',
    callText: 'Tổng đài 1022 giúp bạn từng bước, bằng tiếng Việt.',
    chat: 'Nhắn tin cho 1022 qua Zalo',
    chatFailed: 'Chưa mở được tin nhắn. Bạn gọi 1022 giúp.',
    questions: [
      {
        ask: 'Vì sao phải xác minh danh tính?',
        answer:
          'Có những việc chỉ riêng bạn được làm, như nộp hồ sơ. Xác minh để người khác không làm thay bạn được.',
      },
      {
        ask: 'Không có VNeID thì sao?',
        answer: 'Bạn quét thẻ căn cước, đọc chip của thẻ, hoặc nhờ cán bộ ở quầy một cửa xã, phường.',
      },
      {
        ask: 'Ai được xem thông tin của tôi?',
        answer:
          'Chỉ cơ quan mà bạn đã đồng ý, hoặc luật cho phép. Xem lại trong mục Ai đã xem dữ liệu của tôi.',
      },
      {
        ask: 'Có người gọi xin mã thì sao?',
        answer: 'Hãy cúp máy và gọi 1022. Cán bộ không bao giờ hỏi mã của bạn.',
      },
    ],
  },
  errors: {
    title: 'Chưa làm được',
    declined: 'Bạn đã dừng lại. Chưa có gì được gửi đi.',
    offline: 'Điện thoại đang không có mạng. Có mạng lại, bạn bấm Thử lại.',
    zalo_unavailable: 'Zalo đang bận. Bạn đợi một lát rồi bấm Thử lại.',
    busy: 'Hệ thống đang bận. Bạn đợi một lát rồi bấm Thử lại.',
    expired: 'Đã quá thời gian chờ. Bạn bấm Thử lại để làm lại từ đầu.',
    denied: 'Chưa được phép làm việc này. Cần hỏi, bạn gọi 1022.',
    unmet: 'Chưa đủ điều kiện để làm việc này. Cần hỏi, bạn gọi 1022.',
    redirect_to_web: 'Việc này làm ở trang web của Tây Ninh ID. Bấm nút dưới đây để mở.',
    unsupported: 'Zalo trên máy này đã cũ. Hãy cập nhật Zalo rồi mở lại.',
    protocol: 'Có lỗi nhỏ ở phía chúng tôi. Bạn bấm Thử lại.',
    openWeb: 'Mở trang web Tây Ninh ID',
  },
  ...viSteps,
  ...viOwn,
};

export type Words = typeof vi;
