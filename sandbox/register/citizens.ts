// The invented people of the sandbox, as the population register knows them. Place code 999 belongs
// to no province, so none of these numbers can be a real person's (contract section 3).

import { z } from 'zod';

export type RegisterCitizen = {
  readonly personalNumber: string;
  readonly name: string;
  /** yyyyMMdd, or the year alone. */
  readonly birthdate: string;
  readonly sex: 'female' | 'male';
  /** Province and commune codes in force since July 2025; districts are gone. */
  readonly residence: { readonly provinceCode: string; readonly communeCode: string };
  /** The number was cancelled and replaced by another one, which nobody is told. */
  readonly superseded?: true;
};

export const citizenSchema = z.object({
  personalNumber: z.string().regex(/^999[0-9]{9}$/),
  name: z.string().min(1).max(100),
  birthdate: z.string().regex(/^[0-9]{4}([0-9]{4})?$/),
});

export const registerCitizen = (person: z.output<typeof citizenSchema>): RegisterCitizen => ({
  ...person,
  sex: Number(person.personalNumber[3]) % 2 === 1 ? 'female' : 'male',
  residence: tayNinhCommune('25459'),
});

const tayNinhCommune = (communeCode: string) => ({ provinceCode: '80', communeCode });

export const registerCitizens: readonly RegisterCitizen[] = [
  {
    personalNumber: '999190000011',
    name: 'Nguyễn Thị Minh An',
    birthdate: '19900615',
    sex: 'female',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999085000016',
    name: 'Đặng Đình Đức',
    birthdate: '19851120',
    sex: 'male',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999054000012',
    name: 'Huỳnh Văn Sáu',
    birthdate: '1954',
    sex: 'male',
    residence: tayNinhCommune('25459'),
  },
  // The card says Hoà and Thuý, with the tone mark on the other vowel: still the same name.
  {
    personalNumber: '999178000019',
    name: 'Hòa Thị Thúy',
    birthdate: '19780302',
    sex: 'female',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999305123456',
    name: 'Trần Ngọc Bích',
    birthdate: '20050228',
    sex: 'female',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999204000018',
    name: 'Võ Hữu Phước',
    birthdate: '20040229',
    sex: 'male',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999312123457',
    name: 'Phạm Bảo Ngọc',
    birthdate: '20120720',
    sex: 'female',
    residence: tayNinhCommune('25459'),
  },
  {
    personalNumber: '999091000013',
    name: 'Lê Văn Thu',
    birthdate: '19910101',
    sex: 'male',
    residence: tayNinhCommune('25459'),
    superseded: true,
  },
];
