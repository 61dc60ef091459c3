// Numbers as people in the province write them: 12.345 and 0,8. Put together by hand, like dates.

import { type Lang, wordsOf } from './words/words.ts';

/** `12.345` or `12,345` */
export function count(n: number, lang: Lang): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, lang === 'vi' ? '.' : ',');
}

/** Whole percent; what is not nothing is never called 0 %, nor what is not all 100 %. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return '0 %';
  const percent = (part / whole) * 100;
  const rounded = Math.round(percent);
  if (rounded === 0 && part > 0) return '< 1 %';
  if (rounded === 100 && part < whole) return '> 99 %';
  return `${rounded} %`;
}

/** Two figures that count: `0,83 ms`, `8,3 ms`, `83 ms`, `1,2 s`. */
export function duration(ms: number, lang: Lang): string {
  const [value, unit] = ms >= 1_000 ? [ms / 1_000, 's'] : [ms, 'ms'];
  const text = value >= 10 ? count(value, lang) : value.toFixed(value >= 1 ? 1 : 2);
  return `${lang === 'vi' && value < 10 ? text.replace('.', ',') : text} ${unit}`;
}

/** `45 phút`, `3 giờ`, `2 ngày`: how long something has been so, never more than it has. */
export function span(minutes: number, lang: Lang): string {
  const { spans } = wordsOf(lang).owner;
  if (minutes < 60) return spans.minutes(String(minutes));
  if (minutes < 48 * 60) return spans.hours(String(Math.floor(minutes / 60)));
  return spans.days(String(Math.floor(minutes / 1_440)));
}
