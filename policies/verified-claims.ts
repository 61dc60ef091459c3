// `verified_claims` (OpenID Identity Assurance Schema Definition 1.0, contract identity-vn §13): what
// is known of a person and by which check. Everything in it comes from one binding's evidence.

import type { IdentitySource } from './methods.ts';

/**
 * Short, as the frameworks listed by the OpenID Foundation are, and the same wherever the broker
 * stands: an address would change with a host name that is still a guess (decision 0018).
 */
export const TRUST_FRAMEWORK = 'vn_tayninh_id';

export type Evidence = {
  readonly source: IdentitySource;
  /** Who vouched, and under which number of theirs it can be found again. */
  readonly organisation: string;
  readonly checkId: string;
  readonly provenAt: Date;
};

export type VerifiedClaims = {
  readonly verification: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, string>>;
};

const VIETNAM = 'VNM';
const POPULATION_REGISTER = {
  type: 'population_register',
  source: { name: 'Cơ sở dữ liệu quốc gia về dân cư', country_code: VIETNAM },
};
const IDENTITY_CARD = { type: 'idcard', issuer: { name: 'Bộ Công an', country_code: VIETNAM } };

/** `process` names the verification to this service only. Undefined without a claim: an empty one says nothing. */
export function verifiedClaims(
  evidence: Evidence,
  process: string,
  claims: Readonly<Record<string, string>>,
): VerifiedClaims | undefined {
  if (Object.keys(claims).length === 0) return undefined;
  const time = evidence.provenAt.toISOString();
  return {
    verification: {
      trust_framework: TRUST_FRAMEWORK,
      assurance_level: '2',
      time,
      verification_process: process,
      evidence: evidenceOf(evidence, time),
    },
    claims,
  };
}

function evidenceOf({ source, organisation, checkId }: Evidence, time: string): readonly object[] {
  const check = (method: string, by: string, id?: string) => ({
    check_method: method,
    organization: by,
    ...(id === undefined ? {} : { check_id: id }),
    time,
  });
  const record = (method: string, kept: object) => ({
    type: 'electronic_record',
    check_details: [check(method, organisation, checkId)],
    time,
    record: kept,
  });
  const card = (checks: readonly object[]) => ({
    type: 'document',
    check_details: checks,
    time,
    document_details: IDENTITY_CARD,
  });
  switch (source) {
    case 'vneid':
      return [record('auth', { type: 'vn_vneid_account', source: { name: 'VNeID', country_code: VIETNAM } })];
    case 'register_match':
      return [record('data', POPULATION_REGISTER)];
    case 'chip_c06':
      return [card([check('vcrypt', 'Tây Ninh ID'), check('data', organisation, checkId)])];
    case 'counter':
      // The officer saw face and card; the number of the check is the register's.
      return [
        card([check('vpip', organisation)]),
        {
          type: 'electronic_record',
          check_details: [check('data', POPULATION_REGISTER.source.name, checkId)],
          time,
          record: POPULATION_REGISTER,
        },
      ];
  }
}

/** For discovery (OpenID Connect for Identity Assurance 1.0 §8). */
export const assuranceMetadata = (claims: readonly string[]) => ({
  verified_claims_supported: true,
  trust_frameworks_supported: [TRUST_FRAMEWORK],
  evidence_supported: ['document', 'electronic_record'],
  documents_supported: ['idcard'],
  documents_check_methods_supported: ['vpip', 'vcrypt', 'data'],
  electronic_records_supported: ['vn_vneid_account', 'population_register'],
  claims_in_verified_claims_supported: [...claims],
});
