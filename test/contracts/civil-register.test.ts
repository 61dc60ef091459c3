// The register client against the simulated register. Contract identity-vn.md section 2.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import test from 'ava';
import { createCivilRegister } from '../../adapters/civil-register/register.ts';
import type { CivilRegisterConfig } from '../../adapters/civil-register/register.ts';
import type { RegisterAnswer, RegisterRequest } from '../../assurance/population-register.ts';
import { startRegister } from '../../sandbox/register/server.ts';
import type { RegisterKnobs } from '../../sandbox/register/knobs.ts';

const NOW = new Date('2026-11-22T08:00:00Z');
const twin = await startRegister();
test.after.always(() => twin.close());
test.afterEach.always(() => twin.resetKnobs());

const AN: RegisterRequest = {
  requestId: '0193b0a0-0000-7000-8000-000000000001',
  personalNumber: '999190000011',
  name: 'Nguyễn Thị Minh An',
  birthdate: '1990-06-15',
  purpose: {
    serviceCode: '1.000001.000.00.00.H80',
    integrationCode: 'TNID',
    legalBasis: 'art19_1_c',
    legalBasisRef: 'test',
  },
  actor: { kind: 'system', code: 'tnid-system' },
};

async function ask(change: Partial<RegisterRequest> = {}, config: Partial<CivilRegisterConfig> = {}) {
  const told: unknown[] = [];
  const register = createCivilRegister({ url: twin.serviceUrl, clock: () => NOW, onAnswer: (trouble) => told.push(trouble), ...config }); // prettier-ignore
  const { checkId, checkedAt, organisation, ...verdict } = await register.match({ ...AN, ...change });
  return { verdict, told, answered: { checkId, checkedAt, organisation } };
}
type Verdict = Omit<RegisterAnswer, 'checkId' | 'checkedAt' | 'organisation'>;
const unavailable = (reason: string): Verdict & { reason: string } => ({ status: 'unavailable', reason });

test.serial(
  'match: how the register writes the person, where they live, and a check id to ask for later',
  async (t) => {
    const { verdict, told, answered } = await ask();
    t.deepEqual<unknown, unknown>(verdict, {
      status: 'match',
      person: { name: 'Nguyễn Thị Minh An', birthdate: '1990-06-15' },
      residence: { provinceCode: '80', communeCode: '25459', codeSystem: 'QD19-2025' },
    });
    t.deepEqual(answered, { checkId: AN.requestId, checkedAt: NOW, organisation: 'C06' });
    t.deepEqual(told, [undefined]);
  },
);

const SAU = { personalNumber: '999054000012', name: 'Huỳnh Văn Sáu' };
const verdicts: readonly [what: string, change: Partial<RegisterRequest>, expected: object][] = [
  ['the tone mark on the other vowel is the same name', { personalNumber: '999178000019', name: 'HOÀ THỊ THUÝ', birthdate: '1978-03-02' }, { status: 'match', person: { name: 'Hòa Thị Thúy', birthdate: '1978-03-02' } }],
  ['a name without its marks differs: no officer is looking', { name: 'Nguyen Thi Minh An' }, { status: 'mismatch', mismatched: ['name'] }],
  ['another name differs', { name: 'Trần Văn Bê' }, { status: 'mismatch', mismatched: ['name'] }],
  ['another day differs', { birthdate: '1990-06-16' }, { status: 'mismatch', mismatched: ['birthdate'] }],
  ['both differ', { name: 'Trần Văn Bê', birthdate: '1991-06-15' }, { status: 'mismatch', mismatched: ['name', 'birthdate'] }],
  ['the year alone is not enough where the register knows the day', { birthdate: '1990' }, { status: 'mismatch', mismatched: ['birthdate'] }],
  ['the year alone agrees where the register knows no more', { ...SAU, birthdate: '1954' }, { status: 'match', person: { name: SAU.name, birthdate: '1954' } }],
  ['any day of that year agrees, too', { ...SAU, birthdate: '1954-05-01' }, { status: 'match', person: { name: SAU.name, birthdate: '1954' } }],
  ['another year does not', { ...SAU, birthdate: '1955' }, { status: 'mismatch', mismatched: ['birthdate'] }],
  ['a number nobody has is not found', { personalNumber: '999190999999' }, { status: 'not_found' }],
  ['a cancelled number is superseded', { personalNumber: '999091000013', name: 'Lê Văn Thu', birthdate: '1991-01-01' }, { status: 'superseded' }],
]; // prettier-ignore
for (const [what, change, expected] of verdicts) {
  test.serial(what, async (t) => {
    t.like((await ask(change)).verdict, expected);
  });
}

