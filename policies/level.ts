// The two levels of Tây Ninh ID and their acr values (protocol §1). The order is this list's,
// never a comparison of strings, and a value that is not in it is level 0: nothing is proven.

export type Level = 0 | 1 | 2;

export const defaultAcrBase = 'https://id.tayninh.gov.vn/acr/';

const orderedLevels = [1, 2] as const;
const codeOfZero = '0'.charCodeAt(0);

/** The level an acr value stands for; missing, unknown or merely similar is 0. */
export function levelOf(acr: string | undefined, acrBase: string): Level {
  // Equal length, start and last digit is equality without building a string: decide() runs per request.
  if (acr === undefined || acr.length !== acrBase.length + 1 || !acr.startsWith(acrBase)) return 0;
  const last = acr.charCodeAt(acrBase.length);
  for (const level of orderedLevels) if (last === codeOfZero + level) return level;
  return 0;
}

export function acrOf(level: 1 | 2, acrBase: string): string {
  return `${acrBase}${level}`;
}

/** The acr_values of a challenge: the needed level, then higher ones; any of them will do (RFC 9470 §3). */
export function acrValuesFrom(level: Level, acrBase: string): string {
  return orderedLevels
    .filter((known) => known >= level)
    .map((known) => acrOf(known, acrBase))
    .join(' ');
}
