// Words of the pages, for a reader of seventy. Vietnamese is the source and defines the type;
// a language that misses a sentence does not compile. Consent sentences are not here: they
// carry a version, belong to the catalogue, and a receipt quotes them.
// Words to avoid and why: contracts/law-and-province.md section 3; test/views/words.test.ts holds them.

import { viAccount } from './vi-account.ts';
import { viGuardian } from './vi-guardian.ts';
import { viCounter } from './vi-counter.ts';
import { viBrowserLeg } from './vi-browser-leg.ts';
import { viCard } from './vi-card.ts';
import { viChip } from './vi-chip.ts';
import { viCatalogue } from './vi-catalogue.ts';
import { viHotline } from './vi-hotline.ts';
import { viMe } from './vi-me.ts';
import { viSafety } from './vi-safety.ts';
import { viOwner } from './vi-owner.ts';
import { viPasskeys } from './vi-passkeys.ts';
import { viStepUp } from './vi-step-up.ts';

export const vi = {
  frame: {
    product: 'Tây Ninh ID',
    province: 'Tỉnh Tây Ninh',
    skip: 'Đến thẳng nội dung',
    otherLanguage: 'English',
    help: 'Cần giúp đỡ? Gọi 1022',
    procedures: 'Thủ tục hành chính được chuyển sang Cổng Dịch vụ công quốc gia.',
    demo: 'Bản dùng thử. Mọi người và số liệu ở đây đều không có thật.',
    titleWithError: (title: string) => `Lỗi: ${title}`,
    summaryTitle: 'Chưa tiếp tục được',
  },
  welcome: {
    title: 'Một tài khoản cho các tiện ích của tỉnh',
    lead: 'Tài khoản Tây Ninh ID giúp bạn vào các tiện ích của tỉnh Tây Ninh bằng Zalo. Bạn không phải nhớ thêm mật khẩu.',
    account: 'Xem hồ sơ của tôi',
    services: 'Xem các tiện ích của tỉnh',
    levelsTitle: 'Hai mức tài khoản',
    levelOne: 'Mức Tây Ninh ID 1: chưa xác minh danh tính',
    levelOneText: 'Bạn đăng nhập bằng Zalo. Đủ để hỏi đáp, đặt lịch một cửa, nhờ Tổng đài 1022 gọi lại.',
    levelTwo: 'Mức Tây Ninh ID 2: đã xác minh danh tính',
    levelTwoText:
      'Bạn làm thêm một bước xác minh. Cần khi xem những gì chỉ riêng bạn được xem, như hồ sơ và biên lai.',
    controlTitle: 'Thông tin của bạn do bạn quyết định',
    controlText: [
      'Trước khi hỏi ý bạn, chúng tôi nói rõ cơ quan nào dùng thông tin gì, để làm gì.',
      'Điều bạn đã đồng ý, bạn rút lại được bất cứ lúc nào.',
      'Mỗi lần đồng ý hay rút lại, bạn có biên nhận.',
    ],
  },
  login: {
    title: (client: string) => `Đăng nhập để vào ${client}`,
    lead: 'Bấm nút dưới đây. Zalo sẽ hỏi bạn một lần, rồi đưa bạn trở lại.',
    button: 'Đăng nhập bằng Zalo',
    readsTitle: 'Tây Ninh ID chỉ đọc từ Zalo',
    reads: ['mã tài khoản Zalo của bạn', 'tên hiển thị', 'ảnh đại diện'],
    readsNot: 'Chúng tôi không đọc tin nhắn và danh bạ của bạn.',
    cancel: 'Không tiếp tục',
    errors: {
      declined: 'Bạn chưa cho phép trên Zalo. Muốn vào, hãy bấm lại nút Đăng nhập bằng Zalo.',
      failed: 'Zalo chưa trả lời đúng. Hãy bấm lại nút Đăng nhập bằng Zalo.',
      unavailable: 'Zalo đang bận. Hãy đợi vài phút rồi bấm lại.',
      expired: 'Đã quá thời gian chờ. Hãy bấm lại nút Đăng nhập bằng Zalo.',
    },
  },
  stepUp: {
    title: { first: 'Cần thêm bước xác minh', again: 'Cần xác minh lại' },
    lead: {
      first: 'Việc này chỉ riêng bạn được làm. Xin cho chúng tôi biết chắc đúng là bạn.',
      again: 'Đã lâu từ lần xác minh trước. Xin xác minh lại để chắc đúng là bạn.',
    },
    verifiedUntil: (at: string) => `Lần xác minh trước có hiệu lực đến ${at}.`,
    aboutToDo: (client: string) => `Bạn sắp làm trên ${client}`,
    ownPage: 'Mở phần riêng trong Hồ sơ của tôi',
    transaction: 'Mã giao dịch',
    person: 'Tài khoản',
    choose: 'Chọn cách xác minh',
    other: 'Chọn cách khác',
    none: 'Việc này chưa có cách xác minh nào bạn dùng được ở đây. Xin mang thẻ căn cước đến quầy một cửa, hoặc gọi 1022.',
    methods: {
      vneid: {
        button: 'Xác minh bằng VNeID',
        text: 'Bạn sang trang VNeID. Xác minh xong, bạn tự trở lại đây.',
      },
      chip: {
        button: 'Đọc chip thẻ căn cước',
        text: 'Cần có máy đọc thẻ. Điện thoại chưa đọc được ở đây.',
      },
      card: {
        button: 'Nhập số trên thẻ căn cước',
        text: 'Không cần VNeID. Cầm sẵn thẻ của bạn.',
      },
      counter: {
        button: 'Nhờ cán bộ ở quầy một cửa',
        text: 'Mang thẻ căn cước đến quầy. Người nhà đi cùng giúp được.',
      },
      passkey: {
        button: 'Dùng khóa đăng nhập',
        text: 'Bằng vân tay, khuôn mặt hoặc mã mở máy này.',
      },
      otp: {
        button: 'Nhận mã qua tin nhắn',
        text: 'Mã gồm 6 số, gửi đến số điện thoại của bạn.',
      },
    },
    cancel: 'Dừng lại',
    errors: {
      declined: 'Bạn chưa cho phép trên VNeID. Muốn tiếp tục, hãy bấm lại nút Xác minh bằng VNeID.',
      failed: 'VNeID chưa trả lời đúng. Hãy bấm lại nút Xác minh bằng VNeID.',
      not_enough: 'Tài khoản VNeID này chưa đủ để xác minh. Cần tài khoản VNeID mức 2 của chính bạn.',
      unavailable: 'VNeID đang bận. Hãy đợi vài phút rồi bấm lại.',
      expired: 'Đã quá thời gian chờ. Hãy bấm lại nút Xác minh bằng VNeID.',
      other_person:
        'Tài khoản này đang thuộc về một người khác với người vừa xác minh. Nếu có nhầm lẫn, xin đến quầy một cửa hoặc gọi 1022.',
      passkey_stopped:
        'Khóa này không dùng được nữa, vì có dấu hiệu bị sao chép. Hãy chọn cách khác. Nếu lo, gọi 1022.',
    },
  },
  scam: {
    title: 'Có ai đang hướng dẫn bạn qua điện thoại không?',
    text: 'Nếu có người gọi và bảo bạn bấm, hãy dừng lại và gọi 1022. Cán bộ không bao giờ hỏi mã hay mật khẩu của bạn.',
  },
  phone: {
    title: 'Số điện thoại nhận mã',
    lead: 'Bước một đã xong. Bước hai: chúng tôi gửi một mã gồm 6 số đến điện thoại của bạn.',
    label: 'Số điện thoại di động của bạn',
    hint: 'Ví dụ: 0912 345 678',
    button: 'Gửi mã cho tôi',
    cancel: 'Dừng lại',
    suggestion: (number: string) => `Có phải số mới của bạn là ${number}?`,
    errors: {
      empty: 'Hãy nhập số điện thoại của bạn.',
      not_a_number: 'Chỉ nhập chữ số, ví dụ 0912 345 678.',
      not_vietnam: 'Hãy nhập số điện thoại di động của Việt Nam.',
      wrong_length: 'Số điện thoại di động gồm 10 chữ số. Hãy xem lại.',
      fixed_line: 'Đây là số máy bàn. Hãy nhập số điện thoại di động.',
      special_number: 'Đây là số tổng đài. Hãy nhập số điện thoại di động của bạn.',
      old_eleven_digit_mobile: 'Đây là số 11 chữ số kiểu cũ. Hãy nhập số mới gồm 10 chữ số.',
      not_mobile: 'Đây không phải số điện thoại di động. Hãy xem lại.',
      sent_too_often: 'Đã gửi quá nhiều mã đến số này. Hãy đợi rồi thử lại.',
      too_soon: 'Vừa gửi một mã. Hãy đợi vài phút rồi bấm lại.',
      unavailable: 'Chưa gửi được tin nhắn. Hãy đợi vài phút rồi thử lại.',
    },
  },
  code: {
    title: 'Nhập mã gồm 6 số',
    deadTitle: 'Cần mã mới',
    stoppedTitle: 'Không gửi thêm được mã',
    sentTo: 'Mã đã gửi đến số',
    sentByZalo: 'Mã đã gửi qua Zalo của số',
    purpose: 'Để làm việc',
    transaction: 'Mã giao dịch',
    label: (length: number) => `Mã gồm ${length} số trong tin nhắn`,
    until: (time: string) => `Mã dùng được đến ${time}.`,
    attempts: (left: number) => `Bạn còn ${left} lần nhập.`,
    keep: 'Không đưa mã này cho bất kỳ ai.',
    keepText: 'Kể cả người nói mình là cán bộ, công an hay ngân hàng. Bị hỏi mã, hãy gọi 1022.',
    button: 'Xác nhận',
    noMessage: 'Chưa nhận được tin nhắn? Mỗi số chỉ nhận vài mã trong một giờ.',
    zaloText: 'Tin nhắn SMS chưa đến được máy của bạn. Bạn có thể nhận mã qua Zalo của số này.',
    zalo: 'Nhận mã qua Zalo',
    otherNumberText: 'Gõ nhầm số điện thoại?',
    otherNumber: 'Sửa số điện thoại',
    resendFrom: (time: string) => `Bạn gửi lại được từ ${time}.`,
    resend: 'Gửi lại mã',
    last: 'Đây là mã cuối cùng cho việc này.',
    noMore: 'Việc này không nhận thêm mã được nữa. Hãy dừng lại và làm lại từ đầu.',
    cancel: 'Dừng lại',
    errors: {
      wrong: (attempts: number) => `Mã chưa đúng. Bạn còn ${attempts} lần nhập.`,
      expired: () => 'Mã đã hết hiệu lực. Hãy xin mã mới.',
      used_up: () => 'Bạn đã nhập sai quá số lần cho phép. Hãy xin mã mới.',
      sent_too_often: () => 'Mã vừa được gửi. Hãy đợi một lát rồi gửi lại.',
      unavailable: () => 'Chưa gửi được tin nhắn. Hãy đợi vài phút rồi gửi lại.',
      disabled: () =>
        'Mã gửi về điện thoại của bạn đã bị khóa vì nhập sai quá nhiều lần. Hãy xác minh lại bằng VNeID, bằng thẻ căn cước có chip, hoặc đến quầy một cửa.',
    },
  },
  consent: {
    title: 'Cho phép dùng thông tin của bạn?',
    lead: 'Hãy đọc và chọn cho từng việc. Bạn đổi ý được bất cứ lúc nào trong Hồ sơ của tôi.',
    noticeOnlyTitle: 'Thông tin của bạn được dùng như sau',
    noticeOnlyLead: 'Việc này làm theo pháp luật nên không cần bạn chọn. Xin đọc cho biết.',
    service: 'Tiện ích',
    owner: 'Cơ quan',
    client: 'Bạn đang vào từ',
    data: 'Thông tin được dùng',
    noData: 'Không dùng thông tin cá nhân nào',
    sensitive: 'nhạy cảm',
    sensitiveNote: 'Thông tin ghi “nhạy cảm” được pháp luật bảo vệ chặt hơn. Hãy cân nhắc trước khi chọn.',
    retention: 'Giữ trong bao lâu',
    recipients: 'Ai nhận được',
    needed: 'Không đồng ý thì không dùng được việc này.',
    optional: 'Không đồng ý cũng không sao, các việc khác vẫn dùng được.',
    current: { given: 'Hiện nay bạn đang đồng ý.', refused: 'Trước đây bạn đã không đồng ý.' },
    choice: 'Bạn chọn',
    yes: 'Đồng ý',
    no: 'Không đồng ý',
    lawTag: 'Theo pháp luật',
    lawText: 'Việc này làm theo quy định của pháp luật, không cần bạn chọn. Có ý kiến, xin gọi 1022.',
    lawRef: 'Căn cứ',
    rightsTitle: 'Quyền của bạn',
    rights: 'Bạn có quyền xem, sửa, xóa thông tin, rút lại đồng ý và khiếu nại.',
    rightsLink: 'Đọc đầy đủ quyền của bạn',
    notice: (version: string) => `Bản thông báo số ${version}`,
    submit: 'Gửi lựa chọn',
    acknowledge: 'Tiếp tục',
    cancel: 'Dừng lại, không gửi gì',
    errors: {
      unanswered: 'Hãy chọn Đồng ý hoặc Không đồng ý cho từng việc.',
      unansweredOne: (title: string) => `Chưa chọn: ${title}`,
      changed: 'Nội dung vừa được cập nhật. Xin đọc lại và chọn lại.',
    },
  },
  ...viAccount,
  ...viGuardian,
  ...viCounter,
  ...viBrowserLeg,
  ...viCard,
  ...viChip,
  ...viCatalogue,
  ...viSafety,
  ...viHotline,
  ...viMe,
  ...viOwner,
  ...viStepUp,
  ...viPasskeys,
};

export type Words = typeof vi;
