// The sandbox phone: what a citizen would see on the lock screen, in large type.

import { escape, page } from '../twin/page.ts';
import type { Answer } from '../twin/server.ts';

export type PhoneMessage = {
  /** ISO time of arrival. */
  readonly at: string;
  readonly text: string;
  readonly reference: string;
  readonly brand: string;
};

const SYSTEM = 'Điện thoại';
const REFRESH_SECONDS = 3;
const clock = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  timeStyle: 'medium',
  dateStyle: 'short',
});

export function phonesPage(numbers: readonly string[]): Answer {
  const items = numbers.map(
    (number) => `<li><a href="/phone/${escape(number)}">${escape(spoken(number))}</a></li>`,
  );
  return page(200, {
    title: 'Các điện thoại dùng thử',
    system: SYSTEM,
    refreshSeconds: REFRESH_SECONDS,
    main: items.length === 0 ? '<p>Chưa có điện thoại nào nhận tin nhắn.</p>' : `<ul>${items.join('')}</ul>`,
  });
}

export function inboxPage(number: string, messages: readonly PhoneMessage[]): Answer {
  const items = messages.map(
    ({ at, text, brand }) => `<li><article>
<h2>${escape(brand)}</h2>
${codeIn(text)}
<p>${escape(text)}</p>
<time datetime="${escape(at)}">${escape(clock.format(new Date(at)))}</time>
</article></li>`,
  );
  return page(200, {
    title: `Tin nhắn của ${spoken(number)}`,
    system: SYSTEM,
    refreshSeconds: REFRESH_SECONDS,
    main: `${items.length === 0 ? '<p>Chưa có tin nhắn. Trang này tự cập nhật.</p>' : `<ol>${items.join('')}</ol>`}
<p><a href="/phone">Xem các điện thoại khác</a></p>`,
  });
}

// The six digits once more and larger, as phones offer them for copying.
function codeIn(text: string): string {
  const [code] = /(?<!\d)\d{6}(?!\d)/.exec(text) ?? [];
  return code === undefined ? '' : `<p class="code">${code}</p>`;
}

function spoken(number: string): string {
  const national = number.slice('+84'.length);
  return `0${national.slice(0, 3)} ${national.slice(3, 6)} ${national.slice(6)}`;
}
