// Demo service "Nộp hồ sơ trực tuyến": what to bring is shown at level 1, filing needs a step-up through VNeID.
// Administrative procedures are not filed here: the guard answers with the way to the national portal.

import { z } from 'zod';
import { createRegister } from './register.ts';
import { serveDemo, type DemoOptions, type DemoService } from './serve.ts';

const dossierSchema = z.strictObject({
  loai: z.string().trim().min(1).max(200),
  noiDung: z.string().trim().min(1).max(4000),
});

const papers = ['Đơn viết theo mẫu', 'Bản chụp giấy tờ kèm theo, nếu có'];

export const dossierAudience = 'https://hoso.dichvu.tayninh.gov.vn';

export function startDossier(options: DemoOptions): Promise<DemoService> {
  const register = createRegister<z.output<typeof dossierSchema>>('HS', 'Đã tiếp nhận');
  return serveDemo(
    {
      audience: dossierAudience,
      // Whoever has the code sees where the dossier stands, and nothing of who filed it or what it says.
      lookup: {
        path: '/tra-cuu/',
        find(code) {
          const entry = register.find(code);
          return entry && { ma: entry.ma, trangThai: entry.trangThai };
        },
      },
      title: 'Nộp hồ sơ trực tuyến',
      text: 'Nộp hồ sơ và xem hồ sơ của mình. Cần bước xác minh danh tính (Mức Tây Ninh ID 2).',
      routes: [
        {
          method: 'POST',
          path: '/ho-so',
          action: 'hoso.nop',
          handle({ sub }, body, now) {
            const { ma, trangThai } = register.add(sub, dossierSchema.parse(body), now);
            return { status: 201, body: { ma, trangThai } };
          },
        },
        {
          method: 'POST',
          path: '/thu-tuc',
          action: 'hoso.nop-tthc',
          // Not reached while the catalogue hands the action over. Should it ever say local, this
          // service still takes nothing until somebody has written that, too.
          handle: () => ({
            status: 501,
            body: { trangThai: 'Dịch vụ này không nhận hồ sơ thủ tục hành chính' },
          }),
        },
        {
          method: 'GET',
          path: '/ho-so',
          action: 'hoso.xem',
          handle: ({ sub }) => ({ status: 200, body: { hoSo: register.of(sub) } }),
        },
        {
          method: 'GET',
          path: '/tinh-trang',
          action: 'hoso.tinh-trang',
          // Number and state, nothing of what was filed: this is asked at level 1, and by the hotline.
          handle: ({ sub }) => ({
            status: 200,
            body: { hoSo: register.of(sub).map(({ ma, trangThai, luc }) => ({ ma, trangThai, luc })) },
          }),
        },
        {
          method: 'GET',
          path: '/giay-to',
          action: 'hoso.chuan-bi',
          handle: () => ({ status: 200, body: { giayTo: papers } }),
        },
      ],
    },
    options,
  );
}
