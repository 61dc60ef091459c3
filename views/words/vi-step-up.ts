// Questions that stand in the way of a first binding, and of a second account of one person.

export const viStepUp = {
  brake: {
    title: 'Có ai đang hướng dẫn bạn qua điện thoại không?',
    lead: 'Xin trả lời thật. Câu này để bảo vệ bạn khỏi kẻ lừa đảo.',
    examples: [
      'Có người gọi, tự xưng là công an, cán bộ xã hay ngân hàng.',
      'Họ bảo bạn bấm nút, đọc mã hoặc cài ứng dụng.',
    ],
    no: 'Không, tôi tự làm',
    yes: 'Có người đang gọi tôi',
    help: 'Con cháu hay cán bộ ngồi cạnh giúp bạn thì không sao. Muốn hỏi, hãy gọi 1022.',
    stopTitle: 'Hãy dừng lại và cúp máy',
    stopText:
      'Cán bộ không bao giờ gọi điện bảo bạn làm bước này. Hãy cúp máy, rồi gọi 1022 để hỏi cho chắc.',
    stopHelp: 'Chưa có gì xảy ra. Khi nào tự mình muốn làm, bạn vào lại từ đầu.',
    leave: 'Dừng lại',
  },
  elsewhere: {
    title: 'Bạn đã có một tài khoản khác',
    lead: 'Mỗi người chỉ có một tài khoản Tây Ninh ID. Nếu bạn đã đổi máy hoặc mất Zalo cũ, bạn chuyển sang tài khoản này được.',
    notMine: 'Bạn chưa từng có tài khoản nào? Hãy gọi 1022.',
    barred: 'Bạn không tự chuyển sang tài khoản này được. Cán bộ ở quầy một cửa sẽ giúp bạn.',
    steps: [
      'Bạn nhập mã gửi đến điện thoại của bạn.',
      'Chúng tôi báo cho tài khoản cũ và đợi 24 giờ.',
      'Sau đó bạn vào lại và xác minh thêm một lần. Thế là xong.',
    ],
    move: 'Chuyển sang tài khoản này',
    counterTitle: 'Không muốn đợi?',
    barredTitle: 'Bạn cần làm gì',
    counter: 'Mang thẻ căn cước đến quầy một cửa ở xã, phường. Cán bộ làm xong ngay. Hỏi đường: gọi 1022.',
    waitingTitle: 'Đã ghi yêu cầu của bạn',
    waiting: (at: string) => `Bạn vào lại từ ${at} và xác minh thêm một lần.`,
    waitingWhy: 'Chúng tôi đã báo cho tài khoản cũ. Đợi như vậy để không ai lấy mất tài khoản của bạn.',
    leave: 'Dừng lại',
    understood: 'Tôi đã hiểu',
  },
};
