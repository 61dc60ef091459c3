// Age from a birth date, counted by the calendar of Việt Nam. Pure. A child is a person under 16
// (Luật Trẻ em 2016 Đ.1); from 7 the child's own word is needed beside the representative's
// (Luật 91/2025 Đ.24). 16 and 17 are kept apart because the law has no special text for them.

export type AgeBand = '0-6' | '7-15' | '16-17' | 'adult';

// Indochina Time, UTC+7 without summer time.
const VIETNAM_MS = 7 * 3_600_000;

/** `birthdate`: ISO date, or the year alone. A year that leaves doubt counts as the younger band. */
export function ageBand(birthdate: string, now: Date): AgeBand {
  if (!isOver(birthdate, 7, now)) return '0-6';
  if (!isOver(birthdate, 16, now)) return '7-15';
  return isOver(birthdate, 18, now) ? 'adult' : '16-17';
}

export const isChild = (birthdate: string, now: Date): boolean => !isOver(birthdate, 16, now);

/** The moment at which a person turns 16: midnight in Việt Nam. */
export function sixteenthBirthday(birthdate: string): Date {
  const { year, month, day } = partsOf(birthdate);
  // 29 February in a year without one is 1 March: the year is full when 28 February is over.
  return new Date(Date.UTC(year + 16, month - 1, day) - VIETNAM_MS);
}

function isOver(birthdate: string, years: number, now: Date): boolean {
  const { year, month, day } = partsOf(birthdate);
  return Date.UTC(year + years, month - 1, day) - VIETNAM_MS <= now.getTime();
}

function partsOf(birthdate: string): { year: number; month: number; day: number } {
  const found = /^(\d{4})(?:-(\d{2})-(\d{2}))?$/.exec(birthdate);
  if (found === null) throw new Error('a birth date is an ISO date or a year');
  const [, year, month, day] = found;
  return { year: Number(year), month: Number(month ?? 12), day: Number(day ?? 31) };
}
