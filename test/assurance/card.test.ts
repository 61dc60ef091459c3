import { randomInt } from 'node:crypto';
import test from 'ava';
import { proveByRegister } from '../../assurance/card.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { standingUnderWay } from '../support/level.ts';
import { openPending } from '../../assurance/pending.ts';
import type { PopulationRegister, RegisterAnswer, RegisterRequest } from '../../assurance/population-register.ts'; // prettier-ignore
import { findOpenTransaction, openTransaction } from '../../assurance/transaction.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, ORIGIN, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

// What the register says is tested in contracts/civil-register; here what the step makes of it.

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

type Status = RegisterAnswer['status'];
const NAME = 'Nguyễn Thị Minh An';
const registerTerms = {
  purpose: { serviceCode: 's', integrationCode: 'i', legalBasis: 'b', legalBasisRef: 'r' },
  actor: { kind: 'system', code: 'tnid-system' },
  matchCounts: true,
} as const;

function registerSaying(status: Status, asked: RegisterRequest[] = []): PopulationRegister {
  return {
    async match(request) {
      asked.push(request);
      const answered = { checkId: request.requestId, checkedAt: NOW, organisation: 'C06' };
      if (status === 'match') return { ...answered, status, person: { name: NAME, birthdate: '1990-06-15' } };
      if (status === 'mismatch') return { ...answered, status, mismatched: ['name'] };
      if (status === 'refused' || status === 'unavailable') return { ...answered, status, reason: 'x' };
      return { ...answered, status };
    },
  };
}

const newNumber = () => `999190${String(randomInt(1_000_000)).padStart(6, '0')}`;
let count = 0;
async function begun(accountId: string) {
  const interactionUid = `card-${(count += 1)}`;
  await openTransaction(house.db, { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const read = async () => {
    const tx = await findOpenTransaction(house.db, interactionUid);
    if (tx === undefined) throw new Error('no transaction');
    return tx;
  };
  const prove = async (register: PopulationRegister, personalNumber: string, db: Database = house.db) =>
    proveByRegister(
      {
        db,
        vault: house.vault,
        origin: ORIGIN,
        register,
        registerTerms,
      },
      { tx: await read(), accountId, sessionUid: undefined },
      { personalNumber, name: 'NGUYỄN THỊ MINH AN', birthdate: '1990-06-15' },
      NOW,
    );
  const level = async () =>
    (await standingUnderWay(house.db, { sessionUid: undefined, transactionId: (await read()).id, accountId }, NOW)).level; // prettier-ignore
  return { read, prove, level };
}
const bind = (accountId: string, personalNumber: string) =>
  bindIdentity({ ...house, origin: ORIGIN }, { accountId, clientId: 'portal', identity: { source: 'vneid', issuer: 'https://vneid.example', upstreamSub: `s-${personalNumber}`, personalNumber, name: 'An', birthdate: '1990-06-15', checkId: 'c', organisation: 'VNeID' } }, NOW); // prettier-ignore
const eventsOf = async (accountId: string) =>
  (
    await house.db.rows<{ kind: string; outcome: string; body: Buffer }>(sql`
      select kind, outcome, body from access_event e join audit_stream s using (stream_id) where s.account_id = ${accountId} order by e.n`)
  ).map(({ kind, outcome, body }) => ({ line: `${kind} ${outcome}`, body: body.toString() }));

test("a match says who the person is, in the register's spelling; level 2 waits for a phone that answers", async (t) => {
  const accountId = await house.citizen();
  const visit = await begun(accountId);
  const asked: RegisterRequest[] = [];
  const number = newNumber();
  t.deepEqual(await visit.prove(registerSaying('match', asked), number), { outcome: 'proven' });
  const tx = await visit.read();
  t.is(tx.state, 'phone');
  const { identity } = openPending(house.vault, tx);
  t.like(identity, { source: 'register_match', personalNumber: number, name: NAME, organisation: 'C06' });
  t.is(identity?.checkId, asked[0]?.requestId);
  t.like(asked[0], { purpose: registerTerms.purpose, actor: registerTerms.actor });
  t.is(await visit.level(), 0);
});

test('mismatch, no such number, a replaced one and a person bound elsewhere are one answer', async (t) => {
  const taken = newNumber();
  await bind(await house.citizen(), taken);
  const cases = [['mismatch', newNumber()], ['not_found', newNumber()], ['superseded', newNumber()], ['match', taken]] as const; // prettier-ignore
  for (const [status, number] of cases) {
    const accountId = await house.citizen();
    const visit = await begun(accountId);
    t.deepEqual(
      await visit.prove(registerSaying(status), number),
      { outcome: 'not_confirmed', left: 2 },
      status,
    );
    t.is((await visit.read()).state, 'evidence', status);
    t.is(await visit.level(), 0);
    const events = await eventsOf(accountId);
    t.deepEqual(events.map(({ line }) => line), ['stepup.card refused'], status); // prettier-ignore
  }
});

test('who has another person bound already is told the same', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, newNumber());
  const visit = await begun(accountId);
  t.is((await visit.prove(registerSaying('match'), newNumber())).outcome, 'not_confirmed');
});

