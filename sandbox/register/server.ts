// A simulated population register behind the provincial exchange (LGSP), as a real HTTP server.
// Contract identity-vn.md section 2. One service: POST /congdan/tracuu, SOAP 1.1.
//   asked with  HoVaTen (upper case, no diacritics) SoDinhDanh Nam MaTichHop MaDVC MaCanBo MaYeuCau
//   answers     CongdanCollection, with no, one or (knob) two CongDan
//   refuses     a request that names no procedure and no officer: the register is no free oracle
// Another person: POST /__sandbox/citizens {personalNumber, name, birthdate}.

import { z } from 'zod';
import { json, parsedJson, startTwin, text, type Answer, type Asked, type Twin } from '../twin/server.ts';
import { citizenSchema, registerCitizen, registerCitizens, type RegisterCitizen } from './citizens.ts';
import { knobSchema, type RegisterKnobs } from './knobs.ts';
import { collection, fault, readQuestion, soap, type RegisterQuestion } from './xml.ts';

export const REGISTER_PATH = '/congdan/tracuu';
export type RegisterTwin = Twin<RegisterKnobs> & { readonly serviceUrl: string };

export async function startRegister(
  options: {
    /** 0 or absent: any free port. */
    readonly port?: number;
    readonly host?: string;
    readonly citizens?: readonly RegisterCitizen[];
    readonly knobs?: Partial<RegisterKnobs>;
  } = {},
): Promise<RegisterTwin> {
  const citizens = [...(options.citizens ?? registerCitizens)];
  const twin = await startTwin<RegisterKnobs>({
    port: options.port,
    host: options.host,
    knobSchema,
    knobs: options.knobs,
    answer(asked, { knobs }): Answer {
      if (asked.path === '/__sandbox/citizens') return addCitizen(asked, citizens);
      return { ...answerTo(asked, citizens, knobs), fault: knobs.fault, delayMs: knobs.delayMs };
    },
  });
  return { ...twin, serviceUrl: `${twin.url}${REGISTER_PATH}` };
}

function addCitizen(asked: Asked, citizens: RegisterCitizen[]): Answer {
  const given = citizenSchema.safeParse(asked.method === 'POST' ? parsedJson(asked) : undefined);
  if (!given.success) return json(400, { problem: z.prettifyError(given.error) });
  const citizen = registerCitizen(given.data);
  const known = citizens.findIndex(({ personalNumber }) => personalNumber === citizen.personalNumber);
  if (known >= 0) citizens.splice(known, 1);
  citizens.push(citizen);
  return json(201, { personalNumber: citizen.personalNumber });
}

function answerTo(asked: Asked, citizens: readonly RegisterCitizen[], knobs: RegisterKnobs): Answer {
  if (asked.path !== REGISTER_PATH) return text(404, 'not found');
  if (asked.method !== 'POST') return text(405, 'method not allowed');
  if (!/^text\/xml\b/i.test(asked.headers['content-type'] ?? ''))
    return fault('Client', 'DINH_DANG', 'Content-Type phải là text/xml');
  const question = readQuestion(asked.body);
  if (question === undefined) return fault('Client', 'DINH_DANG', 'Yêu cầu không đúng định dạng');
  return refusalOf(question, knobs) ?? misshapen(knobs) ?? found(question, citizens, knobs);
}

function refusalOf(question: RegisterQuestion, knobs: RegisterKnobs): Answer | undefined {
  for (const field of ['MaDVC', 'MaCanBo', 'MaTichHop', 'MaYeuCau'] as const) {
    if (question[field] === '') return fault('Client', 'THIEU_THONG_TIN', `Thiếu ${field}`);
  }
  if (!/^[0-9]{12}$/.test(question.SoDinhDanh))
    return fault('Client', 'DINH_DANG', 'SoDinhDanh phải có 12 chữ số');
  if (question.HoVaTen === '' || !/^[0-9]{4}$/.test(question.Nam))
    return fault('Client', 'THIEU_THONG_TIN', 'Thiếu HoVaTen hoặc Nam');
  if (knobs.refuse === 'quota') return fault('Client', 'VUOT_HAN_MUC', 'Đã hết số lượt tra cứu trong ngày');
  if (knobs.refuse === 'forbidden')
    return fault('Client', 'KHONG_CO_QUYEN', 'Không có quyền khai thác dữ liệu');
  return undefined;
}

function misshapen(knobs: RegisterKnobs): Answer | undefined {
  switch (knobs['answer.shape']) {
    case 'soap_fault':
      return fault('Server', 'HE_THONG', 'Hệ thống đang bận');
    case 'no_collection':
      return soap(200, '<KetQua>OK</KetQua>');
    case 'doctype':
      return soap(
        200,
        '<KetQua>&passwd;</KetQua>',
        '<!DOCTYPE d [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>',
      );
    case 'entity_bomb':
      return soap(
        200,
        '<KetQua>&c;</KetQua>',
        `<!DOCTYPE d [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]>`,
      );
    case 'right':
    case 'with_district':
    case 'two_people':
    case 'other_number':
      return undefined;
  }
}

function found(
  question: RegisterQuestion,
  citizens: readonly RegisterCitizen[],
  knobs: RegisterKnobs,
): Answer {
  const shape = knobs['answer.shape'];
  const hits = citizens.filter(
    (citizen) =>
      citizen.personalNumber === question.SoDinhDanh &&
      (knobs['match.by'] === 'number' || agrees(citizen, question)),
  );
  const others = citizens.filter(({ personalNumber }) => personalNumber !== question.SoDinhDanh);
  const people =
    shape === 'two_people'
      ? [...hits, ...others.slice(0, 1)]
      : shape === 'other_number'
        ? others.slice(0, 1)
        : hits;
  return collection(people, question.MaYeuCau, shape === 'with_district');
}

function agrees(citizen: RegisterCitizen, question: RegisterQuestion): boolean {
  return keyOf(citizen.name) === question.HoVaTen && citizen.birthdate.slice(0, 4) === question.Nam;
}

// The register's own key. Written again here on purpose: a twin that shared our code would agree with our mistakes.
function keyOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/đ/g, 'd')
    .replace(/Đ/g, 'D')
    .toUpperCase();
}
