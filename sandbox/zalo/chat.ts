// A phone's chat with an Official Account, for people who try the hotline by hand: choose who you are,
// write, read the answer. No script; the page asks again by itself while an answer is due.

import { escape } from '../twin/page.ts';
import { redirectTo, type Answer, type Asked, type Moment } from './answers.ts';
import { followOa, writeToOa } from './oa.ts';
import type { ChatLine, Oa } from './oa-state.ts';
import { initialOf, page } from './pages.ts';
import { findCitizen, type ZaloCitizen } from './state.ts';

const LONGEST = 2_000;
const ANSWER_DUE_MS = 30_000;
const path = /^\/oa\/(\d{1,32})\/chat$/;

/** `undefined`: not a page of ours. */
export function chat(asked: Asked, moment: Moment): Answer | undefined {
  const [, oaId] = path.exec(asked.path) ?? [];
  const oa = oaId === undefined ? undefined : moment.state.oas.find((one) => one.oaId === oaId);
  if (oa === undefined) return undefined;
  const given = asked.method === 'POST' ? new URLSearchParams(asked.body) : asked.query;
  const citizen = findCitizen(moment.state, given.get('zalo_id'));
  if (citizen === undefined) return whoPage(moment, oa);
  if (asked.method !== 'POST') return chatPage(moment, oa, citizen);
  const text = given.get('text')?.trim() ?? '';
  // Nobody waits for a webhook with its retries: the page shows what has come.
  if (given.has('follow')) void followOa(moment, oa, citizen, given.get('follow') === 'on');
  else if (text !== '') void writeToOa(moment, oa, citizen, text.slice(0, LONGEST));
  return redirectTo(addressOf(oa, citizen));
}

const addressOf = (oa: Oa, citizen?: ZaloCitizen): string =>
  `/oa/${oa.oaId}/chat${citizen === undefined ? '' : `?zalo_id=${citizen.zaloId}`}`;
const nameOf = (oa: Oa): string => oa.name ?? 'Tài khoản chính thức';

function whoPage(moment: Moment, oa: Oa): Answer {
  const people = moment.state.citizens.map(
    (citizen) => `<li><button name="zalo_id" value="${escape(citizen.zaloId)}">
      <span class="face" aria-hidden="true">${escape(initialOf(citizen))}</span> ${escape(citizen.name)}</button></li>`,
  );
  return page(moment, 200, {
    title: `Nhắn tin cho ${nameOf(oa)}`,
    main: `<h2 id="who">Bạn là ai?</h2>
      <form method="get" action="${addressOf(oa)}"><ul aria-labelledby="who">${people.join('')}</ul></form>`,
  });
}

function chatPage(moment: Moment, oa: Oa, citizen: ZaloCitizen): Answer {
  const lines = oa.chats.get(citizen.zaloId) ?? [];
  const last = lines.at(-1);
  const isDue = last?.from === 'citizen' && moment.nowMs - Date.parse(last.at) < ANSWER_DUE_MS;
  const follows = oa.followers.has(citizen.zaloId);
  const who = `<input type="hidden" name="zalo_id" value="${escape(citizen.zaloId)}">`;
  return page(moment, 200, {
    title: nameOf(oa),
    refreshSeconds: isDue ? 2 : undefined,
    main: `<p>Bạn là <strong>${escape(citizen.name)}</strong>. <a href="${addressOf(oa)}">Chọn người khác</a></p>
      <h2 id="said">Tin nhắn</h2>
      ${lines.length === 0 ? '<p>Chưa có tin nhắn nào.</p>' : `<ol class="chat" aria-labelledby="said">${lines.map((line) => shown(line, oa)).join('')}</ol>`}
      ${isDue ? '<p role="status">Đang chờ trả lời…</p>' : ''}
      <form method="post" action="${addressOf(oa)}">${who}
        <label for="text">Tin nhắn của bạn</label>
        <textarea id="text" name="text" maxlength="${LONGEST}" required></textarea>
        <button class="main">Gửi</button>
      </form>
      <form method="post" action="${addressOf(oa)}">${who}
        <button name="follow" value="${follows ? 'off' : 'on'}">${follows ? 'Bỏ quan tâm tài khoản này' : 'Quan tâm tài khoản này'}</button>
      </form>
      <p><a href="${addressOf(oa, citizen)}">Xem tin mới</a></p>`,
  });
}

function shown({ from, text, at }: ChatLine, oa: Oa): string {
  const who = from === 'citizen' ? 'Bạn' : nameOf(oa);
  return `<li class="${from}"><small>${escape(who)}, ${clock(at)}</small>${linked(text)}</li>`;
}

const clock = (iso: string): string =>
  new Intl.DateTimeFormat('vi-VN', { timeStyle: 'short', timeZone: 'Asia/Ho_Chi_Minh' }).format(
    new Date(iso),
  );

// The full stop after an address belongs to the sentence.
const linked = (text: string): string =>
  text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/)
    .map((part, index) => {
      const safe = escape(part);
      return index % 2 === 1 ? `<a href="${safe}" rel="noopener noreferrer">${safe}</a>` : safe;
    })
    .join('');
