// Demo service "Phản ánh hiện trường": level 1, the Zalo login is enough.

import { z } from 'zod';
import { createRegister } from './register.ts';
import { serveDemo, type DemoOptions, type DemoService } from './serve.ts';

const reportSchema = z.strictObject({
  noiDung: z.string().trim().min(1).max(4000),
  viTri: z.string().trim().min(1).max(300),
});

export const reportAudience = 'https://phananh.dichvu.tayninh.gov.vn';

export function startReport(options: DemoOptions): Promise<DemoService> {
  const register = createRegister<z.output<typeof reportSchema>>('PA', 'Đã tiếp nhận, đang chuyển xử lý');
  return serveDemo(
    {
      audience: reportAudience,
      title: 'Phản ánh hiện trường',
      text: 'Gửi phản ánh đến Tổng đài 1022 và xem phản ánh của mình. Chỉ cần đăng nhập bằng Zalo.',
      routes: [
        {
          method: 'POST',
          path: '/phan-anh',
          action: 'phananh.gui',
          handle({ sub }, body, now) {
            const { ma, trangThai } = register.add(sub, reportSchema.parse(body), now);
            return { status: 201, body: { ma, trangThai } };
          },
        },
        {
          method: 'GET',
          path: '/phan-anh',
          action: 'phananh.xem',
          handle: ({ sub }) => ({ status: 200, body: { phanAnh: register.of(sub) } }),
        },
      ],
    },
    options,
  );
}
