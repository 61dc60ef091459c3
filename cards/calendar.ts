// Dates as cards print them. A date is an ISO string (yyyy-MM-dd), or the year alone where a person's
// day and month were never recorded.

const VIETNAM_MS = 7 * 3_600_000; // no summer time since 1975

/** undefined when the calendar has no such day. */
export function isoDate(year: number, month: number, day: number): string | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year > 0 && year < 10_000 ? date.toISOString().slice(0, 10) : undefined;
}

/** The day it is in Việt Nam. */
export const dayInVietnam = (now: Date): string =>
  new Date(now.getTime() + VIETNAM_MS).toISOString().slice(0, 10);
