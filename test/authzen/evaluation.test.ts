import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createEvaluator, decisionIn, failedIn } from '../support/evaluator.ts';
import type { Evaluator } from '../support/evaluator.ts';
import { ask, claimsOf, createPortal, DOSSIERS, INSURANCE, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let dossiers: Evaluator;
let reports: Evaluator;
let insurance: Evaluator;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, dossiers, reports, insurance] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createEvaluator(house, 'hoso', DOSSIERS),
    createEvaluator(house, 'phananh', REPORTS),
    createEvaluator(house, 'bhyt', INSURANCE),
  ]);
});
test.after.always(() => house?.stop());

type Wanted = { scope: string; resource: string };
/** Signs somebody in and says what a service that checked the token would say of them. */
async function subjectOf(wanted: Wanted, choose?: (purpose: string) => 'given' | 'refused') {
  const person = await meet(house);
  const { tokens } = await signIn(rp, person, wanted, choose);
  const token = String(tokens.body['access_token']);
  const { sub, acr, auth_time, amr, identity_source, scope, client_id, consent_id, consent_ver, iat } =
    claimsOf(token);
  const properties = { acr, auth_time, amr, identity_source, scope, client_id, consent_id, consent_ver, iat };
  return { visitor: person, token, tokens, subject: { type: 'citizen', id: String(sub), properties } };
}
const filing = { action: { name: 'hoso.nop' }, resource: { type: 'service', id: DOSSIERS } };
const reporting = { action: { name: 'phananh.gui' }, resource: { type: 'service', id: REPORTS } };

test('what the guard would allow is allowed, with the policy and the decision by name', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  const reply = await dossiers.post('evaluation', { subject, ...filing, context: { time: '1985-10-26T01:22-07:00' } }); // prettier-ignore
  t.is(reply.status, 200);
  t.regex(reply.headers.get('content-type') ?? '', /^application\/json/);
  t.is(reply.headers.get('cache-control'), 'no-store');
  t.like(reply.body, { decision: true });
  t.deepEqual(Object.keys(decisionIn(reply).context).toSorted(), ['decision_id', 'policy']);
});

test('a level that is missing is a denial with the step-up that would help', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  const low = { ...subject, properties: { ...subject.properties, acr: `${house.issuer}/acr/1`, scope: '' } };
  const reply = await dossiers.post('evaluation', { subject: low, ...filing });
  t.is(reply.status, 200);
  t.like(reply.body, {
    decision: false,
    context: {
      acr_values: `${house.issuer}/acr/2`,
      max_age: 900,
      scope: 'svc:hoso:nop',
      reason_admin: { rule: 'hoso.nop', failed: ['level', 'scope'] },
    },
  });
  t.regex(JSON.stringify(reply.body), /Cần xác thực mức 2/);
});

const worse: readonly (readonly [
  title: string,
  over: Record<string, unknown> | undefined,
  failed: readonly string[],
])[] = [
  ['an unknown acr', { acr: 'https://id.tayninh.gov.vn/acr/22' }, ['level', 'age']],
  ['an acr of the wrong type', { acr: 2 }, ['level', 'age']],
  ['no time of proof', { auth_time: undefined }, ['level', 'age']],
  ['a proof from the future', { auth_time: 4_000_000_000 }, ['level', 'age']],
  ['a proof that is too old', { auth_time: 1_700_000_000 }, ['age']],
  ['another method', { amr: ['zalo', 'otp'] }, ['method']],
  ['a scope of another service', { scope: 'svc:phananh:gui' }, ['scope']],
  ['no consent', { consent_id: undefined }, ['consent']],
  ['the handle of somebody else', { consent_id: 'c_AAAAAAAAAAAAAAAAAAAAAA' }, ['consent']],
  ['a client nobody registered', { client_id: 'khong-co' }, ['consent', 'client']],
  ['a class the caller made up', { client_id: undefined, client_class: 'gov_portal' }, ['consent', 'client']],
  ['nothing at all', undefined, ['level', 'age', 'method', 'scope', 'consent', 'client']],
];
test('whatever is worse than asked is denied by its name', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  for (const [title, over, failed] of worse) {
    const properties = over === undefined ? {} : { ...subject.properties, ...over };
    const reply = await dossiers.post('evaluation', { subject: { ...subject, properties }, ...filing });
    t.is(reply.status, 200, title);
    t.deepEqual(failedIn(reply), failed, title);
  }
});

test('the time the caller names moves nothing', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  const stale = { ...subject, properties: { ...subject.properties, auth_time: Number(subject.properties.auth_time) - 3600 } }; // prettier-ignore
  const past = new Date((Number(subject.properties.auth_time) - 3600) * 1000).toISOString();
  t.deepEqual(failedIn(await dossiers.post('evaluation', { subject: stale, ...filing, context: { time: past } })), ['age']); // prettier-ignore
});

test('actions that are not the caller’s own do not exist', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  for (const action of ['phananh.gui', 'khong.co', '__proto__', 'hoso.nop ']) {
    const reply = await dossiers.post('evaluation', { subject, ...filing, action: { name: action } });
    t.deepEqual(failedIn(reply), ['action'], action);
    t.is(decisionIn(reply).context.acr_values, undefined);
  }
  const other = await dossiers.post('evaluation', { subject, ...filing, resource: { type: 'document', id: DOSSIERS } }); // prettier-ignore
  t.deepEqual(failedIn(other), ['action']);
});

test('a caller asks about its own service only', async (t) => {
  const { subject } = await subjectOf(LEVEL_ONE);
  const reply = await dossiers.post('evaluation', { subject, ...reporting });
  t.is(reply.status, 403);
  t.is((await reports.post('evaluation', { subject, ...reporting })).body['decision'], true);
});

