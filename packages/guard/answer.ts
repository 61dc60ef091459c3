// The exact answers of protocol §4. Header values stay on one line and ASCII; what a person may
// read is in the problem body. No acr_values before rows 1–5 passed: it would tell strangers our
// policy (RFC 9470 §9).

import { challengeOf, type CatalogueAction, type Decision } from '../../policies/decide.ts';
import { acrOf } from '../../policies/level.ts';
import type { Settings } from './options.ts';

/** A finding of rows 1–5, or that we cannot decide. `why` is ASCII and names no value of the request. */
export type Finding = {
  readonly row:
    | 'invalid-request'
    | 'no-token'
    | 'invalid-token'
    | 'dpop'
    | 'dpop-nonce'
    | 'consent-withdrawn'
    | 'ended'
    | 'unavailable';
  readonly why: string;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly [member: string]: unknown;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Problem;
};

export const nationalPortal = 'https://dichvucong.gov.vn/';
const retryAfterSeconds = 5;

export function isFinding(value: object): value is Finding {
  return 'row' in value && 'why' in value;
}

const findingAnswers: Readonly<
  Record<
    Finding['row'],
    { status: number; type: string; title: string; error?: string; description?: string }
  >
> = {
  'invalid-request': {
    status: 400,
    type: 'invalid-request',
    title: 'Yêu cầu không hợp lệ',
    error: 'invalid_request',
  },
  'no-token': { status: 401, type: 'no-token', title: 'Cần đăng nhập' },
  'invalid-token': {
    status: 401,
    type: 'invalid-token',
    title: 'Phiên đăng nhập không còn dùng được',
    error: 'invalid_token',
  },
  dpop: {
    status: 401,
    type: 'dpop',
    title: 'Không xác nhận được ứng dụng đang gửi yêu cầu',
    error: 'invalid_dpop_proof',
  },
  'dpop-nonce': { status: 401, type: 'dpop', title: 'Ứng dụng cần gửi lại yêu cầu', error: 'use_dpop_nonce' },
  'consent-withdrawn': {
    status: 401,
    type: 'consent-withdrawn',
    title: 'Bạn đã rút lại đồng ý',
    error: 'invalid_token',
    description: 'consent_withdrawn',
  },
  ended: {
    status: 401,
    type: 'ended',
    title: 'Phiên đăng nhập đã kết thúc',
    error: 'invalid_token',
    description: 'ended',
  },
  unavailable: { status: 503, type: 'unavailable', title: 'Hệ thống đang bận, vui lòng thử lại sau ít phút' },
};

export function answerFinding(
  { row, why }: Finding,
  decisionId: string,
  settings: Settings,
  nonce?: string,
): Answer {
  const { status, type, title, error, description } = findingAnswers[row];
  const challenge = challengeHeader(
    settings,
    error === undefined
      ? []
      : [
          ['error', error],
          ['error_description', description ?? why],
        ],
  );
  return answer(
    settings,
    status,
    type,
    { title, decision_id: decisionId },
    {
      ...(status === 503 ? { 'Retry-After': String(retryAfterSeconds) } : { 'WWW-Authenticate': challenge }),
      ...(nonce === undefined ? {} : { 'DPoP-Nonce': nonce }),
    },
  );
}

/** Rows 6–10. `action` is undefined only for row 6. */
export function answerDecision(
  decision: Decision,
  action: CatalogueAction | undefined,
  name: string,
  decisionId: string,
  settings: Settings,
): Answer {
  const common = { action: name, decision_id: decisionId };
  const scope = action?.require.scopes.join(' ') ?? '';
  const insufficientScope = {
    'WWW-Authenticate': challengeHeader(settings, [
      ['error', 'insufficient_scope'],
      ['error_description', 'The token does not cover this action'],
      ['scope', scope],
    ]),
  };
  switch (decision.row) {
    case 'step-up':
      if (action !== undefined) return answerStepUp(decision, action, common, settings);
      return answer(settings, 403, 'unknown-action', { title: 'Việc này chưa được mở', ...common });
    case 'scope':
      return answer(
        settings,
        403,
        'scope',
        { title: 'Ứng dụng chưa được cấp quyền cho việc này', scope, ...common },
        insufficientScope,
      );
    case 'consent-required':
      return answer(
        settings,
        403,
        'consent-required',
        {
          title: 'Cần bạn đồng ý trước khi tiếp tục',
          scope,
          purpose: action?.require.consent?.purpose,
          ...common,
        },
        insufficientScope,
      );
    case 'denied':
      return answer(settings, 403, 'denied', { title: 'Ứng dụng này không được làm việc này', ...common });
    case 'handover':
      // The service sends the person there; no data and no token of ours goes along (law contract §2).
      return answer(settings, 403, 'handover', {
        title: 'Việc này làm tại Cổng Dịch vụ công quốc gia',
        location: nationalPortal,
        ...common,
      });
    case 'unknown-action':
    case 'allow': // Never answered: the caller asks only about refusals. Denying is the safe reading.
      return answer(settings, 403, 'unknown-action', { title: 'Việc này chưa được mở', ...common });
  }
}

function answerStepUp(
  decision: Decision,
  action: CatalogueAction,
  common: object,
  settings: Settings,
): Answer {
  const { level, maxAge, amrAnyOf, evidenceAnyOf } = action.require;
  const { acrValues, scope } = challengeOf(action, settings.acrBase);
  const header = challengeHeader(settings, [
    ['error', 'insufficient_user_authentication'],
    ['error_description', 'A higher or fresher authentication is required'],
    ['acr_values', acrValues],
    ...(maxAge === undefined ? [] : [['max_age', String(maxAge)] as const]),
    ['scope', scope],
  ]);
  return answer(
    settings,
    401,
    'step-up',
    {
      title: `Cần xác thực mức ${level}`,
      detail:
        level === 2
          ? 'Việc này cần bước xác minh danh tính. Bạn làm bước xác minh rồi thử lại.'
          : 'Bạn cần đăng nhập lại rồi thử lại.',
      ...common,
      required: {
        ...(level === 0 ? {} : { acr: acrOf(level, settings.acrBase) }),
        max_age: maxAge,
        amr_any_of: amrAnyOf,
        evidence_any_of: evidenceAnyOf,
      },
      actual: {
        ...(decision.level === 0 ? {} : { acr: acrOf(decision.level, settings.acrBase) }),
        ...(Number.isFinite(decision.age) ? { age: decision.age } : {}),
      },
    },
    { 'WWW-Authenticate': header },
  );
}

function answer(
  settings: Settings,
  status: number,
  type: string,
  members: Omit<Problem, 'type' | 'status'> & { readonly title: string },
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { ...headers, 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
    problem: { type: `${settings.issuer}/problems/${type}`, status, ...members },
  };
}

function challengeHeader(settings: Settings, parameters: readonly (readonly [string, string])[]): string {
  const all = [
    ...parameters,
    ['algs', 'ES256'] as const,
    ['resource_metadata', settings.resourceMetadataUrl] as const,
  ];
  return `DPoP ${all.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`;
}

// RFC 9110 quoted-string, without the characters that would need escaping or end the line.
function quotable(value: string): string {
  return value.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '');
}
