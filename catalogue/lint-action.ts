// The rules for one action of the catalogue.

import type { Complaint } from './read.ts';
import { isWrite } from '../policies/routes.ts';
import type { ActionEntry, ServiceFile } from './schema.ts';

const maxWriteAgeSeconds = 900;
const maxReadAgeSeconds = 28_800;

export function* lintAction(action: ActionEntry, { service, purposes }: ServiceFile): Generator<Complaint> {
  const { require } = action;
  if (!action.action.startsWith(`${service.code}.`)) {
    yield { path: ['action'], message: `tên việc phải bắt đầu bằng "${service.code}."` };
  }
  for (const scope of require.scopes) {
    if (!scope.startsWith(`svc:${service.code}:`)) {
      yield {
        path: ['require', 'scopes'],
        message: `phạm vi ${scope} phải bắt đầu bằng "svc:${service.code}:"`,
      };
    }
  }
  yield* lintAge(action);
  if (action.risk === 'high' && require.level === 1) {
    yield { path: ['risk'], message: 'việc rủi ro cao (high) không được để ở mức 1' };
  }
  if (require.evidenceAnyOf !== undefined && require.level === 1) {
    yield {
      path: ['require', 'evidenceAnyOf'],
      message: 'ở mức 1 danh tính chưa được xác minh; muốn đòi nguồn xác minh thì việc phải ở mức 2',
    };
  }
  yield* lintLegal(action);
  yield* lintPurposes(action, purposes);
}

function* lintAge(action: ActionEntry): Generator<Complaint> {
  const { level, maxAge } = action.require;
  if (level !== 2) return;
  if (maxAge === undefined) {
    yield { path: ['require'], message: 'việc ở mức 2 phải có maxAge (số giây kể từ bước xác minh)' };
    return;
  }
  const limit = isWrite(action) ? maxWriteAgeSeconds : maxReadAgeSeconds;
  if (maxAge > limit) {
    yield {
      path: ['require', 'maxAge'],
      message: `maxAge của việc ${isWrite(action) ? 'ghi' : 'xem'} không được quá ${limit} giây`,
    };
  }
}

// Filing administrative procedures belongs to the national portal; doing it here needs a written reason.
function* lintLegal({ legal, handover }: ActionEntry): Generator<Complaint> {
  if (legal !== undefined) return;
  yield {
    path: [],
    message:
      handover === 'local'
        ? 'handover: local chỉ được dùng khi mục legal nêu ý kiến pháp lý bằng văn bản hoặc lý do việc này không phải thủ tục hành chính'
        : 'thiếu mục legal (căn cứ pháp lý của việc này)',
  };
}

function* lintPurposes(
  { require, lawfulPurpose }: ActionEntry,
  purposes: ServiceFile['purposes'],
): Generator<Complaint> {
  const consentPurpose = require.consent?.purpose;
  if (consentPurpose === undefined && lawfulPurpose === undefined) {
    yield {
      path: ['require'],
      message:
        'việc này chưa nói dùng dữ liệu để làm gì: thêm require.consent (mục đích cần đồng ý) hoặc lawfulPurpose (mục đích dựa trên luật)',
    };
  }
  if (consentPurpose !== undefined) {
    const path = ['require', 'consent', 'purpose'];
    const purpose = purposes.find(({ id }) => id === consentPurpose);
    if (purpose === undefined) yield { path, message: `không có mục đích ${consentPurpose} trong tệp này` };
    else if (purpose.basis !== 'consent') {
      yield {
        path,
        message: `mục đích ${consentPurpose} dựa trên luật nên không hỏi đồng ý; dùng lawfulPurpose`,
      };
    } else if (!purpose.needed) {
      yield {
        path,
        message: `việc này cần mục đích ${consentPurpose}, nên mục đích đó phải ghi needed: true`,
      };
    }
  }
  if (lawfulPurpose !== undefined) {
    const path = ['lawfulPurpose'];
    const purpose = purposes.find(({ id }) => id === lawfulPurpose);
    if (purpose === undefined) yield { path, message: `không có mục đích ${lawfulPurpose} trong tệp này` };
    else if (purpose.basis === 'consent') {
      yield { path, message: `mục đích ${lawfulPurpose} cần người dân đồng ý; dùng require.consent` };
    }
  }
}
