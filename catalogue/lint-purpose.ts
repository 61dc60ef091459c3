// The rules for one purpose of the catalogue (law contract §§5, 6).

import type { Complaint } from './read.ts';
import type { PurposeEntry, ServiceFile } from './schema.ts';

// NĐ 356/2025 Điều 4. Names of claims are ours; a new sensitive claim must be added here.
const sensitiveClaim =
  /^(health|biometric|face|fingerprint|ethnicity|religion|politic|location|crime|bank|sexual|private_life|behaviou?r)/;

const saysMasked = ({ vi, en }: PurposeEntry['title']): boolean =>
  /đã che|che bớt|che một phần/i.test(vi.normalize('NFC')) || /\bmasked\b/i.test(en);

export function* lintPurpose(purpose: PurposeEntry, { service }: ServiceFile): Generator<Complaint> {
  if (!purpose.id.startsWith(`${service.code}.`)) {
    yield { path: ['id'], message: `tên mục đích phải bắt đầu bằng "${service.code}."` };
  }
  if (purpose.basis !== 'consent' && purpose.basisRef === undefined) {
    yield { path: ['basis'], message: 'mục đích dựa trên luật phải có basisRef nêu điều khoản' };
  }
  const usesNumber = purpose.data.some(({ claim }) => claim === 'personal_number');
  // For a purpose by law the rule above has said so already.
  if (usesNumber && purpose.basis === 'consent' && purpose.basisRef === undefined) {
    yield {
      path: ['data'],
      message: 'mục đích dùng số định danh cá nhân (personal_number) phải có basisRef nêu căn cứ',
    };
  }
  if (usesNumber && service.transferAgreement === undefined && service.pseudonymous === undefined) {
    yield {
      path: ['data'],
      message:
        'dùng số định danh cá nhân (personal_number) thì dịch vụ phải có transferAgreement (số văn bản thoả thuận chuyển giao dữ liệu)',
    };
  }
  for (const [index, { claim, class: dataClass, label }] of purpose.data.entries()) {
    // The claim decides what leaves (policies/claims.ts); the label is what the person was promised.
    if (saysMasked(label) && !claim.endsWith('_masked')) {
      yield {
        path: ['data', index, 'claim'],
        message: `nhãn nói là đã che bớt, nên dữ liệu phải là ${claim}_masked; ghi ${claim} là cho đi toàn bộ`,
      };
    }
    if (sensitiveClaim.test(claim) && dataClass !== 'sensitive') {
      yield {
        path: ['data', index, 'class'],
        message: `${claim} là dữ liệu nhạy cảm, phải ghi class: sensitive`,
      };
    }
  }
}
