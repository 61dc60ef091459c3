// The names of methods, sources and applications in the sentences of explain.ts. They stand here and
// not in views/words because the command line and AuthZEN answers say them, too.

import type { Area, ClientClass, Words } from './decide.ts';

const methods: Readonly<Record<string, Words>> = {
  zalo: { vi: 'đăng nhập Zalo', en: 'Zalo sign-in' },
  otp: { vi: 'mã một lần', en: 'a one-time code' },
  sms: { vi: 'tin nhắn', en: 'a text message' },
  vneid: { vi: 'VNeID', en: 'VNeID' },
  sc: { vi: 'chip trên thẻ căn cước', en: 'the chip of the identity card' },
  face: { vi: 'khuôn mặt', en: 'a face check' },
  hwk: { vi: 'khóa đăng nhập nằm trong máy', en: 'a passkey that cannot leave the device' },
  swk: { vi: 'khóa đăng nhập', en: 'a passkey' },
  user: { vi: 'mở khóa máy', en: 'unlocking the device' },
  counter: { vi: 'quầy một cửa', en: 'the counter' },
};

const sources: Readonly<Record<string, Words>> = {
  vneid: { vi: 'VNeID', en: 'VNeID' },
  chip_c06: { vi: 'chip trên thẻ căn cước', en: 'the chip of the identity card' },
  register_match: { vi: 'số trên thẻ căn cước', en: 'the number on the identity card' },
  counter: { vi: 'quầy một cửa', en: 'the counter' },
};

const clients: Readonly<Record<ClientClass, Words>> = {
  first_party: { vi: 'ứng dụng của tỉnh', en: 'applications of the province' },
  gov_portal: { vi: 'cổng của cơ quan nhà nước', en: 'portals of state agencies' },
  service: { vi: 'dịch vụ khác', en: 'other services' },
};

const areas: Readonly<Record<Area, Words>> = {
  province: { vi: 'Cấp tỉnh thực hiện. ', en: 'Carried out by the province. ' },
  commune: { vi: 'Xã, phường thực hiện. ', en: 'Carried out by the commune or ward. ' },
};

const nothing: Words = { vi: '', en: '' };

/** One alternative of amrAnyOf: everything in it is needed. */
export const methodWords = (together: readonly string[]): Words =>
  joined(
    together.map((one) => methods[one] ?? asIs(one)),
    { vi: ' và ', en: ' and ' },
  );

export const evidenceWords = (source: string): Words => sources[source] ?? asIs(source);
export const clientWords = (client: ClientClass): Words => clients[client];
export const areaWords = (area: Area | undefined): Words => (area === undefined ? nothing : areas[area]);

export const sentences = (list: readonly Words[]): Words => joined(list, { vi: ' ', en: ' ' });
/** Leaves out an alternative that only narrows another: a passkey, or one that cannot leave the device. */
export const eitherOf = (list: readonly Words[]): Words =>
  joined(
    list.filter((one) => !list.some((other) => one.vi.startsWith(`${other.vi} `))),
    { vi: ' hoặc ', en: ' or ' },
  );

/** 900 → 15 phút, 5400 → 90 phút: the largest unit in which the number comes out even. */
export function duration(seconds: number): Words {
  const units = [
    { size: 3600, vi: 'giờ', en: 'hour' },
    { size: 60, vi: 'phút', en: 'minute' },
  ];
  const unit = units.find(({ size }) => seconds >= size && seconds % size === 0) ?? {
    size: 1,
    vi: 'giây',
    en: 'second',
  };
  const count = seconds / unit.size;
  return { vi: `${count} ${unit.vi}`, en: `${count} ${unit.en}${count === 1 ? '' : 's'}` };
}

/** 2026-12-01 → 01/12/2026, as dates are written in Việt Nam. */
export const days = (iso: string): string => iso.split('-').toReversed().join('/');

function joined(list: readonly Words[], by: Words): Words {
  return { vi: list.map(({ vi }) => vi).join(by.vi), en: list.map(({ en }) => en).join(by.en) };
}

const asIs = (name: string): Words => ({ vi: name, en: name });
