// What the account's own API says in words: refusals, and who used a person's data.

export const viMe = {
  me: {
    problems: {
      invalid: {
        title: 'Yêu cầu chưa đúng',
        what: 'Ứng dụng gửi chưa đúng cách. Hãy đóng ứng dụng rồi mở lại.',
      },
      stepUp: { title: 'Cần thêm một bước', what: 'Bạn xác minh trước, rồi trả lời.' },
      unauthenticated: { title: 'Bạn cần đăng nhập lại', what: 'Hãy đóng ứng dụng rồi mở lại.' },
      forbidden: {
        title: 'Việc này không làm được ở đây',
        what: 'Tài khoản của bạn không làm được việc này.',
      },
      missing: { title: 'Không tìm thấy', what: 'Mục này không có, hoặc không phải của bạn.' },
      conflict: {
        title: 'Thông tin đã thay đổi',
        what: 'Có thay đổi trong lúc bạn đang xem. Hãy mở lại trang này rồi làm lại.',
      },
      throttled: { title: 'Bạn làm nhanh quá', what: 'Hãy đợi một phút rồi thử lại.' },
      unavailable: {
        title: 'Hệ thống đang bận',
        what: 'Chưa làm được lúc này. Thông tin của bạn vẫn an toàn. Hãy thử lại sau ít phút.',
      },
      failed: {
        title: 'Có lỗi xảy ra',
        what: 'Chưa làm được. Hãy thử lại; vẫn lỗi thì gọi 1022 và đọc mã tra cứu.',
      },
    },
    here: 'Tây Ninh ID',
    unknownApp: 'một ứng dụng nay không còn đăng ký',
    officer: 'cán bộ quầy một cửa',
    officerAt: (commune: string) => `cán bộ quầy một cửa, ${commune}`,
    asked: 'Tây Ninh ID, khi bạn xác minh',
    reads: {
      own: 'Mở hồ sơ của chính bạn',
      token: 'Được biết là bạn đang dùng tiện ích này',
      claims: (labels: readonly string[]) =>
        labels.length === 0 ? 'Nhận thông tin về bạn' : `Nhận thông tin về bạn: ${labels.join(', ')}`,
      otherAction: 'Một việc khác của tiện ích',
      counter: 'Xem thẻ và thông tin của bạn tại quầy',
      vneid: 'Nhận danh tính của bạn từ VNeID',
      card: 'Đối chiếu thẻ của bạn với dữ liệu dân cư',
      chip: 'Hỏi cơ quan cấp thẻ xem thẻ của bạn còn hiệu lực không',
    },
    claims: {
      name: 'họ và tên',
      birthdate: 'ngày sinh',
      gender: 'giới tính',
      phone_number: 'số điện thoại',
      personal_number: 'số định danh cá nhân',
      personal_number_masked: 'số định danh cá nhân đã che bớt',
      age_over_16: 'đã đủ 16 tuổi hay chưa',
      age_over_18: 'đã đủ 18 tuổi hay chưa',
    },
  },
};
