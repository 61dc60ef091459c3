// What an operator of the 1022 desk sees, in the clothes of Tây Ninh ID.

import { errorSummary, factList, primary } from '../../views/form.ts';
import { html, type Html } from '../../views/html.ts';
import { layout } from '../../views/layout.ts';
import type { ServiceAnswer } from '../relying-party/call-service.ts';
import type { Call, Errand } from './calls.ts';

const TITLE = 'Bàn Tổng đài 1022 (bản thử)';
const frame = { lang: 'vi', stylesheet: '/style.css', homeHref: '/', demo: true } as const;

export type Typed = { readonly phone: string; readonly operator: string; readonly reason: string };

export function deskPage(errands: readonly Errand[], calls: readonly Call[], typed: Typed, missing: boolean): Html {
  const message = 'Hãy điền đủ các ô. Số điện thoại có 10 chữ số.';
  return layout(
    { ...frame, title: TITLE, failed: missing },
    html`${missing && errorSummary('vi', [{ field: 'phone', message }])}
<h1>${TITLE}</h1>
<p class="lead">Người dân gọi đến và nhờ làm giúp. Bạn gửi yêu cầu; họ xem ai hỏi, để làm gì, rồi tự bấm trong Tây Ninh Smart.</p>
<form method="post" action="/yeu-cau" novalidate>
<div class="field"><label for="phone">Số điện thoại của người dân</label>
<input class="input number" id="phone" name="phone" type="tel" inputmode="tel" maxlength="24" required value="${typed.phone}"></div>
<div class="field"><label for="errand">Việc cần làm</label>
<select class="input" id="errand" name="errand">${errands.map(({ id, title }) => html`<option value="${id}">${title}</option>`)}</select></div>
<div class="field"><label for="reason">Lý do</label>
<p class="hint" id="reason-hint">Người dân đọc được câu này. Ví dụ: Bạn nhờ xem hồ sơ còn thiếu giấy gì.</p>
<input class="input" id="reason" name="reason" type="text" maxlength="200" required aria-describedby="reason-hint" value="${typed.reason}"></div>
<div class="field"><label for="operator">Tên và số của bạn</label>
<p class="hint" id="operator-hint">Người dân đọc được dòng này. Ví dụ: Lê Thị Hoa, số 12.</p>
<input class="input" id="operator" name="operator" type="text" maxlength="80" required aria-describedby="operator-hint" value="${typed.operator}"></div>
${primary('Gửi yêu cầu')}
</form>
<h2>Các cuộc gọi gần đây</h2>
${calls.length === 0 ? html`<p>Chưa có cuộc gọi nào.</p>` : html`<ul>${calls.map((call) => html`<li><a class="row-link" href="/cuoc/${call.id}">***${call.phone}: ${call.errand.title}. ${STATES[call.state.is]}</a></li>`)}</ul>`}`,
  );
} // prettier-ignore

const STATES: Readonly<Record<Call['state']['is'], string>> = {
  waiting: 'Đang đợi',
  denied: 'Người dân không đồng ý',
  expired: 'Hết giờ, không có trả lời',
  'too-often': 'Đã hỏi số này nhiều lần, hãy đợi một giờ',
  failed: 'Chưa làm được',
  done: 'Đã có kết quả',
};

export function callPage({ errand, phone, code, state }: Call): Html {
  return layout(
    { ...frame, title: STATES[state.is] },
    html`<h1>${STATES[state.is]}</h1>
${factList([
  { label: 'Số điện thoại', value: html`<span class="number">***${phone}</span>` },
  { label: 'Việc', value: errand.title },
  { label: 'Mã giao dịch', value: html`<strong class="number">${code}</strong>` },
])}
<div role="status">${said(state)}</div>
<p><a class="button quiet" href="/">Cuộc gọi khác</a></p>`,
  );
}

function said(state: Call['state']): Html {
  switch (state.is) {
    case 'waiting':
      return html`<p>Mời người dân mở Tây Ninh Smart, mục <strong>Yêu cầu từ 1022</strong>. Trên máy họ phải hiện đúng mã giao dịch này.</p>
<p class="warning">Không bao giờ hỏi người dân mã gửi về điện thoại của họ.</p>
<p>Trang này tự xem lại.</p>`;
    case 'done':
      return outcome(state.answer);
    case 'failed':
      return html`<p>Hệ thống báo: ${state.why}. Hãy thử lại sau vài phút.</p>`;
    case 'denied':
      return html`<p>Không có gì được làm. Hãy hỏi lại người dân muốn gì.</p>`;
    case 'expired':
      return html`<p>Không có gì được làm. Có thể số này chưa dùng Tây Ninh Smart: mời người dân đến quầy một cửa.</p>`;
    case 'too-often':
      return html`<p>Để người dân không bị làm phiền, mỗi số chỉ nhận ba yêu cầu trong một giờ.</p>`;
  }
}

function outcome(answer: ServiceAnswer): Html {
  if (answer.outcome !== 'done')
    return html`<p>Người dân đã đồng ý, nhưng dịch vụ chưa làm được: ${answer.outcome}.</p>`;
  return html`<p>Người dân đã đồng ý. Dịch vụ trả lời:</p>
<pre class="panel">${JSON.stringify(answer.body, undefined, 2)}</pre>`;
}