test('somebody this service has never met is denied, and so is what is no citizen', async (t) => {
  const { subject } = await subjectOf(LEVEL_TWO);
  const elsewhere = await subjectOf(LEVEL_ONE);
  for (const odd of [{ ...subject, id: 'khong-ai' }, { ...subject, id: elsewhere.subject.id }, { ...subject, type: 'user' }]) {
    t.deepEqual(failedIn(await dossiers.post('evaluation', { subject: odd, ...filing })), ['subject']);
  } // prettier-ignore
});

test('with the citizen’s token nothing the caller says counts', async (t) => {
  const { subject, token } = await subjectOf(LEVEL_TWO);
  const asking = (over: object, accessToken = token) =>
    dossiers.post('evaluation', { subject: { ...subject, ...over }, ...filing, context: { access_token: accessToken } }); // prettier-ignore
  t.is((await asking({ properties: { acr: `${house.issuer}/acr/1`, scope: '' } })).body['decision'], true);
  t.is((await asking({ properties: undefined })).body['decision'], true);
  t.deepEqual(
    failedIn(await asking({ id: 'khong-ai' })),
    ['invalid-token'],
    'the token is about another person',
  );

  const reporter = await subjectOf(LEVEL_ONE);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  for (const [title, bad] of [
    ['another service’s', reporter.token],
    ['altered', `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
    ['unsigned', `${none}.${payload}.`],
    ['an ID token', String(reporter.tokens.body['id_token'])],
    ['no token', 'khong-phai'],
    ['empty', ''],
  ] as const)
    t.deepEqual(failedIn(await asking({}, bad)), ['invalid-token'], title);
});

test('an opaque token is looked up as introspection does', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, { scope: 'openid svc:bhyt:xem', resource: INSURANCE });
  const token = String(tokens.body['access_token']);
  const { sub } = (await insurance.client.introspect(token)).body;
  const body = { subject: { type: 'citizen', id: sub }, action: { name: 'bhyt.xem' }, resource: { type: 'service', id: INSURANCE }, context: { access_token: token } }; // prettier-ignore
  t.is((await insurance.post('evaluation', body)).body['decision'], true);
  await rp.revoke(token);
  t.deepEqual(failedIn(await insurance.post('evaluation', body)), ['invalid-token']);
});

test('a withdrawal is denied at once, told or with the token', async (t) => {
  const { subject, token, visitor } = await subjectOf(LEVEL_TWO, (one) => one === 'hoso.xu-ly' ? 'given' : 'refused'); // prettier-ignore
  const told = { subject, ...filing };
  t.is((await dossiers.post('evaluation', told)).body['decision'], true);
  await visitor.open(`${house.issuer}/toi`);
  await visitor.browser.follow('Rút lại');
  await visitor.browser.press('Rút lại');
  t.deepEqual(failedIn(await dossiers.post('evaluation', told)), ['consent-withdrawn']);
  t.deepEqual(failedIn(await dossiers.post('evaluation', { ...told, context: { access_token: token } })), ['consent-withdrawn']); // prettier-ignore
  const forged = { ...subject, properties: { ...subject.properties, consent_ver: 99 } };
  t.deepEqual(failedIn(await dossiers.post('evaluation', { ...told, subject: forged })), ['consent']);
});

test('a locked account may do nothing', async (t) => {
  const { subject, visitor } = await subjectOf(LEVEL_ONE);
  await house.db.run(sql`
    update account set locked_at = now(), lock_reason = 'owner' where id = ${await accountOf(house, visitor)}`);
  t.deepEqual(failedIn(await reports.post('evaluation', { subject, ...reporting })), ['ended']);
});

test('tokens that ended by watermark are refused, also when the caller does not say how old they are', async (t) => {
  const { subject, visitor } = await subjectOf(LEVEL_ONE);
  await house.db.run(sql`
    insert into watermark (kind, account_id, min_iat, created_at)
    values ('sub', ${await accountOf(house, visitor)}, ${Number(subject.properties.iat) + 1}, now())`);
  const ageless = { ...subject, properties: { ...subject.properties, iat: undefined } };
  const newer = { ...subject, properties: { ...subject.properties, iat: Number(subject.properties.iat) + 1 } };
  for (const [one, failed] of [[subject, ['ended']], [ageless, ['ended']], [newer, []]] as const)
    t.deepEqual(failedIn(await reports.post('evaluation', { subject: one, ...reporting })), failed);
}); // prettier-ignore

test('each decision is kept for the service, without the person’s id', async (t) => {
  const { subject } = await subjectOf(LEVEL_ONE);
  const reply = await reports.post('evaluation', { subject, ...reporting });
  const id = (reply.body['context'] as { decision_id: string }).decision_id; // asserted by the first test
  const [row] = await house.db.rows<{ service_id: string; allow: boolean; action: string }>(sql`
    select service_id, allow, action from decision_record where decision_id = ${id}`);
  t.deepEqual(row, { service_id: REPORTS, allow: true, action: 'phananh.gui' });
  t.false(house.logged.join('').includes(subject.id));
});

test('discovery says where (section 9)', async (t) => {
  const reply = await ask(`${house.issuer}/.well-known/authzen-configuration`);
  t.is(reply.status, 200);
  t.deepEqual(reply.body, {
    policy_decision_point: house.issuer,
    access_evaluation_endpoint: `${house.issuer}/access/v1/evaluation`,
    access_evaluations_endpoint: `${house.issuer}/access/v1/evaluations`,
  });
});
