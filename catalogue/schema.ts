// The shape of one file in policies/services: one service, its purposes, its actions (protocol §11,
// law contract §§2, 5). Rules that need more than one value at a time are in lint.ts. Descriptions
// reach the people who edit the files through policies/services.schema.json (json-schema.ts).

import { z } from 'zod';

const sentence = z.string().trim().min(1);
const words = z
  .strictObject({
    vi: sentence.describe('Câu tiếng Việt, dễ hiểu với người 70 tuổi.'),
    en: sentence.describe('Câu tiếng Anh, cùng nghĩa.'),
  })
  .describe('Câu bằng tiếng Việt (vi) và tiếng Anh (en).');
const name = z
  .string()
  .regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'chỉ dùng chữ thường không dấu, số, dấu chấm, dấu gạch nối');
const day = z.iso.date('phải là ngày dạng 2026-01-31');
const duration = z
  .string()
  .regex(/^P(?=\d)(\d+Y)?(\d+M)?(\d+D)?$/, 'phải là thời hạn như P2Y, P6M hoặc P30D');
const scope = z.string().regex(/^svc:[a-z0-9.:-]+$/, 'phạm vi phải có dạng svc:dichvu:viec');
const route = z.strictObject({
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .describe('Cách gọi HTTP. Khác GET và HEAD nghĩa là ghi.'),
  path: z
    .string()
    // `/tep/{ma}.pdf` would look narrower than `/tep/{ma}` and match as much (policies/routes.ts).
    .regex(
      /^(?:\/(?:[A-Za-z0-9._~-]*|\{[A-Za-z0-9._~-]+\}))+$/,
      'đường dẫn bắt đầu bằng /, không có dấu cách, ? hoặc #; {…} phải là cả một đoạn',
    )
    .describe('Đường dẫn, ví dụ /ho-so/{ma}; {…} thay cho một đoạn bất kỳ.'),
});
const publicRoute = route.extend({
  title: words.optional().describe('Tên tiện ích ai cũng dùng được. Bỏ trống nếu đường này chỉ để máy đọc.'),
});

// What the steps of Tây Ninh ID really write into tokens (policies/methods.ts), and what they may one day.
export const methodNames = [
  'zalo',
  'otp',
  'sms',
  'vneid',
  'sc',
  'face',
  'hwk',
  'swk',
  'user',
  'counter',
] as const;
export const evidenceNames = ['vneid', 'chip_c06', 'register_match', 'counter'] as const;

const requirement = z.strictObject({
  level: z
    .union([z.literal(1), z.literal(2)])
    .describe('Mức Tây Ninh ID: 1 = đã đăng nhập bằng Zalo; 2 = đã xác minh danh tính.'),
  maxAge: z
    .int()
    .min(0)
    .optional()
    .describe('Bước xác minh được cũ nhất bao nhiêu giây. Mức 2: ghi không quá 900, xem không quá 28800.'),
  scopes: z
    .array(scope)
    .min(1)
    .describe('Phạm vi mà mã truy cập phải có, dạng svc:dichvu:viec. Mỗi phạm vi chỉ ở một mức.'),
  consent: z
    .strictObject({ purpose: name })
    .optional()
    .describe('Mục đích (basis: consent, needed: true) mà người dân phải đồng ý trước.'),
  evidenceAnyOf: z
    .array(z.enum(evidenceNames))
    .min(1)
    .optional()
    .describe('Danh tính phải được xác minh từ một trong các nguồn này.'),
  amrAnyOf: z
    .array(z.array(z.enum(methodNames)).min(1))
    .min(1)
    .optional()
    .describe('Các cách xác minh được nhận; mỗi cách là một nhóm phải có đủ, ví dụ [[vneid]].'),
  clients: z
    .array(z.enum(['first_party', 'gov_portal', 'service']))
    .min(1)
    .optional()
    .describe('Loại ứng dụng được gọi: ứng dụng của tỉnh, cổng của cơ quan nhà nước, dịch vụ khác.'),
});

const action = z.strictObject({
  action: name.describe('Tên việc, bắt đầu bằng mã dịch vụ, ví dụ hoso.nop.'),
  title: words,
  http: z.array(route).min(1).describe('Các đường của dịch vụ thuộc việc này.'),
  require: requirement.describe('Điều kiện để làm việc này.'),
  // Whatever a file does not say aloud belongs to the national portal (law contract §2).
  handover: z
    .enum(['local', 'national_portal'])
    .default('national_portal')
    .describe(
      'Làm ở đâu. national_portal: chuyển sang Cổng Dịch vụ công quốc gia (mặc định). local: làm tại đây, chỉ khi mục legal nêu lý do.',
    ),
  risk: z.enum(['low', 'medium', 'high']).describe('Mức thiệt hại nếu người khác làm thay. high cần mức 2.'),
  area: z.enum(['province', 'commune']).describe('Cấp thực hiện: province = cấp tỉnh, commune = xã, phường.'),
  legal: sentence
    .optional()
    .describe('Căn cứ pháp lý. Chưa được xác nhận thì bắt đầu bằng "MẪU THỬ: ". Bắt buộc phải có.'),
  owner: sentence.describe('Cơ quan chịu trách nhiệm về việc này.'),
  effectiveFrom: day.describe('Ngày bắt đầu mở, dạng 2026-01-31.'),
  lawfulPurpose: name
    .optional()
    .describe(
      'Mục đích dựa trên luật (không hỏi đồng ý). Mỗi việc phải có lawfulPurpose hoặc require.consent.',
    ),
});

