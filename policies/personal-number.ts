// The 12-digit personal number PPP G YY SSSSSS: what it says by its shape, and what it does not.
// Contract identity-vn.md section 3 (NĐ 137/2015, TT 07/2016/TT-BCA annex 1, TT 59/2021/TT-BCA).
// It has no check digit, so a well-shaped number proves nothing; and PPP says where a birth was
// registered, never where a person lives.

export type Sex = 'female' | 'male';
export type PersonalNumberFacts = {
  readonly personalNumber: string;
  readonly placeCode: string;
  /** null for country codes and codes given out after the 2025 merger: accepted, with a warning. */
  readonly placeName: string | null;
  readonly sex: Sex;
  readonly birthYear: number;
  readonly masked: string;
};
export type PersonalNumberReading =
  | ({
      readonly ok: true;
      readonly errors: readonly [];
      readonly warnings: readonly 'place_code_not_a_province'[];
    } & PersonalNumberFacts)
  | ({
      readonly ok: false;
      readonly errors: readonly ['birth_year_in_future'];
      readonly warnings: readonly 'place_code_not_a_province'[];
    } & PersonalNumberFacts)
  | { readonly ok: false; readonly errors: readonly ['format']; readonly warnings: readonly [] };
export type PersonalNumberConflict = 'pin_vs_dob_year' | 'pin_vs_sex';

// Place code reserved by this project for invented persons: any other well-shaped number may be real.
const DEMO_PLACE_CODE = '999';

// Only strings: a JSON number has lost its leading zero. No trimming: that is the form's work.
const TWELVE_ASCII_DIGITS = /^[0-9]{12}$/;

const yearInVietnam = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Ho_Chi_Minh', year: 'numeric' });

export function parsePersonalNumber(input: unknown, now: Date): PersonalNumberReading {
  if (!isPersonalNumber(input)) return { ok: false, errors: ['format'], warnings: [] };
  const placeCode = input.slice(0, 3);
  const placeName = PLACE_NAMES.get(placeCode) ?? null;
  const facts = {
    personalNumber: input,
    placeCode,
    placeName,
    sex: sexOf(input),
    birthYear: birthYearOf(input),
    masked: maskPersonalNumber(input),
  };
  const warnings = placeName === null ? (['place_code_not_a_province'] as const) : [];
  return facts.birthYear > Number(yearInVietnam.format(now))
    ? { ok: false, errors: ['birth_year_in_future'], warnings, ...facts }
    : { ok: true, errors: [], warnings, ...facts };
}

export function isPersonalNumber(input: unknown): input is string {
  return typeof input === 'string' && TWELVE_ASCII_DIGITS.test(input);
}

export function isDemoPersonalNumber(personalNumber: string): boolean {
  return personalNumber.startsWith(DEMO_PLACE_CODE);
}

export function birthYearOf(personalNumber: string): number {
  const century = Math.floor(Number(personalNumber[3]) / 2);
  return 1900 + 100 * century + Number(personalNumber.slice(4, 6));
}

export function sexOf(personalNumber: string): Sex {
  return Number(personalNumber[3]) % 2 === 1 ? 'female' : 'male';
}

/**
 * Facts from another source that contradict the number; flagged, never a refusal, because numbers are
 * replaced when a birth year or sex was corrected. `birthdate` is an ISO date or the year alone.
 */
export function crossCheckPersonalNumber(facts: {
  personalNumber: string;
  birthdate?: string | undefined;
  sex?: Sex | undefined;
}): PersonalNumberConflict[] {
  const conflicts: PersonalNumberConflict[] = [];
  const year = facts.birthdate?.slice(0, 4);
  if (year !== undefined && Number(year) !== birthYearOf(facts.personalNumber))
    conflicts.push('pin_vs_dob_year');
  if (facts.sex !== undefined && facts.sex !== sexOf(facts.personalNumber)) conflicts.push('pin_vs_sex');
  return conflicts;
}

export function maskPersonalNumber(personalNumber: string): string {
  return '*********' + personalNumber.slice(-3);
}

// The 63 provinces before the merger of 2025. These codes stay in numbers for life, and they are not
// today's province codes: 015 is Yên Bái here, while province 15 is Lào Cai.
const PLACE_NAMES: ReadonlyMap<string, string> = new Map([
  ['001', 'Hà Nội'],
  ['002', 'Hà Giang'],
  ['004', 'Cao Bằng'],
  ['006', 'Bắc Kạn'],
  ['008', 'Tuyên Quang'],
  ['010', 'Lào Cai'],
  ['011', 'Điện Biên'],
  ['012', 'Lai Châu'],
  ['014', 'Sơn La'],
  ['015', 'Yên Bái'],
  ['017', 'Hòa Bình'],
  ['019', 'Thái Nguyên'],
  ['020', 'Lạng Sơn'],
  ['022', 'Quảng Ninh'],
  ['024', 'Bắc Giang'],
  ['025', 'Phú Thọ'],
  ['026', 'Vĩnh Phúc'],
  ['027', 'Bắc Ninh'],
  ['030', 'Hải Dương'],
  ['031', 'Hải Phòng'],
  ['033', 'Hưng Yên'],
  ['034', 'Thái Bình'],
  ['035', 'Hà Nam'],
  ['036', 'Nam Định'],
  ['037', 'Ninh Bình'],
  ['038', 'Thanh Hóa'],
  ['040', 'Nghệ An'],
  ['042', 'Hà Tĩnh'],
  ['044', 'Quảng Bình'],
  ['045', 'Quảng Trị'],
  ['046', 'Thừa Thiên Huế'],
  ['048', 'Đà Nẵng'],
  ['049', 'Quảng Nam'],
  ['051', 'Quảng Ngãi'],
  ['052', 'Bình Định'],
  ['054', 'Phú Yên'],
  ['056', 'Khánh Hòa'],
  ['058', 'Ninh Thuận'],
  ['060', 'Bình Thuận'],
  ['062', 'Kon Tum'],
  ['064', 'Gia Lai'],
  ['066', 'Đắk Lắk'],
  ['067', 'Đắk Nông'],
  ['068', 'Lâm Đồng'],
  ['070', 'Bình Phước'],
  ['072', 'Tây Ninh'],
  ['074', 'Bình Dương'],
  ['075', 'Đồng Nai'],
  ['077', 'Bà Rịa - Vũng Tàu'],
  ['079', 'Hồ Chí Minh'],
  ['080', 'Long An'],
  ['082', 'Tiền Giang'],
  ['083', 'Bến Tre'],
  ['084', 'Trà Vinh'],
  ['086', 'Vĩnh Long'],
  ['087', 'Đồng Tháp'],
  ['089', 'An Giang'],
  ['091', 'Kiên Giang'],
  ['092', 'Cần Thơ'],
  ['093', 'Hậu Giang'],
  ['094', 'Sóc Trăng'],
  ['095', 'Bạc Liêu'],
  ['096', 'Cà Mau'],
]);
