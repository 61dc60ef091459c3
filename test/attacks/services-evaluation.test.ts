// A service that asks whether an action is allowed, and means something else by it: values the
// database cannot hold, people of other services, more work than an answer is worth.

import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createEvaluator, decisionIn, decisionsIn, failedIn } from '../support/evaluator.ts';
import type { Evaluator } from '../support/evaluator.ts';
import { claimsOf, createPortal, DOSSIERS, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let dossiers: Evaluator;
let reports: Evaluator;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, dossiers, reports] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createEvaluator(house, 'hoso', DOSSIERS),
    createEvaluator(house, 'phananh', REPORTS),
  ]);
});
test.after.always(() => house?.stop());

async function subjectOf(wanted: { scope: string; resource: string }) {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, wanted);
  const token = String(tokens.body['access_token']);
  const claims = claimsOf(token);
  return {
    visitor,
    token,
    claims,
    subject: { type: 'citizen', id: String(claims['sub']), properties: claims },
  };
}
const reporting = { action: { name: 'phananh.gui' }, resource: { type: 'service', id: REPORTS } };
const filing = { action: { name: 'hoso.nop' }, resource: { type: 'service', id: DOSSIERS } };

// PostgreSQL holds no NUL in a text and no number of any size in an integer.
const unkept: readonly (readonly [title: string, over: object, id?: string])[] = [
  ['a subject with a NUL', {}, 'a\u0000b'],
  ['half a character in the subject', {}, '\ud800'],
  ['a client with a NUL', { client_id: 'cong\u0000' }],
  ['a level with a NUL', { acr: '\u0000' }],
  ['half a character in the level', { acr: '\udfff' }],
  ['a consent with a NUL', { consent_id: '\u0000' }],
  ['a source with a NUL', { identity_source: '\u0000', amr: ['\u0000'] }],
  ['a proof before all time', { auth_time: -1e300 }],
  ['a proof in the year 0', { auth_time: -62_167_219_200 }],
  ['a time that is no whole number', { auth_time: 1.5, iat: 0.1, consent_ver: 2.5 }],
  ['an endless version', { consent_ver: 1e308, iat: 1e308 }],
];
test('what the database cannot hold is a denial and no error', async (t) => {
  const { subject } = await subjectOf(LEVEL_ONE);
  for (const [title, over, id] of unkept) {
    const odd = { ...subject, id: id ?? subject.id, properties: { ...subject.properties, ...over } };
    const one = await reports.post('evaluation', { subject: odd, ...reporting });
    t.is(one.status, 200, `${title}: ${one.text}`);
    const many = await reports.post('evaluations', { subject: odd, ...reporting, evaluations: [{}, { action: { name: '\u0000' } }] }); // prettier-ignore
    t.is(many.status, 200, `${title}: ${many.text}`);
    t.is(decisionsIn(many)[1]?.decision, false);
  }
  const named = await reports.post('evaluation', {
    subject,
    ...reporting,
    action: { name: 'phananh.gui\u0000' },
  });
  t.deepEqual(failedIn(named), ['action']);
  t.is((await reports.post('evaluation', { subject, ...reporting, resource: { type: 'service', id: `${REPORTS}\u0000` } })).status, 403); // prettier-ignore
  t.deepEqual(
    house.logged.filter((line) => /server_error|"stack"/.test(line)),
    [],
  );
});

test('names of every object’s own members are names of nothing', async (t) => {
  const { subject } = await subjectOf(LEVEL_ONE);
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__'])
    t.deepEqual(failedIn(await reports.post('evaluation', { subject, ...reporting, action: { name } })), [
      'action',
    ]);
  const text = JSON.stringify({ subject: { type: 'citizen', id: subject.id }, ...reporting });
  const poisoned = text.replace(`"id":"${subject.id}"`, `"id":"${subject.id}","properties":{"__proto__":${JSON.stringify(subject.properties)}}`); // prettier-ignore
  t.not(poisoned, text);
  t.is(
    decisionIn(await reports.post('evaluation', poisoned)).decision,
    false,
    'what is inherited was not said',
  );
});