const purpose = z.strictObject({
  id: name.describe('Tên mục đích, bắt đầu bằng mã dịch vụ.'),
  version: z.int().min(1).describe('Tăng lên mỗi khi sửa bất cứ điều gì; người dân được hỏi lại.'),
  title: words,
  text: words.describe('Câu người dân đọc trước khi chọn: ai dùng dữ liệu gì, để làm gì.'),
  basis: z
    .enum(['consent', 'art19_1_a', 'art19_1_b', 'art19_1_c', 'art19_1_d', 'other_law'])
    .describe(
      'consent: người dân đồng ý. art19_1_…: không cần đồng ý theo Luật 91/2025/QH15 Điều 19 khoản 1.',
    ),
  basisRef: sentence
    .optional()
    .describe('Điều khoản làm căn cứ. Bắt buộc khi không dựa trên đồng ý, và khi dùng số định danh cá nhân.'),
  data: z
    .array(
      z.strictObject({
        claim: z
          .string()
          .regex(/^[a-z][a-z0-9_]*$/, 'tên dữ liệu dùng chữ thường, số và dấu gạch dưới')
          .describe('Tên dữ liệu, ví dụ name, phone_number, personal_number.'),
        class: z
          .enum(['basic', 'sensitive'])
          .describe('basic = cơ bản, sensitive = nhạy cảm (NĐ 356/2025 Điều 4).'),
        label: words,
      }),
    )
    .describe('Dữ liệu cá nhân được dùng. Danh sách trống nghĩa là không dùng dữ liệu cá nhân.'),
  retention: duration.describe('Thời hạn lưu, ví dụ P2Y = 2 năm, P6M = 6 tháng, P30D = 30 ngày.'),
  retentionText: words,
  recipients: z.array(sentence).min(1).describe('Các cơ quan nhận dữ liệu.'),
  needed: z.boolean().describe('true: có việc không làm được nếu thiếu. false: tự nguyện.'),
});

export const serviceFileSchema = z
  .strictObject({
    service: z
      .strictObject({
        id: z
          .url({ protocol: /^https$/, error: 'phải là địa chỉ https đầy đủ' })
          .regex(/^https:\/\/[^?#\s]*[^?#/\s]$/, 'không có dấu / ở cuối, không có ? hoặc #')
          .describe(
            'Địa chỉ https của dịch vụ, không có dấu / ở cuối. Mã truy cập chỉ dùng cho địa chỉ này.',
          ),
        code: z
          .string()
          .regex(/^[a-z][a-z0-9]*$/, 'mã dịch vụ chỉ dùng chữ thường không dấu và số')
          .describe('Mã ngắn; tên việc, mục đích và phạm vi đều bắt đầu bằng mã này.'),
        title: words,
        owner: words.describe('Cơ quan chịu trách nhiệm về dịch vụ.'),
        contact: sentence.describe('Nơi người dân hỏi, thường là "1022".'),
        sector: name.describe('Nhóm dịch vụ nhận ra cùng một người dân bằng cùng một mã; thường giống code.'),
        tokens: z
          .enum(['jwt', 'opaque'])
          .describe(
            'opaque: hỏi lại ở từng lần dùng, nên dùng cho sức khoẻ và dữ liệu nhạy cảm. jwt: còn lại.',
          ),
        pseudonymous: z
          .literal(true)
          .optional()
          .describe('true: dịch vụ chỉ biết một mã ẩn danh, không bao giờ nhận dữ liệu cá nhân.'),
        transferAgreement: sentence
          .optional()
          .describe('Số văn bản thoả thuận chuyển giao dữ liệu (NĐ 356/2025 Điều 7).'),
        openapi: sentence.optional().describe('Tệp OpenAPI của dịch vụ, đường dẫn tính từ tệp này.'),
        public: z.array(publicRoute).default([]).describe('Các đường ai cũng vào được, không cần đăng nhập.'),
      })
      .describe('Dịch vụ.'),
    issued: day.describe('Ngày ban hành tệp này.'),
    purposes: z.array(purpose).describe('Các mục đích dùng dữ liệu cá nhân.'),
    actions: z.array(action).describe('Các việc người dân làm tại dịch vụ này.'),
  })
  .describe('Một dịch vụ trong danh mục của Tây Ninh ID.');

export type ServiceFile = z.output<typeof serviceFileSchema>;
export type ActionEntry = ServiceFile['actions'][number];
export type PurposeEntry = ServiceFile['purposes'][number];
