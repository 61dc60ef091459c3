import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createEvaluator, decisionsIn } from '../support/evaluator.ts';
import type { Evaluator } from '../support/evaluator.ts';
import { claimsOf, createPortal, DOSSIERS, REPORTS } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// One citizen at level 1 who may report (yes) and may not do what the catalogue does not know (no).
let house: TestHouse;
let reports: Evaluator;
let subject: object;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  const rp = await createPortal(house, 'cong-thu');
  reports = await createEvaluator(house, 'phananh', REPORTS);
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const token = String(tokens.body['access_token']);
  subject = { type: 'citizen', id: claimsOf(token)['sub'], properties: claimsOf(token) };
});
test.after.always(() => house?.stop());

const resource = { type: 'service', id: REPORTS };
const yes = { action: { name: 'phananh.gui' } };
const no = { action: { name: 'khong.co' } };
const asked = (evaluations: readonly unknown[], over: object = {}) =>
  reports.post('evaluations', { subject, resource, evaluations, ...over });

// AuthZEN 7.1.2.1: the three semantics over the same evaluations.
const semantics: readonly (readonly [string | undefined, readonly object[], readonly boolean[]])[] = [
  [undefined, [yes, no, yes], [true, false, true]],
  ['execute_all', [yes, no, yes], [true, false, true]],
  ['deny_on_first_deny', [yes, no, yes], [true, false]],
  ['deny_on_first_deny', [yes, yes], [true, true]],
  ['deny_on_first_deny', [no], [false]],
  ['permit_on_first_permit', [no, yes, no], [false, true]],
  ['permit_on_first_permit', [yes, no], [true]],
  ['permit_on_first_permit', [no, no], [false, false]],
];
test('decisions stand in the order of the questions and stop where the semantics says', async (t) => {
  for (const [semantic, evaluations, decisions] of semantics) {
    const options = semantic === undefined ? {} : { options: { evaluations_semantic: semantic, another_option: 'value' } }; // prettier-ignore
    const reply = await asked(evaluations, options);
    t.is(reply.status, 200);
    t.deepEqual(decisionsIn(reply).map(({ decision }) => decision), decisions, `${semantic} ${decisions.join()}`); // prettier-ignore
    t.false('decision' in reply.body, 'section 7.2: left out beside evaluations');
  }
});

test('a default is used where an evaluation says nothing, and replaced whole where it does', async (t) => {
  const whole = { subject, resource, ...yes };
  t.deepEqual(decisionsIn(await reports.post('evaluations', { evaluations: [whole, whole] })).map(({ decision }) => decision), [true, true]); // prettier-ignore
  const overridden = await asked([{}, { subject: { type: 'citizen', id: 'khong-ai' } }, no], yes);
  t.deepEqual(
    decisionsIn(overridden).map(({ decision }) => decision),
    [true, false, false],
  );
  const { properties: _, ...bare } = subject as { properties: object }; // made above
  const emptied = await asked([{ subject: bare }], yes);
  t.deepEqual(decisionsIn(emptied)[0]?.context.reason_admin?.failed.includes('level'), true, 'properties are not merged'); // prettier-ignore
});

test('what is wrong with one evaluation stands in its place', async (t) => {
  const reply = await asked([
    yes,
    { action: {} },
    'khong',
    { ...yes, resource: { type: 'service', id: DOSSIERS } },
  ]);
  t.is(reply.status, 200);
  const decisions = decisionsIn(reply);
  t.deepEqual(decisions.map(({ decision }) => decision), [true, false, false, false]); // prettier-ignore
  t.deepEqual(decisions.map(({ context }) => context.error?.status), [undefined, 400, 400, 403]); // prettier-ignore
  const denied = await asked([{ action: {} }, yes], {
    options: { evaluations_semantic: 'deny_on_first_deny' },
  });
  t.is(decisionsIn(denied).length, 1, 'an error is a denial');
});

test('without evaluations a batch is one evaluation, in question and answer', async (t) => {
  for (const over of [{}, { evaluations: [] }, { options: {} }]) {
    const reply = await reports.post('evaluations', { subject, resource, ...yes, ...over });
    t.like(reply.body, { decision: true });
    t.false('evaluations' in reply.body);
  }
  t.is((await reports.post('evaluations', { subject, resource })).status, 400);
});

test('a batch that is wrong as a whole is refused as a whole', async (t) => {
  for (const [title, body] of [
    ['too many', { subject, resource, ...yes, evaluations: Array.from({ length: 101 }, () => ({})) }],
    ['not a list', { subject, resource, ...yes, evaluations: {} }],
    ['an unknown semantic', { subject, resource, ...yes, evaluations: [{}], options: { evaluations_semantic: 'any' } }],
    ['options of the wrong type', { subject, resource, ...yes, evaluations: [{}], options: 'execute_all' }],
    ['a wrong default', { subject: 'ai', resource, evaluations: [{ subject, ...yes }] }],
  ] as const) {
    const reply = await reports.post('evaluations', body);
    t.is(reply.status, 400, title);
  } // prettier-ignore
  t.is(
    decisionsIn(
      await asked(
        Array.from({ length: 100 }, () => ({})),
        yes,
      ),
    ).length,
    100,
  );
});
