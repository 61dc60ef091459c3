// Administrative procedures: the portal collects nothing and only leads to the national portal, after
// the service has said so to a person proven by VNeID (law contract §2).

import { postForm, primary } from '../../views/form.ts';
import { html, type Html } from '../../views/html.ts';
import { layout, type PageFrame } from '../../views/layout.ts';

export const procedureTitle = 'Làm thủ tục hành chính';
const NATIONAL_PORTAL = 'Cổng Dịch vụ công quốc gia';

export function procedurePage(frame: PageFrame, csrf: string): Html {
  return layout(
    { ...frame, title: procedureTitle },
    html`<h1>${procedureTitle}</h1>
<p>Thủ tục hành chính được nộp tại ${NATIONAL_PORTAL}, bằng tài khoản VNeID của bạn.</p>
<ul>
<li>Bạn xác minh bằng VNeID.</li>
<li>Chúng tôi đưa bạn sang ${NATIONAL_PORTAL}.</li>
<li>Ở đó bạn đăng nhập lại bằng VNeID và nộp hồ sơ.</li>
</ul>
<p>Chúng tôi không giữ hồ sơ và không gửi thông tin nào của bạn sang đó.</p>
${postForm('/thu-tuc', csrf, primary('Tiếp tục'))}`,
  );
}

/** A link and not a redirect: the person sees where they are going before they leave. */
export function handoverPage(frame: PageFrame, address: string): Html {
  return layout(
    { ...frame, title: NATIONAL_PORTAL },
    html`<h1>Bạn nộp tại ${NATIONAL_PORTAL}</h1>
<p>Địa chỉ đúng là <strong>${new URL(address).host}</strong>. Ở đó bạn đăng nhập lại bằng VNeID.</p>
<p>Chúng tôi không giữ hồ sơ và không gửi thông tin nào của bạn sang đó.</p>
<p><a class="button" href="${address}" rel="noreferrer">Sang ${NATIONAL_PORTAL}</a></p>
<p><a class="button quiet" href="/">Về trang đầu</a></p>`,
  );
}