test.serial(
  'a register that matches names itself: not found, and a match is still compared here',
  async (t) => {
    twin.setKnobs({ 'match.by': 'number_name_year' });
    t.is((await ask({ name: 'Trần Văn Bê' })).verdict.status, 'not_found');
    t.is((await ask({ name: 'Nguyên Thị Minh An' })).verdict.status, 'mismatch');
    t.is((await ask()).verdict.status, 'match');
  },
);

test.serial('an address with a district is written in the old codes, and says so', async (t) => {
  twin.setKnobs({ 'answer.shape': 'with_district' });
  t.like((await ask()).verdict, { residence: { codeSystem: 'QD124-2004' } });
});

const troubles: readonly [knobs: Partial<RegisterKnobs>, reason: string, alarm: boolean][] = [
  [{ 'answer.shape': 'two_people' }, 'several_people', true],
  [{ 'answer.shape': 'other_number' }, 'other_number', true],
  [{ 'answer.shape': 'soap_fault' }, 'fault', false],
  [{ 'answer.shape': 'no_collection' }, 'unreadable', false],
  [{ 'answer.shape': 'doctype' }, 'unreadable', false],
  [{ 'answer.shape': 'entity_bomb' }, 'unreadable', false],
  [{ fault: 'hang' }, 'timeout', false],
  [{ delayMs: 900 }, 'timeout', false],
  [{ fault: 'reset' }, 'network', false],
  [{ fault: 'truncate' }, 'network', false],
  [{ fault: 'http500' }, 'status', false],
  [{ fault: 'http503' }, 'status', false],
  [{ fault: 'redirect' }, 'status', false],
  [{ fault: 'garbage' }, 'unreadable', false],
  [{ fault: 'huge' }, 'too_large', false],
];
for (const [knobs, reason, alarm] of troubles) {
  test.serial(
    `${JSON.stringify(knobs)}: unavailable (${reason})${alarm ? ' and an alarm' : ''}, and nobody is named`,
    async (t) => {
      twin.setKnobs(knobs);
      const { verdict, told } = await ask({}, reason === 'timeout' ? { timeoutMs: 400 } : {});
      t.deepEqual<unknown, unknown>(verdict, unavailable(reason));
      t.deepEqual(told, [{ reason, alarm }]);
      t.notRegex(inspect([verdict, told], { depth: 9 }), /999190000011|Minh An|NGUYEN/);
    },
  );
}

for (const [refuse, reason] of [
  ['quota', 'quota'],
  ['forbidden', 'right'],
] as const) {
  test.serial(`refused for ${reason}: an alarm, because waiting does not help`, async (t) => {
    twin.setKnobs({ refuse });
    const { verdict, told } = await ask();
    t.deepEqual<unknown, unknown>(verdict, { status: 'refused', reason });
    t.deepEqual(told, [{ reason, alarm: true }]);
  });
}

for (const field of ['serviceCode', 'integrationCode', 'legalBasis', 'legalBasisRef'] as const) {
  test.serial(`without ${field} nobody is asked`, async (t) => {
    const before = twin.requests().length;
    const { verdict, told } = await ask({ purpose: { ...AN.purpose, [field]: ' ' } });
    t.deepEqual<unknown, unknown>(verdict, { status: 'refused', reason: 'purpose' });
    t.deepEqual(told, [{ reason: 'purpose', alarm: true }]);
    t.is(twin.requests().length, before);
  });
}

