// The rules of OpenID Identity Assurance Schema Definition 1.0 (Final, 2024-10) for what we issue,
// written from its text: sections 5.1 to 5.4. Unknown members are forbidden on purpose: here they
// would be a slip of ours, although the standard lets a receiver ignore them.

const text = { type: 'string', minLength: 1 };
// 5.1.2: ISO 8601 with a time zone.
const time = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
};
const closed = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

// 5.4.2: check_method is required in each check.
const check = closed(['check_method'], {
  check_method: { enum: ['vpip', 'vcrypt', 'data', 'auth'] },
  organization: text,
  check_id: text,
  time,
});
const checks = { type: 'array', minItems: 1, items: check };
const source = closed(['name'], { name: text, country_code: { const: 'VNM' } });

const document = closed(['type', 'check_details'], {
  type: { const: 'document' },
  check_details: checks,
  time,
  document_details: closed(['type'], { type: { enum: ['idcard'] }, issuer: source }),
});
const record = closed(['type', 'check_details'], {
  type: { const: 'electronic_record' },
  check_details: checks,
  time,
  record: closed(['type'], { type: { enum: ['vn_vneid_account', 'population_register'] }, source }),
});

export const verifiedClaimsSchema = closed(['verification', 'claims'], {
  verification: closed(['trust_framework'], {
    trust_framework: { const: 'vn_tayninh_id' },
    assurance_level: { const: '2' },
    time,
    verification_process: text,
    evidence: { type: 'array', minItems: 1, items: { anyOf: [document, record] } },
  }),
  // 5.1.1: claims must not be empty. OpenID Connect Core 5.1: a birthdate may be a year alone.
  claims: {
    ...closed([], {
      name: text,
      birthdate: { type: 'string', pattern: '^\\d{4}(-\\d{2}-\\d{2})?$' },
      gender: { enum: ['female', 'male'] },
    }),
    minProperties: 1,
  },
});
