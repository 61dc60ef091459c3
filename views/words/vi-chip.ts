// The chip of a card, read by a phone or a card reader.

export const viChip = {
  chip: {
    title: 'Đọc chip trên thẻ căn cước',
    lead: 'Chip trên thẻ cho biết thẻ là thật. Bạn dùng thẻ của chính bạn.',
    transaction: 'Mã giao dịch',
    phoneTitle: 'Điện thoại chưa đọc được ở đây',
    phone: 'Bạn cần một máy đọc thẻ nối với máy tính. Không có máy đọc thẻ, bạn bấm Chọn cách khác.',
    readerTitle: 'Đọc bằng máy đọc thẻ',
    steps: [
      'Đặt thẻ lên máy đọc. Máy đọc lưu lại một tệp.',
      'Chọn tệp đó ở ô dưới đây.',
      'Bấm Gửi tệp, rồi đợi vài giây.',
    ],
    file: 'Tệp đọc chip',
    fileHint: 'Tệp có đuôi .json. Mỗi tệp chỉ dùng được một lần.',
    privacy:
      'Chúng tôi chỉ lấy số trên thẻ, họ tên, ngày sinh và hạn của thẻ. Tệp được gửi đến nơi cấp thẻ để hỏi thẻ còn dùng được không, rồi bỏ đi. Ảnh không được giữ lại.',
    button: 'Gửi tệp',
    other: 'Chọn cách khác',
    cancel: 'Dừng lại',
    closed: 'Bạn chọn cách khác, hoặc mang thẻ đến quầy một cửa ở xã, phường. Cần hỏi, hãy gọi 1022.',
    errors: {
      no_file: 'Chưa có tệp nào. Hãy chọn tệp của máy đọc thẻ.',
      unreadable: 'Không đọc được tệp này, hoặc tệp còn thiếu. Hãy đọc lại thẻ rồi gửi tệp mới.',
      not_authentic: 'Tệp này không chứng minh được thẻ là thật. Hãy đọc lại thẻ rồi gửi tệp mới.',
      expired: 'Thẻ này đã hết hạn nên không dùng để xác minh được.',
      revoked: 'Nơi cấp thẻ cho biết thẻ này hiện không dùng để xác minh được.',
      other_person: 'Thẻ này không phải của người đã xác minh tài khoản này. Hãy dùng thẻ của chính bạn.',
      too_often: 'Hôm nay bạn đã gửi quá nhiều lần. Hãy thử lại vào ngày mai.',
      unavailable: 'Chưa hỏi được nơi cấp thẻ. Hãy đợi vài phút, đọc lại thẻ rồi gửi lại.',
    },
  },
};