test('the person of another service is nobody here, whatever is said of them', async (t) => {
  const { claims, subject } = await subjectOf(LEVEL_TWO);
  const { acr, auth_time, amr, client_id, consent_id, consent_ver, purposes } = claims;
  const properties = {
    acr,
    auth_time,
    amr,
    client_id,
    consent_id,
    consent_ver,
    purposes,
    scope: 'svc:phananh:gui',
  };
  const here = { subject: { ...subject, properties }, ...reporting };
  t.deepEqual(failedIn(await reports.post('evaluation', here)), ['subject']);
  const nobody = { subject: { type: 'citizen', id: 'khong-ai', properties }, ...reporting };
  const strip = (body: string) => body.replaceAll(/d_[\w-]+/g, '');
  t.is(
    strip((await reports.post('evaluation', here)).text),
    strip((await reports.post('evaluation', nobody)).text),
  );
});

test('a consent given elsewhere, or through another portal, counts for nothing here', async (t) => {
  const { claims, subject, visitor } = await subjectOf(LEVEL_TWO);
  const other = await createPortal(house, 'cong-khac');
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const elsewhere = claimsOf(tokens.body['access_token']);
  for (const over of [
    { consent_id: elsewhere['consent_id'], consent_ver: elsewhere['consent_ver'] },
    { client_id: other.clientId },
  ]) {
    const told = { ...subject, properties: { ...claims, ...over } };
    t.true(failedIn(await dossiers.post('evaluation', { subject: told, ...filing })).includes('consent'));
  }
});

test('purposes the caller adds, and a token beside a better story, add nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO, () => 'refused');
  t.is(tokens.status, 400, 'nothing was agreed to, so there is no token');
  const { claims, subject, token } = await subjectOf({ scope: 'openid svc:hoso:xem', resource: DOSSIERS });
  const story = { ...claims, scope: 'svc:hoso:nop', purposes: ['hoso.xu-ly'], amr: ['vneid'] };
  const asked = { subject: { ...subject, properties: story }, ...filing };
  t.true(failedIn(await dossiers.post('evaluation', asked)).includes('consent'));
  t.true(
    failedIn(await dossiers.post('evaluation', { ...asked, context: { access_token: token } })).includes(
      'scope',
    ),
  );
});

test('a token of another audience is refused in a batch, and the others are answered', async (t) => {
  const mine = await subjectOf(LEVEL_ONE);
  const theirs = await subjectOf(LEVEL_TWO);
  const reply = await reports.post('evaluations', {
    ...reporting,
    evaluations: [
      { subject: mine.subject, context: { access_token: mine.token } },
      { subject: mine.subject, context: { access_token: theirs.token } },
      { subject: { type: 'citizen', id: theirs.subject.id }, context: { access_token: theirs.token } },
      { subject: theirs.subject },
      { subject: mine.subject, ...filing },
    ],
  });
  t.deepEqual(
    decisionsIn(reply).map(({ decision }) => decision),
    [true, false, false, false, false],
  );
  t.is(decisionsIn(reply)[4]?.context.error?.status, 403);
});

test('a hundred questions at once are one person looked up, and no more are taken', async (t) => {
  const { subject } = await subjectOf(LEVEL_ONE);
  const { type, id, properties } = subject;
  const { acr, auth_time, scope, client_id, consent_id, consent_ver, iat } = properties;
  const lean = { type, id, properties: { acr, auth_time, scope, client_id, consent_id, consent_ver, iat } };
  const body = (n: number) => ({
    subject: lean,
    ...reporting,
    evaluations: Array.from({ length: n }, () => ({})),
  });
  const before = Date.now();
  const full = await reports.post('evaluations', body(100));
  t.is(decisionsIn(full).length, 100);
  t.log(`100 evaluations: ${Date.now() - before} ms`);
  t.true(decisionsIn(full).every(({ decision }) => decision));
  t.is((await reports.post('evaluations', body(101))).status, 400);
});

test('no answer and no log says more of a person than the question did', async (t) => {
  const { subject, visitor } = await subjectOf(LEVEL_TWO);
  const { person } = visitor;
  const account = await accountOf(house, visitor);
  const asking = { subject: { ...subject, properties: { client_id: 'cong-thu' } }, ...filing };
  const open = await dossiers.post('evaluation', asking);
  t.deepEqual(Object.keys(decisionIn(open).context).toSorted(), ['acr_values', 'decision_id', 'max_age', 'policy', 'reason_admin', 'reason_user', 'scope']); // prettier-ignore
  for (const secret of [person.name, person.personalNumber, person.phone, account])
    t.false(open.text.includes(secret));
  const kept = await house.db.rows<{ text: string }>(sql`select d::text as text from decision_record d`);
  t.false(kept.some(({ text }) => text.includes(subject.id) || text.includes(account)));
});
