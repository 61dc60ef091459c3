// Vietnamese mobile numbers for one-time codes. Contract identity-vn.md section 10. Plain rules instead
// of libphonenumber: its data is too narrow to refuse by, so it could only ever set one flag here.

export type PhoneRefusal =
  | 'not_a_number'
  | 'not_vietnam'
  | 'wrong_length'
  | 'fixed_line'
  | 'special_number'
  | 'old_eleven_digit_mobile'
  | 'not_mobile';
export type PhoneReading =
  | {
      readonly accepted: true;
      readonly e164: string;
      /** The number may be newer than published numbering data. Send anyway: delivery decides. */
      readonly flags: readonly 'prefix_not_in_metadata'[];
      readonly display: string;
      readonly masked: string;
    }
  | {
      readonly accepted: false;
      readonly reason: PhoneRefusal;
      /** For the person to confirm, never to use unasked: the old number may have a new owner. */
      readonly suggestion?: string;
    };

const MAX_CHARACTERS = 24;
const ALLOWED = /^\s*\+?[0-9 .()\u00a0\u2009\u202f-]+$/;
const MOBILE = /^[35789][0-9]{8}$/;

// Mobile ranges in libphonenumber's published data for VN (first digits of the national number), as
// facts of the numbering plan; agrees with every vector. Only ever a flag.
const RANGES_IN_METADATA = /^(3|5[1689]|52[238]|559|7[06-9]|8[1-8]|89[6-9]|9[0-8]|99[013-9])/;

// The change of 15 September 2018: eleven-digit mobiles became ten-digit ones.
const CONVERSION_2018: ReadonlyMap<string, string> = new Map([
  ['120', '70'],
  ['121', '79'],
  ['122', '77'],
  ['126', '76'],
  ['128', '78'],
  ['123', '83'],
  ['124', '84'],
  ['125', '85'],
  ['127', '81'],
  ['129', '82'],
  ['162', '32'],
  ['163', '33'],
  ['164', '34'],
  ['165', '35'],
  ['166', '36'],
  ['167', '37'],
  ['168', '38'],
  ['169', '39'],
  ['186', '56'],
  ['188', '58'],
  ['199', '59'],
]);

export function parsePhoneNumber(input: unknown): PhoneReading {
  if (typeof input !== 'string' || input.length > MAX_CHARACTERS || !ALLOWED.test(input))
    return refuse('not_a_number');
  const digits = input.replace(/[^0-9]/g, '');
  if (digits === '') return refuse('not_a_number');
  const international = input.trimStart().startsWith('+')
    ? digits
    : digits.startsWith('00')
      ? digits.slice(2)
      : undefined;
  if (international !== undefined && !international.startsWith('84')) return refuse('not_vietnam');
  return readNational(nationalPart(international, digits));
}

export function displayPhoneNumber(e164: string): string {
  const national = e164.slice('+84'.length);
  return `0${national.slice(0, 3)} ${national.slice(3, 6)} ${national.slice(6)}`;
}

export function maskPhoneNumber(e164: string): string {
  const national = e164.slice('+84'.length);
  return `0${national.slice(0, 2)}****${national.slice(-3)}`;
}

// 84 without + or 00 is the country code only where the rest is too long to be a national number:
// 84 2345678 is a mobile of its own (084 234 5678).
function nationalPart(international: string | undefined, digits: string): string {
  const bare = international ?? (digits.startsWith('84') && digits.length >= 11 ? digits : undefined);
  const national = bare === undefined ? digits : bare.slice(2);
  return national.startsWith('0') ? national.slice(1) : national;
}

function readNational(national: string): PhoneReading {
  if (MOBILE.test(national)) return accept(`+84${national}`, RANGES_IN_METADATA.test(national));
  if (national.length < 7 || national.length > 10) return refuse('wrong_length');
  const converted = national.length === 10 ? CONVERSION_2018.get(national.slice(0, 3)) : undefined;
  if (converted !== undefined) {
    return {
      accepted: false,
      reason: 'old_eleven_digit_mobile',
      suggestion: `+84${converted}${national.slice(3)}`,
    };
  }
  if (/^1[89]00/.test(national) || /^672[0-9]{6}$/.test(national)) return refuse('special_number');
  return refuse(/^2[0-9]{9}$/.test(national) ? 'fixed_line' : 'not_mobile');
}

function accept(e164: string, known: boolean): PhoneReading {
  return {
    accepted: true,
    e164,
    flags: known ? [] : ['prefix_not_in_metadata'],
    display: displayPhoneNumber(e164),
    masked: maskPhoneNumber(e164),
  };
}

function refuse(reason: PhoneRefusal): PhoneReading {
  return { accepted: false, reason };
}
