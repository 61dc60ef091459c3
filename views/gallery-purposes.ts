// The gallery's purposes. They stand in for the catalogue's and are not the catalogue.

import type { ConsentPurpose } from './consent.ts';
import type { Lang } from './words/words.ts';

export function samplePurposes(lang: Lang) {
  const say = (vi: string, en: string): string => (lang === 'vi' ? vi : en);

  const owner = say(
    'Sở Khoa học và Công nghệ tỉnh Tây Ninh',
    'Department of Science and Technology, Tây Ninh Province',
  );
  const hotlineTitle = say('Tổng đài 1022', '1022 hotline');
  const name = { label: say('họ và tên', 'name'), sensitive: false };
  const phoneNumber = { label: say('số điện thoại', 'phone number'), sensitive: false };
  const retention = say('30 ngày sau khi trả lời xong', '30 days after the answer');

  const callbackPurpose: ConsentPurpose = {
    id: 'hotline.callback',
    title: say('Gọi lại để trả lời bạn', 'Call you back with an answer'),
    text: say(
      'Tổng đài 1022 dùng tên và số điện thoại của bạn để gọi lại, trả lời điều bạn hỏi.',
      'The 1022 hotline uses your name and phone number to call you back and answer your question.',
    ),
    data: [name, phoneNumber],
    retentionText: retention,
    recipients: [hotlineTitle],
    basis: 'consent',
    needed: true,
  };
  const notifyPurpose: ConsentPurpose = {
    id: 'report.notify',
    title: say('Báo kết quả xử lý cho bạn', 'Tell you the result'),
    text: say(
      'Khi xử lý xong, chúng tôi nhắn kết quả vào điện thoại của bạn.',
      'When the matter is settled we send the result to your phone.',
    ),
    data: [phoneNumber],
    retentionText: retention,
    recipients: [hotlineTitle],
    basis: 'consent',
    needed: false,
    current: 'given',
  };
  const placePurpose: ConsentPurpose = {
    id: 'report.place',
    title: say(
      'Chuyển vị trí nơi xảy ra sự việc đến đơn vị sửa chữa đường và cấp thoát nước để đến đúng chỗ nhanh hơn',
      'Pass the place of the incident to the road and water repair units so that they find it faster',
    ),
    text: say(
      'Chỉ dùng vị trí bạn chọn trên bản đồ lúc gửi phản ánh.',
      'Only the place that you chose on the map when reporting is used.',
    ),
    data: [
      { label: say('vị trí của bạn', 'your location'), sensitive: true },
      { label: say('ảnh chụp hiện trường', 'photo of the place'), sensitive: false },
    ],
    retentionText: say('đến khi sửa xong, nhiều nhất 90 ngày', 'until the repair is done, 90 days at most'),
    recipients: [
      say('Ủy ban nhân dân xã, phường nơi xảy ra sự việc', "People's Committee of the commune or ward"),
      say('Công ty cổ phần Cấp thoát nước Tây Ninh', 'Tây Ninh Water Supply and Sewerage Company'),
    ],
    basis: 'consent',
    needed: false,
  };
  const lawPurpose: ConsentPurpose = {
    id: 'report.handle',
    title: say('Xử lý phản ánh', 'Handle the report'),
    text: say(
      'Cơ quan có trách nhiệm đọc và giải quyết phản ánh của bạn.',
      'The responsible office reads and settles your report.',
    ),
    data: [{ label: say('nội dung phản ánh', 'content of the report'), sensitive: false }],
    retentionText: say('2 năm', '2 years'),
    recipients: [owner],
    basis: 'law',
    basisRef: say(
      'Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 19 khoản 1 điểm c',
      'Personal Data Protection Law 91/2025/QH15, Article 19.1.c',
    ),
    needed: true,
  };

  return { owner, hotlineTitle, callbackPurpose, notifyPurpose, placePurpose, lawPurpose };
}
