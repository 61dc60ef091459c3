// SOAP in and out. Requests are parsed without DTD and entities beyond the five of XML.

import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Answer } from '../twin/server.ts';
import type { RegisterCitizen } from './citizens.ts';

export type RegisterQuestion = { readonly [Field in (typeof fields)[number]]: string };

const fields = ['HoVaTen', 'SoDinhDanh', 'Nam', 'MaTichHop', 'MaDVC', 'MaCanBo', 'MaYeuCau'] as const;
const NAMESPACE = 'http://congdan.csdldc.sandbox/';

// Numbers stay text: 072… would lose its zero.
const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, ignoreAttributes: true });
const field = z.string().max(200).default('');
const envelope = z.object({
  Envelope: z.object({
    Body: z.object({ TraCuuCongDan: z.object(Object.fromEntries(fields.map((name) => [name, field]))) }),
  }),
});

/** undefined: not the request this service knows. */
export function readQuestion(body: string): RegisterQuestion | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(body)) return undefined;
  try {
    const read = envelope.parse(parser.parse(body, true)).Envelope.Body.TraCuuCongDan;
    return read as RegisterQuestion; // the schema was built from the same list of fields
  } catch {
    return undefined;
  }
}

export function collection(
  citizens: readonly RegisterCitizen[],
  requestId: string,
  withDistrict: boolean,
): Answer {
  const people = citizens.map((citizen) => congDan(citizen, withDistrict)).join('');
  return soap(
    200,
    `<ns:TraCuuCongDanResponse xmlns:ns="${NAMESPACE}"><ns:MaYeuCau>${xml(requestId)}</ns:MaYeuCau>` +
      `<ns:CongdanCollection>${people}</ns:CongdanCollection></ns:TraCuuCongDanResponse>`,
  );
}

/** SOAP 1.1: a fault travels with HTTP 500. */
export function fault(who: 'Client' | 'Server', code: string, sentence: string): Answer {
  return soap(
    500,
    `<soapenv:Fault><faultcode>soapenv:${who}</faultcode><faultstring>${xml(sentence)}</faultstring>` +
      `<detail><MaLoi>${xml(code)}</MaLoi></detail></soapenv:Fault>`,
  );
}

export function soap(status: number, body: string, prologue = ''): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' },
    body:
      `<?xml version="1.0" encoding="UTF-8"?>${prologue}` +
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
      `<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
  };
}

function congDan(citizen: RegisterCitizen, withDistrict: boolean): string {
  const { provinceCode, communeCode } = citizen.residence;
  // A cancelled number yields its state and nothing about the person or the new number.
  if (citizen.superseded)
    return `<ns:CongDan><ns:SoDinhDanh>${citizen.personalNumber}</ns:SoDinhDanh><ns:TrangThai>DA_HUY</ns:TrangThai></ns:CongDan>`;
  return (
    `<ns:CongDan><ns:SoDinhDanh>${citizen.personalNumber}</ns:SoDinhDanh>` +
    `<ns:HoVaTen><ns:Ten>${xml(citizen.name)}</ns:Ten></ns:HoVaTen>` +
    `<ns:NgayThangNamSinh>${citizen.birthdate}</ns:NgayThangNamSinh>` +
    `<ns:GioiTinh>${citizen.sex === 'male' ? '1' : '2'}</ns:GioiTinh>` +
    `<ns:ThuongTru><ns:MaTinhThanh>${provinceCode}</ns:MaTinhThanh>` +
    `<ns:MaQuanHuyen>${withDistrict ? '703' : ''}</ns:MaQuanHuyen>` +
    `<ns:MaPhuongXa>${communeCode}</ns:MaPhuongXa></ns:ThuongTru></ns:CongDan>`
  );
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
