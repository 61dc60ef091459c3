import test from 'ava';
import {
  claimableScopes,
  claimName,
  claimsByScope,
  isClaimScope,
  levelOfClaims,
  releasableClaims,
  servesClaims,
} from '../../policies/claims.ts';
import type { ClaimService } from '../../policies/claims.ts';

const purpose = (id: string, data: readonly string[], basis = 'consent', basisRef?: string) => ({
  id,
  basis,
  data: data.map((claim) => ({ claim })),
  ...(basisRef === undefined ? {} : { basisRef }),
});
const service = (purposes: ClaimService['purposes'], over: Partial<ClaimService> = {}): ClaimService => ({
  transferAgreement: 'TT-1',
  purposes,
  ...over,
});
const PIN = purpose('pin', ['personal_number'], 'consent', 'Luật X');

// Facts: who asks, which scopes, which level and consents stand; and what may leave.
const table: readonly (readonly [
  title: string,
  service: ClaimService | undefined,
  scopes: string,
  stands: { level: 0 | 1 | 2; agreed: readonly string[] },
  released: Record<string, readonly string[]>,
])[] = [
  ['no service', undefined, 'tn.identity', { level: 2, agreed: [] }, {}],
  ['no agreement', { purposes: [purpose('a', ['name'])] }, 'tn.identity', { level: 2, agreed: ['a'] }, {}],
  ['a service that knows people by pairwise ids only', service([purpose('a', ['name'])], { pseudonymous: true }), 'tn.identity', { level: 2, agreed: ['a'] }, {}], // prettier-ignore
  ['no consent', service([purpose('a', ['name'])]), 'tn.identity', { level: 2, agreed: [] }, {}],
  ['consent to another purpose', service([purpose('a', ['name']), purpose('b', [])]), 'tn.identity', { level: 2, agreed: ['b'] }, {}], // prettier-ignore
  ['level too low', service([purpose('a', ['name'])]), 'tn.identity', { level: 1, agreed: ['a'] }, {}],
  ['not signed in', service([purpose('a', ['name'])]), 'profile.basic', { level: 0, agreed: ['a'] }, {}],
  ['claim by claim', service([purpose('a', ['name'])]), 'tn.identity', { level: 2, agreed: ['a'] }, { 'tn.identity': ['name'] }], // prettier-ignore
  ['two purposes together', service([purpose('a', ['name']), purpose('b', ['gender'])]), 'tn.identity', { level: 2, agreed: ['a', 'b'] }, { 'tn.identity': ['name', 'gender'] }], // prettier-ignore
  ['a purpose by law needs no consent', service([purpose('a', ['name'], 'art19_1_c', 'Điều 19')]), 'tn.identity', { level: 2, agreed: [] }, { 'tn.identity': ['name'] }], // prettier-ignore
  ['but it must name the law', service([purpose('a', ['name'], 'art19_1_c')]), 'tn.identity', { level: 2, agreed: ['a'] }, {}], // prettier-ignore
  ['the number without a basis', service([purpose('a', ['personal_number'])]), 'tn.pin', { level: 2, agreed: ['a'] }, {}], // prettier-ignore
  ['the number with one', service([PIN]), 'tn.pin', { level: 2, agreed: ['pin'] }, { 'tn.pin': ['personal_number'] }], // prettier-ignore
  ['the number at level 1', service([PIN]), 'tn.pin tn.pin.masked', { level: 1, agreed: ['pin'] }, {}],
  ['a masked number is not a number', service([purpose('a', ['personal_number_masked'], 'consent', 'Luật X')]), 'tn.pin tn.pin.masked', { level: 2, agreed: ['a'] }, { 'tn.pin.masked': ['personal_number_masked'] }], // prettier-ignore
  ['an age from the birth date', service([purpose('a', ['birthdate'])]), 'tn.age', { level: 2, agreed: ['a'] }, { 'tn.age': ['age_over_16', 'age_over_18'] }], // prettier-ignore
  ['no birth date from an age', service([purpose('a', ['age_over_18'])]), 'tn.age tn.identity tn.verified', { level: 2, agreed: ['a'] }, { 'tn.age': ['age_over_18'] }], // prettier-ignore
  ['scopes nobody knows', service([PIN]), 'openid tn.level svc:hoso:nop tn.residence tn.pin.all', { level: 2, agreed: ['pin'] }, {}], // prettier-ignore
];

for (const [title, asking, scopes, stands, released] of table) {
  test(`released: ${title}`, (t) => {
    t.deepEqual(Object.fromEntries(releasableClaims(asking, scopes.split(' '), stands)), released);
  });
}

test('names of Object are no scopes', (t) => {
  for (const odd of ['constructor', '__proto__', 'toString', '', 'TN.PIN']) t.false(isClaimScope(odd), odd);
});

test('what a client could ever have does not depend on the person', (t) => {
  t.deepEqual(claimableScopes(service([PIN]), ['tn.pin', 'tn.age', 'openid']), ['tn.pin']);
  t.deepEqual(claimableScopes(service([purpose('a', ['personal_number'])]), ['tn.pin', 'tn.pin.masked']), ['tn.pin.masked']); // prettier-ignore
  t.deepEqual(claimableScopes(undefined, ['tn.pin']), []);
});

test('a person is asked about the purposes that list what is asked for', (t) => {
  t.true(servesClaims(PIN, ['tn.pin']));
  t.false(servesClaims(PIN, ['tn.identity']));
  t.false(servesClaims(purpose('a', ['personal_number']), ['tn.pin']), 'it could not carry the number');
});

test('the level of a request is that of its highest claim', (t) => {
  t.is(levelOfClaims(['openid', 'svc:hoso:nop']), 0);
  t.is(levelOfClaims(['phone', 'profile.basic']), 1);
  t.is(levelOfClaims(['phone', 'tn.age']), 2);
});

test('claims that OpenID Connect does not know have an address beside the levels', (t) => {
  const base = 'https://id.tayninh.gov.vn/acr/';
  t.is(claimName('personal_number', base), 'https://id.tayninh.gov.vn/claims/personal_number');
  t.is(claimName('birthdate', base), 'birthdate');
  t.deepEqual(claimsByScope(base)['tn.verified'], ['verified_claims']);
  t.deepEqual(claimsByScope(base)['tn.identity'], ['name', 'birthdate', 'gender']);
});
