import test from 'ava';
import { loadCatalogue } from '../../catalogue/load.ts';
import { decide, type CatalogueAction } from '../../policies/decide.ts';
import { duration, eitherOf, methodWords } from '../../policies/explain-words.ts';
import { explainAction, possibleFor, waysToLevel2, type Person } from '../../policies/explain.ts';
import { acrOf, defaultAcrBase } from '../../policies/level.ts';

const catalogue = await loadCatalogue('policies/services');
const now = Date.parse('2026-11-22T10:00:00+07:00') / 1000;
const minutes = (count: number): number => count * 60;

const guest: Person = { level: 0, ageSeconds: 0, amr: [], clientClass: 'gov_portal', purposes: 'all' };
const zalo: Person = { ...guest, level: 1, amr: ['zalo'] };
const vneid: Person = { ...zalo, level: 2, ...waysToLevel2.vneid };

function answers(person: Person): Map<string, string> {
  return new Map(
    possibleFor(catalogue.content.actions, person, now).map(({ action, answer }) => [action.action, answer]),
  );
}

const textFor = (person: Person, name: string): string => {
  const action = catalogue.actionByName.get(name);
  return action === undefined ? '' : (possibleFor([action], person, now)[0]?.text.vi ?? '');
};

const table: readonly [who: string, person: Person, action: string, answer: string][] = [
  ['nobody', guest, 'phananh.gui', 'step-up'],
  ['nobody', guest, 'hoso.nop', 'step-up'],
  ['Zalo, 20 minutes ago', { ...zalo, ageSeconds: minutes(20) }, 'phananh.gui', 'yes'],
  ['Zalo, 20 minutes ago', { ...zalo, ageSeconds: minutes(20) }, 'gopy.gui', 'yes'],
  ['Zalo, 20 minutes ago', { ...zalo, ageSeconds: minutes(20) }, 'gopy.cham-diem', 'step-up'],
  ['Zalo, 20 minutes ago', { ...zalo, ageSeconds: minutes(20) }, 'hoso.xem', 'step-up'],
  ['VNeID, now', vneid, 'hoso.nop', 'yes'],
  ['VNeID, now', vneid, 'hoso.nop-tthc', 'handover'],
  ['VNeID, now', vneid, 'bhyt.xem', 'yes'],
  ['VNeID, 20 minutes ago', { ...vneid, ageSeconds: minutes(20) }, 'hoso.nop', 'step-up'],
  ['VNeID, 20 minutes ago', { ...vneid, ageSeconds: minutes(20) }, 'hoso.xem', 'yes'],
  ['VNeID, 9 hours ago', { ...vneid, ageSeconds: minutes(540) }, 'hoso.xem', 'step-up'],
  ['the chip, now', { ...vneid, ...waysToLevel2.chip }, 'hoso.nop', 'step-up'],
  ['the chip, now', { ...vneid, ...waysToLevel2.chip }, 'hoso.nop-tthc', 'step-up'],
  ['the chip, now', { ...vneid, ...waysToLevel2.chip }, 'vipham.xem', 'yes'],
  ['the number on the card, now', { ...vneid, ...waysToLevel2.card }, 'vipham.xem', 'step-up'],
  ['the counter, now', { ...vneid, ...waysToLevel2.counter }, 'khodulieu.xem', 'yes'],
  ['VNeID without consent', { ...vneid, purposes: [] }, 'hoso.nop', 'consent'],
  ['VNeID with another consent', { ...vneid, purposes: ['hoso.bao-tin'] }, 'hoso.nop', 'consent'],
  ['VNeID through another service', { ...vneid, clientClass: 'service' }, 'hoso.nop', 'no'],
];
for (const [who, person, action, answer] of table) {
  test(`${who}: ${action} is ${answer}`, (t) => {
    t.is(answers(person).get(action), answer);
  });
}

test('the table says what decide() says, whoever asks', (t) => {
  for (const person of [guest, zalo, vneid, { ...vneid, ageSeconds: minutes(20) }])
    for (const { action, answer } of possibleFor(catalogue.content.actions, person, now)) {
      const { allow } = decide(
        action,
        {
          acr: person.level === 0 ? undefined : acrOf(person.level, defaultAcrBase),
          authTime: now - person.ageSeconds,
          amr: person.amr,
          identitySource: person.identitySource,
          scopes: action.require.scopes,
          purposes: [...catalogue.purposeById.keys()],
          clientId: 'portal',
          clientClass: 'gov_portal',
        },
        now,
        defaultAcrBase,
      );
      t.is(answer === 'yes', allow, action.action);
    }
});

