// The page of the chip in every state.

import { chipPage } from './chip.ts';
import type { ChipModel } from './chip.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const sample: Omit<ChipModel, 'page'> = { action: '#', otherAction: '#', cancelAction: '#', csrf: 'sample', transactionCode: 'TN-48' }; // prettier-ignore
const state =
  (error?: ChipModel['error']) =>
  (page: PageFrame): Html =>
    chipPage({ page, ...sample, error });

export const chipPages: readonly Page[] = [
  ['chip', 'Chip trên thẻ', state()],
  ['chip-no-file', 'Chip trên thẻ: chưa chọn tệp', state('no_file')],
  ['chip-unreadable', 'Chip trên thẻ: không đọc được', state('unreadable')],
  ['chip-not-authentic', 'Chip trên thẻ: không đúng', state('not_authentic')],
  ['chip-expired', 'Chip trên thẻ: hết hạn', state('expired')],
  ['chip-revoked', 'Chip trên thẻ: không còn hiệu lực', state('revoked')],
  ['chip-other-person', 'Chip trên thẻ: người khác', state('other_person')],
  ['chip-too-often', 'Chip trên thẻ: hết lượt', state('too_often')],
  ['chip-unavailable', 'Chip trên thẻ: chưa hỏi được', state('unavailable')],
];
