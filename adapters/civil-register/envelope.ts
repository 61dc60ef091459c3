// SOAP 1.1 out and in, as the exchange of the province carries it. Answers are read without DTD and
// entities of their own, in bounded size and depth; every field is text (a number would lose its zero).

import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { RegisterRequest } from '../../assurance/population-register.ts';
import { nameLookupKey } from '../../policies/person-name.ts';

const NAMESPACE = 'http://congdan.csdldc.sandbox/';
const DEEPEST = 12;

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreAttributes: true,
  // Numeric references: some systems write every Vietnamese letter as one.
  htmlEntities: true,
  maxNestedTags: DEEPEST,
  isArray: (name) => name === 'CongDan',
});

const text = z.string().max(200);
const congDan = z.object({
  SoDinhDanh: text,
  TrangThai: text.optional(),
  HoVaTen: z.object({ Ten: text }).optional(),
  NgayThangNamSinh: text.optional(),
  ThuongTru: z
    .object({ MaTinhThanh: text, MaQuanHuyen: text.default(''), MaPhuongXa: text })
    .optional()
    .catch(undefined),
});
const envelope = z.object({
  Envelope: z.object({
    Body: z.union([
      z.object({ Fault: z.object({ detail: z.object({ MaLoi: text }) }) }),
      z.object({
        TraCuuCongDanResponse: z.object({
          MaYeuCau: text,
          // An empty collection is read as empty text.
          CongdanCollection: z.union([
            z.object({ CongDan: z.array(congDan) }),
            z.literal('').transform(() => ({ CongDan: [] })),
          ]),
        }),
      }),
    ]),
  }),
});

export type CongDan = z.output<typeof congDan>;
export type RegisterReply =
  | { readonly kind: 'people'; readonly requestId: string; readonly people: readonly CongDan[] }
  | { readonly kind: 'fault'; readonly code: string }
  | { readonly kind: 'unreadable' };

export function questionXml({
  requestId,
  personalNumber,
  name,
  birthdate,
  purpose,
  actor,
}: RegisterRequest): string {
  const fields = {
    HoVaTen: nameLookupKey(name),
    SoDinhDanh: personalNumber,
    Nam: birthdate.slice(0, 4),
    MaTichHop: purpose.integrationCode,
    MaDVC: purpose.serviceCode,
    MaCanBo: actor.code,
    MaYeuCau: requestId,
  };
  const body = Object.entries(fields).map(([field, value]) => `<c:${field}>${escaped(value)}</c:${field}>`);
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="${NAMESPACE}">` +
    `<s:Body><c:TraCuuCongDan>${body.join('')}</c:TraCuuCongDan></s:Body></s:Envelope>`
  );
}

export function readReply(xml: string): RegisterReply {
  // Before any parser sees it: no DTD, so no entity of the document's own and nothing fetched.
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(xml)) return { kind: 'unreadable' };
  try {
    const { Body } = envelope.parse(parser.parse(xml, true)).Envelope;
    if ('Fault' in Body) return { kind: 'fault', code: Body.Fault.detail.MaLoi };
    const { MaYeuCau, CongdanCollection } = Body.TraCuuCongDanResponse;
    return { kind: 'people', requestId: MaYeuCau, people: CongdanCollection.CongDan };
  } catch {
    // What the parser complains about may quote a person's record: not even the cause is kept.
    return { kind: 'unreadable' };
  }
}

const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
