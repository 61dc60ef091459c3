// One page for whoever tries the demo: which people there are, what stands on their cards, where the
// telephones, the card files and the counter are.

import { factList } from '../../views/form.ts';
import { html, type Html } from '../../views/html.ts';
import { layout, type PageFrame } from '../../views/layout.ts';
import type { Papers } from '../citizen/papers.ts';

export type Tryout = {
  readonly issuer: string;
  readonly phone: string;
  readonly cards: string;
  readonly people: readonly Papers[];
  readonly officers: readonly { readonly login: string; readonly invitation: string | undefined }[];
};

export const tryoutTitle = 'Dùng thử mọi cách xác minh';

export function tryoutPage(frame: PageFrame, tryout: Tryout): Html {
  const { issuer, phone, people, officers } = tryout;
  const desk = `${issuer}/can-bo/dang-nhap`;
  return layout(
    { ...frame, title: tryoutTitle },
    html`<h1>${tryoutTitle}</h1>
<ol class="steps">
<li>Mở <a href="/ho-so">Nộp hồ sơ</a>, đăng nhập bằng Zalo mô phỏng, chọn một người dưới đây.</li>
<li>Chọn cách xác minh: VNeID, chip, số trên thẻ, hoặc quầy một cửa.</li>
<li>Mã tin nhắn hiện ở <a href="${phone}">Điện thoại nhận mã</a>.</li>
</ol>
<h2>Người dùng thử và thẻ của họ</h2>
${people.map((person) => papers(person, tryout))}
<h2>Quầy một cửa: hai cán bộ</h2>
<p>Mỗi cán bộ dùng một cửa sổ ẩn danh riêng. Mở đường dẫn mời, đặt mật khẩu, chép mã khôi phục, rồi đăng nhập. Ở quầy, nhập mã trên điện thoại của người dân và thông tin trên thẻ.</p>
${factList(
  officers.map(({ login, invitation }) => ({
    label: login,
    value:
      invitation === undefined
        ? html`Đã đặt mật khẩu. <a href="${desk}">Đăng nhập</a> bằng mật khẩu và một mã khôi phục chưa dùng, hoặc bằng khóa đăng nhập.`
        : html`<a href="${invitation}">Đường dẫn mời của ${login}</a>`,
  })),
)}
<p><a href="${desk}">Cán bộ đăng nhập</a></p>
<h2>Thử thêm</h2>
<ul>
<li>Chuyển tài khoản: vào bằng Zalo của người khác, rồi dùng thẻ có chip của người đã xác minh.</li>
<li>Trẻ em: xác minh Phạm Bảo Ngọc bằng số trên thẻ; cán bộ ghi nhận mẹ hoặc cha tại quầy.</li>
<li>Khóa đăng nhập và mã khôi phục: trong <a href="${`${issuer}/toi`}">Hồ sơ của tôi</a>.</li>
</ul>
<p><a class="button quiet" href="/">Về trang đầu</a></p>`,
  );
}

function papers({ name, personalNumber, birthdate, phone, qr, isChild }: Papers, { cards }: Tryout): Html {
  return html`<details class="fold"><summary>${name}</summary>
${factList([
  { label: 'Số trên thẻ', value: personalNumber },
  { label: 'Ngày sinh', value: birthdate },
  { label: 'Số điện thoại', value: phone },
  qr !== undefined && { label: 'Chữ trong mã QR', value: qr },
  {
    label: 'Chip',
    value: html`<a href="${`${cards}/cards/${personalNumber}.json`}">Lưu tệp đọc chip của ${name}</a>`,
  },
  isChild && { label: 'VNeID', value: 'Chưa có: dưới 16 tuổi' },
])}</details>`;
}
