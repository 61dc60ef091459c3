// What the invented people carry: what their cards say, the QR text a scanner would type, and which
// telephone is theirs. Shown to whoever tries the demo; none of it is anybody's.

import { registerCitizens, type RegisterCitizen } from '../register/citizens.ts';
import { seededPeople } from './people.ts';

export type Papers = {
  readonly name: string;
  readonly personalNumber: string;
  /** 15/06/1990, or the year alone. */
  readonly birthdate: string;
  /** Has a Zalo account and receives codes here. */
  readonly phone: string;
  /** Absent where the card knows only the year: its QR is not filled in like the others. */
  readonly qr: string | undefined;
  /** Below 16: no VNeID account. */
  readonly isChild: boolean;
};

/** Signs in with Zalo like the others; the hub does not know her. */
export const seededChild = {
  personalNumber: '999312123457',
  phone: '0912345690',
  zaloId: '3141592653589790090',
};

// Address and day of issue are the same for all: the register is not asked about them.
const qrOf = ({ personalNumber, name, sex }: RegisterCitizen, born: string) =>
  [personalNumber, '', name, born, sex === 'female' ? 'Nữ' : 'Nam', 'Ấp 1, phường Tân Ninh', '02032022'].join(
    '|',
  );

export const seededPapers: readonly Papers[] = registerCitizens.flatMap((citizen) => {
  const { name, personalNumber, birthdate } = citizen;
  const isChild = personalNumber === seededChild.personalNumber;
  const phone = isChild
    ? seededChild.phone
    : seededPeople.find((person) => person.personalNumber === personalNumber)?.phone;
  if (phone === undefined) return [];
  const read = { day: birthdate.slice(6), month: birthdate.slice(4, 6), year: birthdate.slice(0, 4) };
  return {
    name,
    personalNumber,
    birthdate: birthdate.length === 4 ? read.year : `${read.day}/${read.month}/${read.year}`,
    phone,
    qr: birthdate.length === 4 ? undefined : qrOf(citizen, `${read.day}${read.month}${read.year}`),
    isChild,
  };
});
