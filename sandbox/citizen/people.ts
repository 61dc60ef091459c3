// The invented people of the demo, as each outside system knows them: one row for the register and
// VNeID, one for Zalo, a phone. Place code 999 belongs to no province.

import { randomInt } from 'node:crypto';
import { vneidCitizen, vneidCitizens } from '../vneid/citizens.ts';

export type Person = {
  readonly name: string;
  readonly personalNumber: string;
  /** yyyyMMdd, or the year alone. */
  readonly birthdate: string;
  /** As people type it: 0912345678. */
  readonly phone: string;
  readonly zaloId: string;
  /** The hub's button for this person. */
  readonly vneidSub: string;
};

/** The same at every start. A child and a cancelled number have no VNeID account and are left out. */
export const seededPeople: readonly Person[] = vneidCitizens.map((citizen, index) => ({
  name: citizen.name,
  personalNumber: citizen.personalNumber,
  birthdate: citizen.birthdate,
  phone: `09123456${String(70 + index)}`,
  zaloId: `31415926535897900${String(10 + index)}`,
  vneidSub: citizen.sub,
}));

const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Võ', 'Đặng', 'Bùi'];
const MIDDLE = ['Thị Hồng', 'Thị Ngọc', 'Thị Kim', 'Thị Thanh', 'Thị Mỹ', 'Thị Cẩm'];
const GIVEN = ['Hạnh', 'Liên', 'Phượng', 'Trang', 'Thủy', 'Vân', 'Yến', 'Nhung'];

/** Somebody nobody has met: a story told twice on the same data needs a person without a past. */
export function inventPerson(): Person {
  const year = randomInt(1950, 2000);
  const serial = String(randomInt(1_000_000)).padStart(6, '0');
  // G = 1: a woman born in the 20th century.
  const personalNumber = `9991${String(year).slice(2)}${serial}`;
  const name = `${oneOf(FAMILY)} ${oneOf(MIDDLE)} ${oneOf(GIVEN)}`;
  const birthdate = `${year}${String(randomInt(1, 13)).padStart(2, '0')}${String(randomInt(1, 29)).padStart(2, '0')}`;
  return {
    name,
    personalNumber,
    birthdate,
    phone: `09123${String(randomInt(100_000)).padStart(5, '0')}`,
    zaloId: `2718${String(randomInt(1_000_000_000)).padStart(9, '0')}${serial}`,
    vneidSub: vneidCitizen({ personalNumber, name, birthdate, ial: 2 }).sub,
  };
}

/** Makes the person known to Zalo and VNeID, as an installation and a visit to the police would. */
export async function introduce(person: Person, sandbox: { zalo: string; vneid: string }): Promise<void> {
  const { zaloId, name, phone, personalNumber, birthdate } = person;
  await Promise.all([
    tell(`${sandbox.zalo}/__sandbox/citizens`, { zaloId, name, phone }),
    tell(`${sandbox.vneid}/__sandbox/citizens`, { personalNumber, name, birthdate }),
  ]);
}

export const internationalNumber = (phone: string) => `+84${phone.slice(1)}`;

async function tell(url: string, citizen: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(citizen),
  });
  if (response.status !== 201)
    throw new Error(`${new URL(url).origin} does not take a citizen: HTTP ${response.status}`);
}

const oneOf = (words: readonly string[]) => words[randomInt(words.length)] ?? '';