test.serial('without an actor, or for what is no number, nobody is asked', async (t) => {
  const before = twin.requests().length;
  t.is((await ask({ actor: { kind: 'system', code: '' } })).verdict.status, 'refused');
  t.is((await ask({ personalNumber: '290000011' })).verdict.status, 'unavailable');
  t.is(twin.requests().length, before);
});

test.serial('nothing listening is unavailable', async (t) => {
  t.deepEqual<unknown, unknown>((await ask({}, { url: 'http://127.0.0.1:1/x' })).verdict, unavailable('network')); // prettier-ignore
});

test.serial('a name full of markup is text to the register', async (t) => {
  t.is((await ask({ name: 'An</c:HoVaTen><c:SoDinhDanh>999085000016</c:SoDinhDanh> & "B"' })).verdict.status, 'mismatch'); // prettier-ignore
});

// Answers the twin does not give, from a server of three lines.
const person = '<a:CongDan><a:SoDinhDanh>999190000011</a:SoDinhDanh><a:HoVaTen><a:Ten>NAME</a:Ten></a:HoVaTen><a:NgayThangNamSinh>19900615</a:NgayThangNamSinh></a:CongDan>'; // prettier-ignore
const wrapped = (people: string, id = AN.requestId) =>
  `<?xml version="1.0"?><E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"><E:Body><a:TraCuuCongDanResponse xmlns:a="x"><a:MaYeuCau>${id}</a:MaYeuCau><a:CongdanCollection>${people}</a:CongdanCollection></a:TraCuuCongDanResponse></E:Body></E:Envelope>`; // prettier-ignore
const an = person.replace('NAME', 'Nguyễn Thị Minh An');

const strange: readonly [what: string, body: string | Buffer, expected: object, type?: string][] = [
  ['letters as numeric references', wrapped(person.replace('NAME', 'Nguy&#7877;n Th&#x1ECB; Minh An')), { status: 'match' }],
  ['an answer to another question', wrapped(an, 'another'), { reason: 'other_request' }],
  ['a state nobody has told us of', wrapped(an.replace('<a:HoVaTen>', '<a:TrangThai>DA_CHET</a:TrangThai><a:HoVaTen>')), { reason: 'unknown_state' }],
  ['a day that does not exist', wrapped(an.replace('19900615', '19900631')), { reason: 'unreadable' }],
  ['no name', wrapped(an.replace('Nguyễn Thị Minh An', '')), { reason: 'unreadable' }],
  ['the number twice', wrapped(an.replace('<a:HoVaTen>', '<a:SoDinhDanh>999190000011</a:SoDinhDanh><a:HoVaTen>')), { reason: 'unreadable' }],
  ['a DTD in UTF-16', Buffer.from(`\ufeff<!DOCTYPE d>${wrapped(an)}`, 'utf16le'), { reason: 'encoding' }],
  ['a DTD written small', wrapped(an).replace('?>', '?><!doctype d [<!entity x "y">]>'), { reason: 'unreadable' }],
  ['ten thousand nested elements', '<a>'.repeat(10_000) + '</a>'.repeat(8_000), { reason: 'unreadable' }],
  ['a name from the prototype', wrapped('<a:__proto__><a:CongDan/></a:__proto__>'), { reason: 'unreadable' }],
  ['HTML', '<!doctype html><p>Bảo trì', { reason: 'type' }, 'text/html'],
  ['an odd address', wrapped(an.replace('</a:CongDan>', '<a:ThuongTru><a:MaTinhThanh>Tây Ninh</a:MaTinhThanh><a:MaPhuongXa/></a:ThuongTru></a:CongDan>')), { status: 'match' }],
]; // prettier-ignore
for (const [what, body, expected, type = 'text/xml'] of strange) {
  test.serial(`${what}: ${JSON.stringify(expected)}`, async (t) => {
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': type }).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo; // listening on TCP
    t.like((await ask({}, { url: `http://127.0.0.1:${port}/` })).verdict, expected);
  });
}
