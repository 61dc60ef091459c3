// What a person is told before their Zalo is linked to the 1022 hotline.

export const viHotline = {
  hotline: {
    notice: (owner: string) =>
      `Sau khi nối, bạn nhắn “hồ sơ của tôi” cho Tổng đài 1022 trên Zalo là được trả lời. Tổng đài chỉ biết mã và tình trạng hồ sơ của bạn ở ${owner}. Bạn ngừng được bất cứ lúc nào. Không đọc mã nối cho ai, kể cả người xưng là cán bộ.`,
  },
};
