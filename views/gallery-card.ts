// The printed card's page in every state. The number uses place code 999, which no province has.

import { cardPage } from './card.ts';
import type { CardModel } from './card.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const empty = { number: '', name: '', day: '', month: '', year: '' };
const typed = { number: '999 190 000 011', name: 'Nguyễn Thị Minh An', day: '15', month: '6', year: '1990' };
export const cardSample: Omit<CardModel, 'page'> = { action: '#', otherAction: '#', cancelAction: '#', csrf: 'sample', transactionCode: 'TN-48', typed: empty, errors: [] }; // prettier-ignore
const state =
  (more: Partial<CardModel>) =>
  (page: PageFrame): Html =>
    cardPage({ page, ...cardSample, typed, ...more });

export const cardPages: readonly Page[] = [
  ['card', 'Thẻ căn cước', state({ typed: empty })],
  ['card-empty', 'Thẻ căn cước: chưa nhập', state({ typed: empty, errors: ['number_empty', 'name_empty', 'birthdate_empty'] })],
  ['card-mistyped', 'Thẻ căn cước: nhập sai', state({ typed: { ...typed, number: '99919000001', name: 'Nguyễn 5', day: '31' }, errors: ['number_format', 'name_letters', 'birthdate_impossible'] })],
  ['card-year', 'Thẻ căn cước: năm sinh khác số', state({ typed: { ...typed, year: '1991' }, errors: ['birthdate_against_number'] })],
  ['card-future', 'Thẻ căn cước: số chưa đúng', state({ errors: ['number_future'] })],
  ['card-qr-unreadable', 'Thẻ căn cước: mã QR lạ', state({ typed: empty, errors: ['qr_unreadable'] })],
  ['card-qr-number', 'Thẻ căn cước: số trong mã QR', state({ typed: empty, errors: ['qr_number'] })],
  ['card-qr-birthdate', 'Thẻ căn cước: mã QR chỉ có năm', state({ typed: empty, errors: ['qr_birthdate'] })],
  ['card-mrz-length', 'Thẻ căn cước: thiếu dòng', state({ typed: empty, errors: ['mrz_length', 'name_empty'] })],
  ['card-mrz-mistyped', 'Thẻ căn cước: sai ký tự', state({ errors: ['mrz_mistyped'] })],
  ['card-mrz-foreign', 'Thẻ căn cước: thẻ nước khác', state({ errors: ['mrz_foreign'] })],
  ['card-not-confirmed', 'Thẻ căn cước: chưa đối chiếu được', state({ answer: { kind: 'not_confirmed', left: 2 } })],
  ['card-last', 'Thẻ căn cước: hết lượt sau lần này', state({ answer: { kind: 'not_confirmed', left: 0 } })],
  ['card-too-often', 'Thẻ căn cước: hết lượt trong ngày', state({ answer: { kind: 'too_often' } })],
  ['card-unavailable', 'Thẻ căn cước: chưa hỏi được', state({ answer: { kind: 'unavailable' } })],
]; // prettier-ignore
