// The rules for one service as a whole: what it may know of people, and that nothing in its file is idle.

import type { Complaint } from './read.ts';
import type { PurposeEntry, ServiceFile } from './schema.ts';

export function* lintService(content: ServiceFile): Generator<Complaint> {
  yield* lintOffer(content);
  yield* lintPseudonymity(content);
  yield* lintUnusedPurposes(content);
  yield* lintChildren(content);
}

// A service nobody can use is a mistake; one that is only for reading says what there is to read.
function* lintOffer({ service, actions }: ServiceFile): Generator<Complaint> {
  if (actions.length > 0 || service.public.some(({ title }) => title !== undefined)) return;
  yield {
    path: ['service', 'public'],
    message:
      'dịch vụ không có việc nào thì phải có ít nhất một đường công khai có title, để người dân biết xem được gì',
  };
}

// "One voice per person" without knowing the person: the pairwise id says that it is one, not who.
function* lintPseudonymity({ service, purposes }: ServiceFile): Generator<Complaint> {
  if (service.pseudonymous === undefined) return;
  if (service.transferAgreement !== undefined) {
    yield {
      path: ['service', 'transferAgreement'],
      message: 'dịch vụ ẩn danh (pseudonymous) không nhận dữ liệu cá nhân, hãy xoá transferAgreement',
    };
  }
  for (const [index, purpose] of purposes.entries()) {
    if (purpose.data.length > 0) {
      yield {
        path: ['purposes', index, 'data'],
        message: `dịch vụ ẩn danh (pseudonymous) không được dùng dữ liệu cá nhân: ${namesOf(purpose)}; hãy để data: []`,
      };
    }
  }
}

// A voluntary purpose may stand alone (a notice by message); any other is there for an action.
function* lintUnusedPurposes({ purposes, actions }: ServiceFile): Generator<Complaint> {
  const used = new Set(
    actions.flatMap(({ require, lawfulPurpose }) => [require.consent?.purpose, lawfulPurpose]),
  );
  for (const [index, { id, basis, needed }] of purposes.entries()) {
    const isVoluntary = basis === 'consent' && !needed;
    if (used.has(id) || isVoluntary) continue;
    yield {
      path: ['purposes', index, 'id'],
      message: `không việc nào dùng mục đích ${id}; hãy xoá, hoặc ghi needed: false nếu là tự nguyện`,
    };
  }
}

// Law contract §7: for a child the guardian acts, and the guardian has a level 2 of their own.
function* lintChildren({ purposes, actions }: ServiceFile): Generator<Complaint> {
  const ofChildren = new Set(
    purposes.filter(({ data }) => data.some(({ claim }) => claim.startsWith('child_'))).map(({ id }) => id),
  );
  for (const [index, { require, lawfulPurpose }] of actions.entries()) {
    const purposeId = [require.consent?.purpose, lawfulPurpose].find(
      (id) => id !== undefined && ofChildren.has(id),
    );
    if (purposeId !== undefined && require.level < 2) {
      yield {
        path: ['actions', index, 'require', 'level'],
        message: `mục đích ${purposeId} dùng dữ liệu của trẻ em, nên việc này phải ở mức 2`,
      };
    }
  }
}

const namesOf = ({ data }: PurposeEntry): string => data.map(({ claim }) => claim).join(', ');
