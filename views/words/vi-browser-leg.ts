// Pages in the phone's own browser that belong to a step begun in Zalo. What swindlers would like the
// reader to do (open a link, read a code aloud) is what these pages warn of.

export const viBrowserLeg = {
  legAsk: {
    title: 'Bạn đang xác minh trong Zalo?',
    lead: 'Chỉ tiếp tục khi chính bạn vừa bấm xác minh ở ứng dụng nhỏ trong Zalo.',
    person: 'Tài khoản',
    nameless: 'Tài khoản mới, chưa có tên',
    phone: 'Số điện thoại',
    noPhone: 'Chưa có',
    purpose: 'Việc sắp làm',
    code: 'Mã giao dịch',
    codeHint: 'Phải giống mã đang hiện trong Zalo.',
    warnTitle: 'Có người gửi cho bạn liên kết này?',
    warnText:
      'Hãy bấm “Không phải tôi”. Không ai được gửi liên kết này cho bạn, kể cả cán bộ. Cần hỏi, hãy gọi 1022.',
    yes: 'Tôi đang làm việc này',
    no: 'Không phải tôi',
  },
  legVneid: {
    title: 'Chưa xác minh được',
    again: 'Thử lại với VNeID',
    toApp: 'Muốn chọn cách khác, bạn quay lại Zalo.',
    ready: 'Tiếp tục với VNeID',
    readyText: 'Bấm nút dưới đây để sang trang VNeID.',
    readyTitle: 'Xác minh bằng VNeID',
    errors: {
      declined: 'Bạn chưa cho phép trên VNeID. Muốn tiếp tục, hãy bấm Thử lại với VNeID.',
      failed: 'VNeID chưa trả lời đúng. Hãy bấm Thử lại với VNeID.',
      not_enough: 'Tài khoản VNeID này chưa đủ để xác minh. Cần tài khoản VNeID mức 2 của chính bạn.',
      unavailable: 'VNeID đang bận. Hãy đợi một lát rồi bấm Thử lại với VNeID.',
      expired: 'Đã quá thời gian chờ. Hãy bấm Thử lại với VNeID.',
    },
  },
  legPasskey: {
    title: 'Dùng khóa đăng nhập của bạn',
    lead: 'Máy này sẽ hỏi vân tay, khuôn mặt hoặc mã mở máy.',
    button: 'Mở khóa',
    toApp: 'Không dùng được khóa ở đây? Bạn quay lại Zalo và chọn cách khác.',
    errors: {
      expired: 'Đã quá thời gian chờ. Hãy bấm lại nút Mở khóa.',
      unknown: 'Khóa này không phải của tài khoản đang xác minh. Hãy dùng đúng khóa của bạn.',
      suspect:
        'Khóa này không dùng được nữa, vì có dấu hiệu bị sao chép. Bạn quay lại Zalo và chọn cách khác.',
    },
  },
  legCode: {
    title: 'Nhập mã này trong Zalo',
    lead: 'Bạn đã xác minh xong ở đây. Còn một bước nữa trong Zalo.',
    codeTitle: 'Mã hoàn tất',
    until: (time: string) => `Mã dùng được đến ${time}.`,
    stepsTitle: 'Bạn làm tiếp như sau',
    steps: [
      'Nhớ hoặc chép 8 số ở trên.',
      'Mở lại Tây Ninh Smart trong Zalo. Thấy “Bạn đang làm dở” thì bấm Làm tiếp.',
      'Nhập 8 số vào ô đang chờ.',
    ],
    warnTitle: 'Đừng đọc mã này cho ai',
    warnText:
      'Ai có mã này thì làm được việc thay bạn. Cán bộ không bao giờ hỏi mã. Nếu có người đang gọi và hỏi mã, hãy cúp máy rồi gọi 1022.',
    back: 'Quay lại Zalo',
  },
  legEnd: {
    back: 'Quay lại Zalo',
    declinedTitle: 'Đã dừng lại',
    declinedText: 'Liên kết này không dùng được nữa. Chưa có gì xảy ra với bạn.',
    declinedNext: 'Nếu có người gửi liên kết này cho bạn, hãy gọi 1022 để báo.',
    otherTitle: 'Không xác minh được cho tài khoản này',
    otherText:
      'Tài khoản này đang thuộc về một người khác với người vừa xác minh. Nếu có nhầm lẫn, xin đến quầy một cửa hoặc gọi 1022.',
    endedTitle: 'Liên kết này không dùng được nữa',
    endedText: 'Mỗi liên kết chỉ dùng được một lần, trên một trình duyệt, trong 5 phút.',
    endedNext: 'Bạn quay lại Zalo và bấm lấy liên kết mới.',
    endedHelp: 'Có người gửi liên kết này cho bạn? Đừng làm theo, hãy gọi 1022.',
  },
  backToApp: {
    title: 'Xong phần này',
    lead: 'Bạn quay lại Zalo để làm tiếp. Trang này đóng được rồi.',
    back: 'Quay lại Zalo',
    help: 'Zalo chưa thấy gì mới? Bạn bấm lại việc đang làm ở đó. Cần giúp, hãy gọi 1022.',
  },
};
