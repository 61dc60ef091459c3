// Dates as people in the province read them. Their clock is Asia/Ho_Chi_Minh wherever the
// server or the reader is; parts are put together by hand so that an ICU update in Node
// cannot change a printed receipt.

import type { Lang } from './words/words.ts';

const clockParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const englishMonths = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function partsOf(at: Date): Readonly<Record<string, string>> {
  return Object.fromEntries(clockParts.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** `14:05` */
export function clock(at: Date): string {
  const { hour, minute } = partsOf(at);
  return `${hour}:${minute}`;
}

/** The first full minute at or after `at`: "you may try again from 14:06" must never be too early. */
export function clockFrom(at: Date): string {
  const minuteMs = 60_000;
  return clock(new Date(Math.ceil(at.getTime() / minuteMs) * minuteMs));
}

/** `22/11/2026` or `22 November 2026` */
export function day(at: Date, lang: Lang): string {
  const { day: dayOfMonth, month, year } = partsOf(at);
  if (lang === 'vi') return `${dayOfMonth}/${month}/${year}`;
  return `${Number(dayOfMonth)} ${englishMonths[Number(month) - 1]} ${year}`;
}

/** `14:05 ngày 22/11/2026` or `14:05 on 22 November 2026` */
export function moment(at: Date, lang: Lang): string {
  return lang === 'vi' ? `${clock(at)} ngày ${day(at, lang)}` : `${clock(at)} on ${day(at, lang)}`;
}

/**
 * Long numbers in groups of three from the end, so that a person can compare them aloud:
 * `0912 345 678`, `999 190 000 011`. A single leading digit joins its neighbour. Masks too.
 */
export function grouped(number: string): string {
  const characters = number.replace(/\s/g, '');
  const groups = characters.match(/.{1,3}(?=(?:.{3})*$)/gu) ?? [];
  const [first = '', second = '', ...rest] = groups;
  return first.length === 1 ? [first + second, ...rest].join(' ') : groups.join(' ');
}
