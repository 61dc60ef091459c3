// What stands on an identity card: the text of its QR code, and the lines a telephone needs to open the
// chip. Nothing is checked here that the broker would not check again.

export type PrintedCard = { readonly number: string; readonly name: string; readonly birthdate: string };

/**
 * The QR text `number|old number|name|DDMMYYYY|sex|address|issued`; undefined when it is another code.
 * A card that knows only the year of birth has that in the date's place.
 */
export function readCardQr(text: string): PrintedCard | undefined {
  const [number = '', , name = '', born = ''] = text.trim().split('|');
  if (!/^\d{12}$/.test(number) || name === '') return undefined;
  const birthdate = /^\d{8}$/.test(born) ? `${born.slice(0, 2)}/${born.slice(2, 4)}/${born.slice(4)}` : born;
  return { number, name, birthdate };
}

/** `15/6/1954`, `15-06-1954`, `15061954` → `1954-06-15`; `1954` stays; anything else: undefined. */
export function isoDate(typed: string): string | undefined {
  const text = typed.trim();
  if (/^\d{4}$/.test(text)) return text;
  const found =
    /^(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text);
  if (found === null) return undefined;
  const [, day = '', month = '', year = ''] = found;
  const date = new Date(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T00:00:00Z`);
  // 31/02 would slide into March.
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return undefined;
  return date.toISOString().slice(0, 10);
}

/**
 * The three machine-readable lines (ICAO 9303 part 5) from what is printed on the front. The chip is opened
 * with document number, birth date and end of validity alone; name and sex are filled as far as known.
 * @param card birthdate as `1954-06-15` or `1954`; expires as `2030-06-15`, `undefined`: without end
 */
export function machineLines(card: {
  readonly number: string;
  readonly birthdate: string;
  readonly expires: string | undefined;
}): string {
  const { number } = card;
  const document = number.slice(-9);
  const optional = `${number}<<`;
  const birth = card.birthdate.replaceAll('-', '').slice(2).padEnd(6, '<');
  const expiry = card.expires === undefined ? '991231' : card.expires.replaceAll('-', '').slice(2);
  const sex = Number(number[3]) % 2 === 1 ? 'F' : 'M';
  const first = `IDVNM${document}${digit(document)}${optional}${digit(optional)}`;
  const second = `${birth}${digit(birth)}${sex}${expiry}${digit(expiry)}VNM`.padEnd(29, '<');
  const covered = first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18, 29);
  return `${first}${second}${digit(covered)}${''.padEnd(30, '<')}`;
}

// Check digit of ICAO 9303 part 3: weights 7, 3, 1; letters count from A = 10, the filler nothing.
function digit(text: string): number {
  const weights = [7, 3, 1];
  let sum = 0;
  for (const [place, sign] of Array.from(text).entries())
    sum += (sign === '<' ? 0 : Number.parseInt(sign, 36)) * (weights[place % 3] ?? 0);
  return sum % 10;
}
