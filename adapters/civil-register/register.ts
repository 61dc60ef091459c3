// The population register (CSDLQG về dân cư) behind the provincial exchange: contract identity-vn.md
// section 2. It answers whether one person of this number, name and birth date exists, and fails closed.

import type { PopulationRegister, RegisterAnswer, RegisterRequest } from '../../assurance/population-register.ts'; // prettier-ignore
import { compareNames, normaliseName } from '../../policies/person-name.ts';
import { isPersonalNumber } from '../../policies/personal-number.ts';
import { questionXml, readReply } from './envelope.ts';
import type { CongDan, RegisterReply } from './envelope.ts';
import { exchange } from './exchange.ts';

export type CivilRegisterConfig = {
  /** The service's whole address; https unless it is this machine (config.ts sees to it). */
  readonly url: string;
  readonly clock: () => Date;
  /** Whose word an answer is, as it stands in evidence. */
  readonly organisation?: string;
  readonly timeoutMs?: number;
  readonly bodyLimitBytes?: number;
  /** Told of every answer, and of the trouble where it is none. `alarm`: somebody must look, waiting will not help. */
  readonly onAnswer?: (trouble: { readonly reason: string; readonly alarm: boolean } | undefined) => void;
};

type Verdict = RegisterAnswer extends infer Answer
  ? Answer extends RegisterAnswer
    ? Omit<Answer, 'checkId' | 'checkedAt' | 'organisation'>
    : never
  : never;

// The exchange's refusals. Waiting does not help against any of them.
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['THIEU_THONG_TIN', 'purpose'],
  ['VUOT_HAN_MUC', 'quota'],
  ['KHONG_CO_QUYEN', 'right'],
]);
// What must never happen when both sides are sound.
const ALARMS = new Set([
  'several_people',
  'other_number',
  'other_request',
  'unknown_state',
  'request_format',
]);
const CANCELLED = 'DA_HUY';

export function createCivilRegister(config: CivilRegisterConfig): PopulationRegister {
  const limits = { timeoutMs: config.timeoutMs ?? 5_000, limitBytes: config.bodyLimitBytes ?? 64 * 1024 };
  return {
    async match(request): Promise<RegisterAnswer> {
      const verdict = await ask(request);
      const failed = verdict.status === 'refused' || verdict.status === 'unavailable';
      const alarm = verdict.status === 'refused' || (failed && ALARMS.has(verdict.reason));
      config.onAnswer?.(failed ? { reason: verdict.reason, alarm } : undefined);
      // The exchange logs a question under our request id, so that is what can be looked up later.
      return { ...verdict, checkId: request.requestId, checkedAt: config.clock(), organisation: config.organisation ?? 'C06' }; // prettier-ignore
    },
  };

  async function ask(request: RegisterRequest): Promise<Verdict> {
    if (!mayAsk(request)) return { status: 'refused', reason: 'purpose' };
    if (!isPersonalNumber(request.personalNumber)) return unavailable('request_format');
    const answered = await exchange(config.url, questionXml(request), limits);
    return answered.ok ? judge(readReply(answered.xml), request) : unavailable(answered.failure);
  }
}

// The register is no free oracle: no call without a declared procedure and somebody who answers for it.
const mayAsk = ({ purpose, actor }: RegisterRequest): boolean =>
  [purpose.serviceCode, purpose.integrationCode, purpose.legalBasis, purpose.legalBasisRef, actor.code].every((word) => word.trim() !== ''); // prettier-ignore

function judge(reply: RegisterReply, request: RegisterRequest): Verdict {
  if (reply.kind === 'unreadable') return unavailable('unreadable');
  if (reply.kind === 'fault') {
    const refused = REFUSED.get(reply.code);
    if (refused !== undefined) return { status: 'refused', reason: refused };
    return unavailable(reply.code === 'DINH_DANG' ? 'request_format' : 'fault');
  }
  if (reply.requestId !== request.requestId) return unavailable('other_request');
  const [person, another] = reply.people;
  if (another !== undefined) return unavailable('several_people');
  if (person === undefined) return { status: 'not_found' };
  if (person.SoDinhDanh !== request.personalNumber) return unavailable('other_number');
  if (person.TrangThai === CANCELLED) return { status: 'superseded' };
  // A state nobody has told us of may mean dead, lost or forged.
  if (person.TrangThai !== undefined && person.TrangThai !== '') return unavailable('unknown_state');
  return compare(person, request);
}

function compare(person: CongDan, request: RegisterRequest): Verdict {
  const name = normaliseName(person.HoVaTen?.Ten ?? '');
  const birthdate = dateOf(person.NgayThangNamSinh ?? '');
  if (name === '' || birthdate === undefined) return unavailable('unreadable');
  const mismatched: ('name' | 'birthdate')[] = [];
  // `officer` (equal but for diacritics) is for an officer's eyes, who can see the card. Here it differs.
  if (compareNames(name, request.name) !== 'same') mismatched.push('name');
  if (!datesAgree(birthdate, request.birthdate)) mismatched.push('birthdate');
  if (mismatched.length > 0) return { status: 'mismatch', mismatched };
  const residence = residenceOf(person);
  return { status: 'match', person: { name, birthdate }, ...(residence === undefined ? {} : { residence }) };
}

// A register that knows only the year agrees with any day of it. The other way round it does not: a
// card shows the year alone because the register has no more, so who leaves out a day that is on
// record either does not hold the card or knows less than it says.
function datesAgree(registered: string, claimed: string): boolean {
  return registered.length === 4 ? claimed.slice(0, 4) === registered : claimed === registered;
}

/** yyyyMMdd or yyyy → ISO date or year. undefined: no such day. */
function dateOf(text: string): string | undefined {
  if (/^[12][0-9]{3}$/.test(text)) return text;
  const [, year, month, day] = /^([12][0-9]{3})([0-9]{2})([0-9]{2})$/.exec(text) ?? [];
  const iso = `${year}-${month}-${day}`;
  const at = Date.parse(`${iso}T00:00:00Z`);
  // Date.parse takes 31 February in some engines; the way back shows it.
  return year !== undefined && !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso)
    ? iso
    : undefined;
}

// Districts ended in July 2025: an address with one is written in the codes of 2004, in which the same
// five digits may name another commune and `80` another province.
function residenceOf({ ThuongTru: home }: CongDan) {
  if (home === undefined || !/^[0-9]{2}$/.test(home.MaTinhThanh) || !/^[0-9]{5}$/.test(home.MaPhuongXa)) return undefined; // prettier-ignore
  const codeSystem = home.MaQuanHuyen === '' ? ('QD19-2025' as const) : ('QD124-2004' as const);
  return { provinceCode: home.MaTinhThanh, communeCode: home.MaPhuongXa, codeSystem };
}

const unavailable = (reason: string) => ({ status: 'unavailable', reason }) as const;
