import { Ajv } from 'ajv';
import test from 'ava';
import { sql } from '../../database.ts';
import type { IdentitySource } from '../../policies/methods.ts';
import { verifiedClaims } from '../../policies/verified-claims.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { claimsFrom, createPortalOf, PORTAL } from '../support/claims.ts';
import { useDatabase } from '../support/database.ts';
import { ask, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, meet, signIn } from '../support/visitor.ts';
import { verifiedClaimsSchema } from './verified-claims-schema.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortalOf(house, 'cong', PORTAL);
});
test.after.always(() => house?.stop());

const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(verifiedClaimsSchema);
const complaints = (value: unknown) => (validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)); // prettier-ignore
const provenAt = new Date('2026-11-22T07:00:00.000Z');
const made = (source: IdentitySource, claims: Record<string, string> = { name: 'Nguyễn Thị Minh An' }) =>
  verifiedClaims({ source, organisation: 'C06', checkId: 'c-1', provenAt }, 'vp_1', claims);

const evidence: readonly (readonly [IdentitySource, readonly (readonly [type: string, methods: readonly string[]])[]])[] = [
  ['vneid', [['electronic_record', ['auth']]]],
  ['register_match', [['electronic_record', ['data']]]],
  ['chip_c06', [['document', ['vcrypt', 'data']]]],
  ['counter', [['document', ['vpip']], ['electronic_record', ['data']]]],
]; // prettier-ignore
for (const [source, expected] of evidence) {
  test(`evidence from ${source} says what was looked at and how, as the standard writes it`, (t) => {
    const value = made(source);
    t.deepEqual(complaints(value), []);
    const list = value?.verification['evidence'] as {
      type: string;
      check_details: { check_method: string }[];
    }[]; // shape checked above
    t.deepEqual(list.map(({ type, check_details }) => [type, check_details.map((one) => one.check_method)]), expected as never); // prettier-ignore
  });
}

test('the schema itself refuses what the standard refuses', (t) => {
  const good = made('vneid');
  if (good === undefined) return t.fail();
  const { verification, claims } = good;
  const { trust_framework: _, ...nameless } = verification;
  for (const [title, bad] of [
    ['no trust framework', { verification: nameless, claims }],
    ['no claims', { verification, claims: {} }],
    ['a claim outside the permitted ones', { verification, claims: { ...claims, personal_number: '1' } }],
    ['a date without a zone', { verification: { ...verification, time: '2026-11-22T14:00:00' }, claims }],
    ['a birth date in Vietnamese order', { verification, claims: { birthdate: '15/06/1990' } }],
    [
      'evidence without checks',
      { verification: { ...verification, evidence: [{ type: 'document' }] }, claims },
    ],
    ['an empty list of evidence', { verification: { ...verification, evidence: [] }, claims }],
  ] as const)
    t.true(complaints(bad).length > 0, title);
});

test('a birth date may be a year; without any claim there is nothing to say', (t) => {
  t.deepEqual(complaints(made('register_match', { birthdate: '1954' })), []);
  t.is(made('vneid', {}), undefined);
});

test('UserInfo carries verified_claims when they were asked for, by the standard’s schema', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, { scope: 'openid tn.verified' });
  const claims = await claimsFrom(rp, tokens);
  t.deepEqual(Object.keys(claims), ['verified_claims'], 'the plain claims were not asked for');
  const verified = claims['verified_claims'];
  t.deepEqual(complaints(verified), []);
  t.like(verified, { claims: { name: visitor.person.name } });
  const text = JSON.stringify(verified);
  t.false(text.includes(visitor.person.personalNumber));
  const zalo = await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${visitor.person.zaloId}`); // prettier-ignore
  t.false(text.includes(zalo?.account_id ?? ''));

  const without = await signIn(rp, visitor, { scope: 'openid tn.identity' });
  t.false('verified_claims' in (await claimsFrom(rp, without.tokens)));
});

test('inside stands only what a chosen purpose of that service names', async (t) => {
  const dossiers = await createPortalOf(house, 'cong-ho-so', DOSSIERS);
  const visitor = await meet(house);
  const { tokens } = await signIn(dossiers, visitor, { scope: 'openid tn.verified tn.pin' });
  const claims = await claimsFrom(dossiers, tokens);
  t.like(claims, { verified_claims: { claims: { name: visitor.person.name } } });
  const inside = (claims['verified_claims'] as { claims: object }).claims; // just seen
  t.deepEqual(Object.keys(inside), ['name'], 'the dossiers’ purposes name no birth date');
});

test('two services cannot find each other’s person by the name of the verification', async (t) => {
  const dossiers = await createPortalOf(house, 'cong-ho-so-2', DOSSIERS);
  const visitor = await meet(house);
  const process = async (party: Rp) => {
    const { tokens } = await signIn(party, visitor, { scope: 'openid tn.verified' });
    const { verified_claims: verified } = await claimsFrom(party, tokens);
    return (verified as { verification: { verification_process: string } }).verification.verification_process; // by the schema
  };
  const [portal, other] = [await process(rp), await process(dossiers)];
  t.regex(portal, /^vp_[\w-]{22}$/);
  t.not(portal, other);
  t.is(await process(rp), portal, 'the same to the same service');
});

test('a binding that has ended vouches for nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, { scope: 'openid tn.verified' });
  await house.db.run(sql`
    update identity_binding set ended_at = now(), end_reason = 'lifetime' where account_id = ${await accountOf(house, visitor)}`);
  t.deepEqual(await claimsFrom(rp, tokens), {});
});

test('discovery names the framework, the evidence and the claims (OpenID Connect for Identity Assurance 1.0 section 8)', async (t) => {
  const { body } = await ask(`${house.issuer}/.well-known/openid-configuration`);
  t.like(body, {
    verified_claims_supported: true,
    trust_frameworks_supported: ['vn_tayninh_id'],
    evidence_supported: ['document', 'electronic_record'],
    documents_supported: ['idcard'],
    electronic_records_supported: ['vn_vneid_account', 'population_register'],
    claims_in_verified_claims_supported: ['name', 'birthdate', 'gender'],
    claims_parameter_supported: false,
  });
  const claims = body['claims_supported'];
  for (const one of [
    'name',
    'birthdate',
    'gender',
    'phone_number',
    'verified_claims',
    `${house.issuer}/claims/personal_number`,
  ])
    t.true(Array.isArray(claims) && claims.includes(one), one);
});
