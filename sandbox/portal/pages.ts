// The pages of the demo portal, in the clothes of Tây Ninh ID: only the pieces of views/ are used.

import { decodeJwt } from 'jose';
import { factList, hidden, postForm, primary, secondary } from '../../views/form.ts';
import { html, type Html } from '../../views/html.ts';
import { layout, type PageFrame } from '../../views/layout.ts';
import type { Tokens } from '../relying-party/relying-party.ts';
import { procedureTitle } from './national-portal.ts';
import type { Receipt, Session } from './sessions.ts';
import { tryoutTitle } from './tryout.ts';

export const portalName = 'Cổng tiện ích Tây Ninh (bản thử)';
const TITLES = { report: 'Gửi phản ánh', dossier: 'Nộp hồ sơ' };

export const frameOf = (session: Session | undefined): PageFrame => ({
  lang: 'vi',
  stylesheet: '/style.css',
  homeHref: '/',
  demo: true,
  account: isSignedIn(session) ? { name: 'Đã đăng nhập' } : undefined,
});

export const isSignedIn = (session: Session | undefined) => session !== undefined && session.tokens.size > 0;

export function homePage(session: Session | undefined, issuer: string, hasTryout: boolean): Html {
  return layout(
    { ...frameOf(session), title: portalName, scenic: true },
    html`<h1>${portalName}</h1>
<p class="lead">${isSignedIn(session) ? 'Bạn đã đăng nhập bằng Tây Ninh ID. Bấm “Đăng xuất” ở cuối trang khi xong việc.' : 'Vào bằng tài khoản Tây Ninh ID. Không cần nhớ mật khẩu.'}</p>
<section class="panel">
<h2>${TITLES.report}</h2>
<p>Đèn đường hỏng, rác chưa được dọn, đường ngập nước. Chỉ cần đăng nhập bằng Zalo.</p>
<p><a class="button" href="/phan-anh">${TITLES.report}</a></p>
</section>
<section class="panel">
<h2>${TITLES.dossier}</h2>
<p>Xem giấy tờ cần chuẩn bị rồi nộp. Khi nộp, bạn làm thêm một bước xác minh.</p>
<p><a class="button" href="/ho-so">${TITLES.dossier}</a></p>
</section>
<section class="panel">
<h2>Thủ tục hành chính</h2>
<p>Khai sinh, đất đai, kinh doanh và các thủ tục khác nộp tại Cổng Dịch vụ công quốc gia. Chúng tôi đưa bạn sang đó.</p>
<p><a class="button" href="/thu-tuc">${procedureTitle}</a></p>
</section>
<section class="panel">
<h2>Thông tin đã xác minh</h2>
<p>Xem cổng này biết gì về bạn. Chỉ có khi bạn đồng ý.</p>
<p><a class="button quiet" href="/thong-tin">Thông tin đã xác minh</a></p>
</section>
<h2>Điều bạn đã đồng ý</h2>
<p>Xem bạn đã đồng ý những gì, rút lại khi muốn.</p>
<p><a class="button quiet" href="${`${issuer}/toi`}">Hồ sơ của tôi</a></p>
${
  hasTryout &&
  html`<h2>Người, thẻ và quầy để dùng thử</h2>
<p><a class="row-link" href="/dung-thu">${tryoutTitle}</a></p>`
}
${session !== undefined && isSignedIn(session) && html`<div class="leave">${postForm('/dang-xuat', session.csrf, secondary('Đăng xuất'))}</div>`}
${session !== undefined && developerBox([...session.tokens.values()])}`,
  );
}

export function reportPage(session: Session): Html {
  return layout(
    { ...frameOf(session), title: TITLES.report },
    html`<h1>${TITLES.report}</h1>
<p>Viết ngắn gọn điều bạn thấy và ở đâu.</p>
${postForm(
  '/phan-anh',
  session.csrf,
  html`${field('noiDung', 'Bạn thấy điều gì?', 'Ví dụ: đèn đường hỏng ba hôm nay.', 'area')}
${field('viTri', 'Ở đâu?', 'Tên đường, xã hoặc phường.', 'line')}
${primary(TITLES.report)}`,
)}`,
  );
}

export function dossierPage(session: Session, papers: readonly string[]): Html {
  return layout(
    { ...frameOf(session), title: TITLES.dossier },
    html`<h1>${TITLES.dossier}</h1>
<p>Đăng ký lớp tin học cho người cao tuổi.</p>
<section class="panel"><h2>Giấy tờ cần chuẩn bị</h2><ul>${papers.map((paper) => html`<li>${paper}</li>`)}</ul></section>
${postForm(
  '/ho-so',
  session.csrf,
  html`${hidden('loai', 'Đăng ký lớp tin học cho người cao tuổi')}
${field('noiDung', 'Điều bạn muốn đăng ký', 'Ví dụ: tôi xin học lớp buổi sáng.', 'area')}
${primary(TITLES.dossier)}`,
)}`,
  );
}

export function receiptPage(session: Session, receipt: Receipt): Html {
  const title = receipt.kind === 'report' ? 'Phản ánh đã được tiếp nhận' : 'Hồ sơ đã được tiếp nhận';
  const tokens = session.tokens.get(receipt.resource);
  return layout(
    { ...frameOf(session), title },
    html`<h1>${title}</h1>
${factList([
  {
    label: receipt.kind === 'report' ? 'Mã phản ánh' : 'Mã hồ sơ',
    value: html`<strong class="number">${receipt.number}</strong>`,
  },
  { label: 'Tình trạng', value: receipt.state },
])}
<p>Hãy ghi lại mã này để hỏi kết quả qua Tổng đài 1022.</p>
<p><a class="button" href="/">Về trang đầu</a></p>
${tokens && developerBox([tokens])}`,
  );
}

export function problemPage(session: Session | undefined, title: string, advice: string): Html {
  return layout(
    { ...frameOf(session), title, failed: true },
    html`<h1>${title}</h1>
<p>${advice}</p>
<p><a class="button" href="/">Về trang đầu</a></p>`,
  );
}

function field(name: string, label: string, hint: string, kind: 'line' | 'area'): Html {
  const input =
    kind === 'area'
      ? html`<textarea class="input" id="${name}" name="${name}" rows="4" maxlength="2000" required aria-describedby="${name}-hint"></textarea>`
      : html`<input class="input" id="${name}" name="${name}" type="text" maxlength="200" required aria-describedby="${name}-hint">`;
  return html`<div class="field"><label for="${name}">${label}</label>
<p class="hint" id="${name}-hint">${hint}</p>
${input}</div>`;
}

// What a developer wants to see and nobody else needs: which token was used. Never the token itself.
function developerBox(held: readonly Tokens[]): Html | false {
  // A token for UserInfo says nothing by itself.
  const tokens = held.filter(({ resource }) => resource !== undefined);
  if (tokens.length === 0) return false;
  return html`<details class="proof"><summary>Dành cho nhà phát triển</summary>
${tokens.map((one) => html`<h2>Access token (at+jwt)</h2>${factList(claimsOf(one).map(([label, value]) => ({ label, value })))}`)}
</details>`;
}

const SECRET_CLAIMS = ['sub', 'jti', 'consent_id', 'cnf'];

function claimsOf({ accessToken }: Tokens): [string, string][] {
  return Object.entries(decodeJwt(accessToken)).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, SECRET_CLAIMS.includes(name) ? `${text.replace(/^\{"jkt":"/, '').slice(0, 6)}…` : text];
  });
}
