import test from 'ava';
import { isoDate, machineLines, readCardQr } from '../../packages/miniapp/app/card-text.ts';
import { machineZone } from '../../sandbox/cards/groups.ts';

test('a card is read from its QR text, the address and the old number left alone', (t) => {
  const text = '999154012345|281234567|Nguyễn Thị Tám|15061954|Nữ|Ấp 1, phường Tân Ninh|02032022';
  t.deepEqual(readCardQr(text), { number: '999154012345', name: 'Nguyễn Thị Tám', birthdate: '15/06/1954' });
  t.is(readCardQr('999154012345||Nguyễn Thị Tám|1954|Nữ||')?.birthdate, '1954');
});

for (const text of [
  '',
  'https://zalo.me',
  '99915401234||Nguyễn Thị Tám|15061954',
  '999154012345|||',
  'abc|def|ghi',
])
  test(`another code is no card: "${text}"`, (t) => t.is(readCardQr(text), undefined));

const dates: readonly [typed: string, iso: string | undefined][] = [
  ['15/06/1954', '1954-06-15'],
  [' 5/6/1954 ', '1954-06-05'],
  ['15-06-1954', '1954-06-15'],
  ['15 06 1954', '1954-06-15'],
  ['15061954', '1954-06-15'],
  ['1954', '1954'],
  ['29/02/2004', '2004-02-29'],
  ['29/02/2005', undefined],
  ['31/04/1990', undefined],
  ['15/13/1990', undefined],
  ['00/01/1990', undefined],
  ['15/06/54', undefined],
  ['hôm nay', undefined],
  ['', undefined],
];
for (const [typed, iso] of dates) test(`"${typed}" is the date ${iso}`, (t) => t.is(isoDate(typed), iso));

test('three printed facts give the key of the chip: number, birth date, end, and their check digits', (t) => {
  const card = { personalNumber: '999154012345', name: 'Nguyễn Thị Tám', birthdate: '19540615' };
  const key = (lines: string) => [lines.slice(5, 15), lines.slice(30, 37), lines.slice(38, 45)];
  const facts = { number: card.personalNumber, birthdate: '1954-06-15' };
  for (const expires of ['2030-06-15', undefined]) {
    const lines = machineLines({ ...facts, expires });
    t.is(lines.length, 90);
    t.deepEqual(key(lines), key(machineZone({ ...card, expires: expires ?? null })));
  }
  t.notDeepEqual(
    key(machineLines({ ...facts, expires: '2030-06-15' })),
    key(machineLines({ ...facts, expires: '2030-06-16' })),
  );
});
