// Problems are written in Vietnamese, and in English for whoever asks for it (RFC 9110 §12.5.4).

import { headerValues, type GuardRequest } from './request.ts';

export type Language = 'vi' | 'en';

const maxLength = 256;
const range = /^\s*(\*|[A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/;

/** English only where it is wanted more than Vietnamese. */
export function languageOf(request: GuardRequest): Language {
  const wanted = headerValues(request, 'accept-language').join(',');
  if (wanted === '' || wanted.length > maxLength) return 'vi';
  const weights = new Map<string, number>();
  for (const part of wanted.split(',')) {
    const [, language = '', weight = '1'] = range.exec(part) ?? [];
    const name = language.toLowerCase();
    if (name !== '') weights.set(name, Math.max(weights.get(name) ?? 0, Number(weight)));
  }
  const others = weights.get('*') ?? 0;
  return (weights.get('en') ?? others) > (weights.get('vi') ?? others) ? 'en' : 'vi';
}
