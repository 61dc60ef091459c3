import { en } from './en.ts';
import { vi } from './vi.ts';
import type { Words } from './vi.ts';

export type { Words };
export type Lang = 'vi' | 'en';

export function wordsOf(lang: Lang): Words {
  return lang === 'en' ? en : vi;
}
