// The exact answers of protocol §4. Header values stay on one line and ASCII; what a person may
// read is in the problem body. No acr_values before rows 1–5 passed: it would tell strangers our
// policy (RFC 9470 §9).

import { challengeOf, type CatalogueAction, type Decision } from '../../policies/decide.ts';
import { acrOf } from '../../policies/level.ts';
import type { Language } from './language.ts';
import type { Settings } from './options.ts';
import { problemWords, signInAgain, type ProblemType, type ProblemWords } from './words.ts';

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

/** What every answer needs to know about the question. */
export type Asked = { readonly decisionId: string; readonly language: Language; readonly settings: Settings };

export const nationalPortal = 'https://dichvucong.gov.vn/';
const retryAfterSeconds = 5;

export function isFinding(value: object): value is Finding {
  return 'row' in value && 'why' in value;
}

type FindingAnswer = {
  readonly status: number;
  readonly type: ProblemType;
  readonly error?: string;
  readonly description?: string;
};

const findingAnswers: Readonly<Record<Finding['row'], FindingAnswer>> = {
  'invalid-request': { status: 400, type: 'invalid-request', error: 'invalid_request' },
  'no-token': { status: 401, type: 'no-token' },
  'invalid-token': { status: 401, type: 'invalid-token', error: 'invalid_token' },
  dpop: { status: 401, type: 'dpop', error: 'invalid_dpop_proof' },
  'dpop-nonce': { status: 401, type: 'dpop', error: 'use_dpop_nonce' },
  'consent-withdrawn': {
    status: 401,
    type: 'consent-withdrawn',
    error: 'invalid_token',
    description: 'consent_withdrawn',
  },
  ended: { status: 401, type: 'ended', error: 'invalid_token', description: 'ended' },
  unavailable: { status: 503, type: 'unavailable' },
};

export function answerFinding({ row, why }: Finding, asked: Asked, nonce?: string): Answer {
  const { status, type, error, description } = findingAnswers[row];
  const challenge = challengeHeader(
    asked.settings,
    error === undefined
      ? []
      : [
          ['error', error],
          ['error_description', description ?? why],
        ],
  );
  return answer(
    asked,
    status,
    type,
    {},
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
  asked: Asked,
): Answer {
  const scope = action?.require.scopes.join(' ') ?? '';
  const insufficientScope = {
    'WWW-Authenticate': challengeHeader(asked.settings, [
      ['error', 'insufficient_scope'],
      ['error_description', 'The token does not cover this action'],
      ['scope', scope],
    ]),
  };
  switch (decision.row) {
    case 'step-up':
      if (action !== undefined) return answerStepUp(decision, action, asked);
      return answer(asked, 403, 'unknown-action', { action: name });
    case 'scope':
      return answer(asked, 403, 'scope', { action: name, scope }, insufficientScope);
    case 'consent-required':
      return answer(
        asked,
        403,
        'consent-required',
        { action: name, scope, purpose: action?.require.consent?.purpose },
        insufficientScope,
      );
    case 'denied':
      return answer(asked, 403, 'denied', { action: name });
    case 'handover':
      // The service sends the person there; no data and no token of ours goes along (law contract §2).
      return answer(asked, 403, 'handover', { action: name, location: nationalPortal });
    case 'unknown-action':
    case 'allow': // Never answered: the caller asks only about refusals. Denying is the safe reading.
      return answer(asked, 403, 'unknown-action', { action: name });
  }
}

function answerStepUp(decision: Decision, action: CatalogueAction, asked: Asked): Answer {
  const { level, maxAge, amrAnyOf, evidenceAnyOf } = action.require;
  const { acrBase } = asked.settings;
  const { acrValues, scope } = challengeOf(action, acrBase);
  const header = challengeHeader(asked.settings, [
    ['error', 'insufficient_user_authentication'],
    ['error_description', 'A higher or fresher authentication is required'],
    ['acr_values', acrValues],
    ...(maxAge === undefined ? [] : [['max_age', String(maxAge)] as const]),
    ['scope', scope],
  ]);
  const members = {
    action: action.action,
    required: {
      ...(level === 0 ? {} : { acr: acrOf(level, acrBase) }),
      max_age: maxAge,
      amr_any_of: amrAnyOf,
      evidence_any_of: evidenceAnyOf,
    },
    actual: {
      ...(decision.level === 0 ? {} : { acr: acrOf(decision.level, acrBase) }),
      ...(Number.isFinite(decision.age) ? { age: decision.age } : {}),
    },
  };
  const words = level === 2 ? undefined : signInAgain[asked.language];
  return answer(asked, 401, 'step-up', members, { 'WWW-Authenticate': header }, words);
}

function answer(
  { settings, language, decisionId }: Asked,
  status: number,
  type: ProblemType,
  members: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
  words: ProblemWords = problemWords[language][type],
): Answer {
  return {
    status,
    headers: {
      ...headers,
      'Cache-Control': 'no-store',
      'Content-Type': 'application/problem+json',
      'Content-Language': language,
    },
    problem: {
      type: `${settings.issuer}/problems/${type}`,
      status,
      ...words,
      ...members,
      decision_id: decisionId,
    },
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