test('the trail holds status, check and organisation, and nothing of the person', async (t) => {
  const accountId = await house.citizen();
  const visit = await begun(accountId);
  const number = newNumber();
  await visit.prove(registerSaying('mismatch'), number);
  await visit.prove(registerSaying('match'), number);
  const bodies = (await eventsOf(accountId)).map(({ body }) => body);
  t.is(bodies.length, 2);
  t.regex(bodies[0] ?? '', /"status":"mismatch".*"organisation":"C06"/);
  for (const body of bodies) t.false(/999190|Minh An|MINH|1990/.test(body), body);
  const rows = await house.db.rows(sql`select * from rate_limit where key like 'card-%'`);
  t.true(rows.length > 0);
  t.false(JSON.stringify(rows).includes(number));
});

test('a register that says nothing costs no attempt; one that says no costs one', async (t) => {
  const visit = await begun(await house.citizen());
  const number = newNumber();
  for (const status of [
    'unavailable',
    'refused',
    'unavailable',
    'refused',
    'unavailable',
    'unavailable',
  ] as const)
    t.deepEqual(await visit.prove(registerSaying(status), number), { outcome: 'unavailable' });
  for (const left of [2, 1, 0])
    t.deepEqual(await visit.prove(registerSaying('not_found'), number), { outcome: 'not_confirmed', left });
  t.deepEqual(await visit.prove(registerSaying('match'), number), { outcome: 'too_often' });
});

test('an account asks three times a day, in whatever visit and about whomever; then nobody is asked', async (t) => {
  const accountId = await house.citizen();
  const asked: RegisterRequest[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const visit = await begun(accountId);
    const { outcome } = await visit.prove(registerSaying('not_found', asked), newNumber());
    t.is(outcome, turn < 3 ? 'not_confirmed' : 'too_often');
  }
  t.is(asked.length, 3);
});

test('a number is asked about five times a day, by whatever accounts; a turned away account keeps its own', async (t) => {
  const number = newNumber();
  const asked: RegisterRequest[] = [];
  const register = registerSaying('not_found', asked);
  for (let turn = 0; turn < 5; turn += 1)
    t.is((await (await begun(await house.citizen())).prove(register, number)).outcome, 'not_confirmed');
  const visit = await begun(await house.citizen());
  for (let turn = 0; turn < 4; turn += 1)
    t.deepEqual(await visit.prove(register, number), { outcome: 'too_often' });
  t.is(asked.length, 5);
  t.deepEqual(await visit.prove(register, newNumber()), { outcome: 'not_confirmed', left: 2 });
});

test('of thirty questions at once over two brokers three reach the register', async (t) => {
  const visit = await begun(await house.citizen());
  const asked: RegisterRequest[] = [];
  const register = registerSaying('not_found', asked);
  const answers = await times(30, (i) =>
    visit.prove(register, newNumber(), i % 2 === 0 ? house.db : house.second),
  );
  t.is(asked.length, 3);
  t.is(answers.filter(({ outcome }) => outcome === 'not_confirmed').length, 3);
});

test('of twenty accounts asking at once about one number five reach the register', async (t) => {
  const number = newNumber();
  const asked: RegisterRequest[] = [];
  const visits = await times(20, async () => begun(await house.citizen()));
  await Promise.all(visits.map((visit, i) => visit.prove(registerSaying('not_found', asked), number, i % 2 === 0 ? house.db : house.second))); // prettier-ignore
  t.is(asked.length, 5);
});

test('of three right answers at once one proves, the others hear that the visit has moved on', async (t) => {
  const visit = await begun(await house.citizen());
  const number = newNumber();
  const tries = await Promise.allSettled(
    [house.db, house.second, house.db].map((db) => visit.prove(registerSaying('match'), number, db)),
  );
  t.is(tries.filter((one) => one.status === 'fulfilled').length, 1);
  for (const one of tries)
    if (one.status === 'rejected') t.is(one.reason instanceof Refusal && one.reason.reason, 'transaction');
});

test('without the counter nobody is asked', async (t) => {
  const visit = await begun(await house.citizen());
  const asked: RegisterRequest[] = [];
  const broken: Database = { ...house.db, apart: async () => { throw new Refusal('unavailable', 'no database', { reason: 'database' }); } }; // prettier-ignore
  const tx = await visit.read();
  const error = await t.throwsAsync(
    proveByRegister({ ...house, db: broken, origin: ORIGIN, register: registerSaying('match', asked), registerTerms }, { tx, accountId: await house.citizen(), sessionUid: undefined }, { personalNumber: newNumber(), name: NAME, birthdate: '1990' }, NOW), // prettier-ignore
    { instanceOf: Refusal },
  );
  t.is(error.kind, 'unavailable');
  t.is(asked.length, 0);
});
