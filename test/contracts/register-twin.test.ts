// The simulated population register by raw HTTP. Contract identity-vn.md section 2.

import { XMLParser } from 'fast-xml-parser';
import test from 'ava';
import { z } from 'zod';
import { registerCitizens } from '../../sandbox/register/citizens.ts';
import type { RegisterKnobs } from '../../sandbox/register/knobs.ts';
import { startRegister } from '../../sandbox/register/server.ts';

type Question = Record<string, string | undefined>;

const register = await startRegister();
test.after.always(() => register.close());
test.afterEach.always(() => register.resetKnobs());

const right: Question = {
  HoVaTen: 'NGUYEN THI MINH AN',
  SoDinhDanh: '999190000011',
  Nam: '1990',
  MaTichHop: 'TNID',
  MaDVC: '1.000001.000.00.00.H80',
  MaCanBo: 'tnid-system',
  MaYeuCau: '0193b0a0-0000-7000-8000-000000000001',
};

function envelope(question: Question): string {
  const fields = Object.entries(question).map(([name, value]) =>
    value === undefined ? '' : `<c:${name}>${value}</c:${name}>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="http://congdan.csdldc.sandbox/">' +
    `<s:Body><c:TraCuuCongDan>${fields.join('')}</c:TraCuuCongDan></s:Body></s:Envelope>`
  );
}

async function post(body: string, type = 'text/xml; charset=utf-8') {
  const response = await fetch(register.serviceUrl, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
    redirect: 'manual',
  });
  return { status: response.status, xml: await response.text() };
}

const person = z.looseObject({ SoDinhDanh: z.string() });
const answer = z.object({
  Envelope: z.object({
    Body: z.object({
      Fault: z.object({ detail: z.object({ MaLoi: z.string() }) }).optional(),
      TraCuuCongDanResponse: z
        .object({
          MaYeuCau: z.string(),
          // An empty collection is parsed as an empty text.
          CongdanCollection: z.union([
            z.object({ CongDan: z.array(person) }),
            z.literal('').transform(() => ({ CongDan: [] })),
          ]),
        })
        .optional(),
    }),
  }),
});

async function ask(change: Question = {}, knobs: Partial<RegisterKnobs> = {}) {
  register.setKnobs(knobs);
  const { status, xml } = await post(envelope({ ...right, ...change }));
  const parser = new XMLParser({
    removeNSPrefix: true,
    parseTagValue: false,
    isArray: (name) => name === 'CongDan',
  });
  const { Fault, TraCuuCongDanResponse } = answer.parse(parser.parse(xml)).Envelope.Body;
  return {
    status,
    people: TraCuuCongDanResponse?.CongdanCollection.CongDan ?? [],
    requestId: TraCuuCongDanResponse?.MaYeuCau,
    fault: Fault?.detail.MaLoi,
  };
}

test.serial('match: one person with number, name, birth date, sex and residence', async (t) => {
  t.deepEqual(await ask(), {
    status: 200,
    requestId: right['MaYeuCau'],
    fault: undefined,
    people: [
      {
        SoDinhDanh: '999190000011',
        HoVaTen: { Ten: 'Nguyễn Thị Minh An' },
        NgayThangNamSinh: '19900615',
        GioiTinh: '2',
        ThuongTru: { MaTinhThanh: '80', MaQuanHuyen: '', MaPhuongXa: '25459' },
      },
    ],
  });
});

test.serial('every seeded citizen is found by number, and has place code 999', async (t) => {
  for (const { personalNumber } of registerCitizens) {
    t.regex(personalNumber, /^999[0-9]{9}$/);
    t.is((await ask({ SoDinhDanh: personalNumber })).people[0]?.SoDinhDanh, personalNumber);
  }
});

test.serial('not found: an empty collection, not an error', async (t) => {
  const { status, people } = await ask({ SoDinhDanh: '999190999999' });
  t.deepEqual([status, people], [200, []]);
});

test.serial(
  'a name that does not fit: the record by default, nothing where the register matches itself',
  async (t) => {
    t.is((await ask({ HoVaTen: 'TRAN VAN B' })).people.length, 1);
    t.is((await ask({ HoVaTen: 'TRAN VAN B' }, { 'match.by': 'number_name_year' })).people.length, 0);
    t.is((await ask({ Nam: '1991' })).people.length, 0);
    t.is((await ask()).people.length, 1);
  },
);

test.serial('superseded: the state of the number and nothing about its person', async (t) => {
  const { people } = await ask({ SoDinhDanh: '999091000013', HoVaTen: 'LE VAN THU', Nam: '1991' });
  t.deepEqual(people, [{ SoDinhDanh: '999091000013', TrangThai: 'DA_HUY' }]);
});

for (const field of ['MaDVC', 'MaCanBo', 'MaTichHop', 'MaYeuCau', 'HoVaTen', 'Nam']) {
  for (const value of ['', undefined]) {
    test.serial(`refused: ${field} ${value === '' ? 'empty' : 'missing'}`, async (t) => {
      const { status, people, fault } = await ask({ [field]: value });
      t.deepEqual([status, people, fault], [500, [], 'THIEU_THONG_TIN']);
    });
  }
}

const faults: readonly [what: string, change: Question, knobs: Partial<RegisterKnobs>, fault: string][] = [
  ['quota', {}, { refuse: 'quota' }, 'VUOT_HAN_MUC'],
  ['no right', {}, { refuse: 'forbidden' }, 'KHONG_CO_QUYEN'],
  ['the register is busy', {}, { 'answer.shape': 'soap_fault' }, 'HE_THONG'],
  ['old nine-digit number', { SoDinhDanh: '290000011' }, {}, 'DINH_DANG'],
];
for (const [what, change, knobs, expected] of faults) {
  test.serial(`fault: ${what}`, async (t) => {
    const { status, people, fault } = await ask(change, knobs);
    t.deepEqual([status, people, fault], [500, [], expected]);
  });
}

test.serial('two people and another number, when the knob says so', async (t) => {
  t.is((await ask({}, { 'answer.shape': 'two_people' })).people.length, 2);
  t.not((await ask({}, { 'answer.shape': 'other_number' })).people[0]?.SoDinhDanh, right['SoDinhDanh']);
  t.like((await ask({}, { 'answer.shape': 'with_district' })).people[0]?.['ThuongTru'], {
    MaQuanHuyen: '703',
  });
});

test.serial('hostile XML answers are there for the client to survive', async (t) => {
  for (const shape of ['doctype', 'entity_bomb'] as const) {
    register.setKnobs({ 'answer.shape': shape });
    t.regex((await post(envelope(right))).xml, /<!DOCTYPE/);
  }
});

const broken: readonly [what: string, body: string, type?: string][] = [
  ['no XML', 'SoDinhDanh=999190000011'],
  ['another document', '<a/>'],
  ['cut off', envelope(right).slice(0, 200)],
  ['a DTD', envelope(right).replace('?>', '?><!DOCTYPE d [<!ENTITY x "999190000011">]>')],
  [
    'a field twice',
    envelope(right).replace(
      '</c:TraCuuCongDan>',
      '<c:SoDinhDanh>999085000016</c:SoDinhDanh></c:TraCuuCongDan>',
    ),
  ],
  ['JSON', '{}', 'application/json'],
];
for (const [what, body, type] of broken) {
  test.serial(`a request that is ${what} is a client fault`, async (t) => {
    const { status, xml } = await post(body, type);
    t.is(status, 500);
    t.regex(xml, /soapenv:Client.*DINH_DANG/s);
  });
}

test.serial('the register can be down', async (t) => {
  register.setKnobs({ fault: 'http503' });
  t.is((await post(envelope(right))).status, 503);
  register.setKnobs({ fault: 'reset' });
  await t.throwsAsync(post(envelope(right)));
});
