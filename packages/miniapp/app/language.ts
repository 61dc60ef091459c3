// Which language the screens speak. English is fetched when somebody asks for it: most never do.

import type { Lang } from './frame.ts';
import { vi, type Words } from './words/vi.ts';
import type { ZaloFunctions } from './zalo.ts';

const KEY = 'tnid.lang';

export async function wordsOf(lang: Lang): Promise<Words> {
  return lang === 'vi' ? vi : (await import('./words/en.ts')).en;
}

/** What was chosen on this telephone. An address with `?lang=en` wins, for links from elsewhere. */
export function chosenLanguage(zalo: ZaloFunctions): Lang {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === 'vi' || asked === 'en') return asked;
  try {
    return zalo.nativeStorage?.getItem(KEY) === 'en' ? 'en' : 'vi';
  } catch {
    return 'vi';
  }
}

export function keepLanguage(zalo: ZaloFunctions, lang: Lang): void {
  try {
    zalo.nativeStorage?.setItem(KEY, lang);
  } catch {
    // An old Zalo without storage: the choice holds for this launch.
  }
}

/** `15:04 ngày 23/11/2026`, as people here say it, wherever the telephone believes to be. */
export function timeText(iso: string, lang: Lang): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const zone = { timeZone: 'Asia/Ho_Chi_Minh' } as const;
  const day = at.toLocaleDateString('en-GB', { ...zone, day: '2-digit', month: '2-digit', year: 'numeric' });
  const time = at.toLocaleTimeString('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' });
  return lang === 'vi' ? `${time} ngày ${day}` : `${time} on ${day}`;
}

export const dayText = (iso: string, lang: Lang): string => timeText(iso, lang).split(' ').at(-1) ?? iso;