test('what is missing is one sentence a person can follow', (t) => {
  t.is(textFor(guest, 'phananh.gui'), 'Cần đăng nhập bằng Zalo.');
  t.is(textFor(guest, 'hoso.xem'), 'Cần đăng nhập bằng Zalo và xác minh danh tính.');
  t.is(textFor(zalo, 'hoso.xem'), 'Cần xác minh danh tính.');
  t.is(textFor(zalo, 'hoso.nop'), 'Cần xác minh danh tính. Trong lần đăng nhập này phải dùng: VNeID.');
  t.is(
    textFor({ ...vneid, ageSeconds: minutes(20) }, 'hoso.nop'),
    'Đã quá 15 phút kể từ bước xác minh: cần xác minh lại.',
  );
  t.is(
    textFor({ ...vneid, ...waysToLevel2.card }, 'vipham.xem'),
    'Cần xác minh bằng cách khác. Danh tính phải được xác minh bằng: VNeID hoặc chip trên thẻ căn cước hoặc quầy một cửa.',
  );
});

test('an action of tomorrow is not open today', (t) => {
  const action = catalogue.actionByName.get('hoso.xem');
  if (action === undefined) return t.fail('no action');
  const [possibility] = possibleFor([{ ...action, effectiveAt: now + 1 }], vneid, now);
  t.like(possibility, { answer: 'no', text: { vi: 'Việc này chưa được mở.' } });
});

const explained = (name: string): ReadonlyMap<string, string> => {
  const action = catalogue.actionByName.get(name);
  const service = catalogue.serviceById.get(action?.service ?? '');
  if (action === undefined || service === undefined) throw new Error(name);
  return new Map(explainAction(action, service).map(({ about, text }) => [about, text.vi]));
};

test('filing is explained: who, by what, how fresh, what is agreed to, where, who answers for it', (t) => {
  t.deepEqual(Object.fromEntries(explained('hoso.nop')), {
    who: 'Người đã xác minh danh tính (mức 2).',
    method: 'Trong lần đăng nhập này phải dùng: VNeID.',
    freshness: 'Bước xác minh dùng được trong 15 phút; sau đó phải làm lại.',
    consent: 'Bạn phải đồng ý trước: “Tiếp nhận và xử lý hồ sơ”. Rút lại đồng ý thì việc này dừng.',
    client: 'Làm được từ: ứng dụng của tỉnh hoặc cổng của cơ quan nhà nước.',
    place: 'Làm ngay tại dịch vụ này.',
    responsible: 'Cấp tỉnh thực hiện. Chịu trách nhiệm: Trung tâm Phục vụ hành chính công tỉnh Tây Ninh.',
    legal:
      'Căn cứ: MẪU THỬ: chỉ nhận giấy tờ không phải thủ tục hành chính; chưa có ý kiến pháp lý, không dùng cho hồ sơ thật.',
    opening: 'Mở từ ngày 01/01/2026.',
  });
});

test('a duty by law is not called consent, and the national portal is named', (t) => {
  const handedOver = explained('hoso.nop-tthc');
  t.false(handedOver.has('consent'));
  t.regex(handedOver.get('law') ?? '', /^Không hỏi đồng ý.*Luật 91\/2025\/QH15 Điều 19/);
  t.regex(handedOver.get('place') ?? '', /^Làm tại Cổng Dịch vụ công quốc gia/);
});

test('every action of the province is explained in both languages, without words the law reserves', (t) => {
  for (const service of catalogue.services)
    for (const action of service.actions)
      for (const { text } of explainAction(action, service)) {
        t.true(text.vi.length > 5 && text.en.length > 5, action.action);
        t.notRegex(text.vi, /undefined|định danh điện tử|mức độ xác thực|\(\)/, action.action);
        t.notRegex(text.en, /undefined|\(\)/, action.action);
      }
});

test('the words of ages and methods', (t) => {
  const words = (seconds: number) => duration(seconds).vi;
  t.deepEqual([45, 60, 90, 900, 3600, 5400, 28_800].map(words), [
    '45 giây',
    '1 phút',
    '90 giây',
    '15 phút',
    '1 giờ',
    '90 phút',
    '8 giờ',
  ]);
  t.is(duration(60).en, '1 minute');
  t.is(methodWords(['sc', 'face']).vi, 'chip trên thẻ căn cước và khuôn mặt');
  t.is(eitherOf([['hwk'], ['swk'], ['vneid']].map(methodWords)).vi, 'khóa đăng nhập hoặc VNeID');
  const fresh = { ...catalogue.actionByName.get('hoso.nop') } as CatalogueAction; // a copy of an action that is there
  const now0 = explainAction({ ...fresh, require: { ...fresh.require, maxAge: 0 } }, { purposes: [] });
  t.true(now0.some(({ text }) => text.vi === 'Bước xác minh phải làm ngay lúc này.'));
});
