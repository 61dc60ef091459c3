import test from 'ava';
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from '../../database.ts';
import type { Statement } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { publishPurposes } from '../../consent/publish.ts';
import { NOW, after } from '../support/domain.ts';
import { checkedReceipts, openLedger, stateOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

// What the tables themselves refuse: a statement past our code, by mistake or by hand.

let ledger: Ledger;
test.before(async () => {
  ledger = await openLedger();
});
test.after.always(() => ledger.close());

async function agreed() {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'refused' } });
  return { accountId, ...(await stateOf(ledger.db, accountId, 'hoso.xu-ly')) };
}

const forged: readonly [title: string, statement: (id: string) => Statement][] = [
  ['a state without a new version', (id) => sql`update consent set state = 'withdrawn' where id = ${id}`],
  ['a state with a new version and no event', (id) => sql`update consent set state = 'withdrawn', version = version + 1 where id = ${id}`],
  ['a version alone', (id) => sql`update consent set version = version + 1 where id = ${id}`],
  ['a version that jumps', (id) => sql`update consent set state = 'withdrawn', version = version + 2 where id = ${id}`],
  ['a version that goes back', (id) => sql`update consent set version = version - 1 where id = ${id}`],
  ['a longer validity', (id) => sql`update consent set valid_until = now() + interval '10 years' where id = ${id}`],
  ['another hash of the last entry', (id) => sql`update consent set last_entry_hash = ${randomBytes(32)} where id = ${id}`],
  ['another stream', (id) => sql`update consent set stream_id = ${randomUUID()} where id = ${id}`],
]; // prettier-ignore
for (const [title, statement] of forged) {
  test(`a consent does not take ${title}`, async (t) => {
    const { id, accountId } = await agreed();
    await t.throwsAsync(ledger.db.run(statement(id)));
    await t.throwsAsync(
      ledger.db.transaction(() => ledger.db.run(statement(id))),
      undefined,
      'nor at the end of a transaction',
    );
    t.like(await stateOf(ledger.db, accountId, 'hoso.xu-ly'), { state: 'given', version: 1 });
    await t.notThrowsAsync(checkedReceipts(ledger, accountId));
  });
}

test('a consent does not appear without its event, nor at a later version', async (t) => {
  const { id } = await agreed();
  for (const version of [1, 2]) {
    await t.throwsAsync(
      ledger.db.run(sql`
        insert into consent (id, subject_id, service_id, purpose_id, purpose_version, state, version, stream_id, last_entry_hash, changed_at)
        select ${randomUUID()}, subject_id, 'other', purpose_id, purpose_version, 'given', ${version}, ${randomUUID()}, last_entry_hash, changed_at
        from consent where id = ${id}`),
    );
  }
});

test('a consent with events cannot be removed', async (t) => {
  const { id } = await agreed();
  await t.throwsAsync(ledger.db.run(sql`delete from consent where id = ${id}`), { message: /foreign key/ });
});

test('a change that touches nothing of the choice is free', async (t) => {
  const { id } = await agreed();
  t.is(await ledger.db.run(sql`update consent set changed_at = now() where id = ${id}`), 1);
});

const frozen: readonly [table: string, update: Statement, remove: Statement][] = [
  ['consent_event', sql`update consent_event set state = 'given'`, sql`delete from consent_event`],
  ['notice', sql`update notice set language = 'en'`, sql`delete from notice`],
  ['purpose', sql`update purpose set basis_ref = 'x'`, sql`delete from purpose`],
];
for (const [table, update, remove] of frozen) {
  test(`${table} takes no update and no delete`, async (t) => {
    await agreed();
    await t.throwsAsync(ledger.db.run(update), { message: /insert only/ });
    await t.throwsAsync(ledger.db.run(remove), { message: /insert only/ });
  });
}

test('an event number of a consent is given once', async (t) => {
  const { id } = await agreed();
  await t.throwsAsync(
    ledger.db.run(sql`
      insert into consent_event (event_id, log_id, stream_id, n, consent_id, kind, state, actor_kind, event_time, entry)
      select ${randomUUID()}, log_id, stream_id, n, consent_id, kind, state, actor_kind, event_time, entry
      from consent_event where consent_id = ${id}`),
    { message: /unique/ },
  );
});

test('publishing the same catalogue again is quiet, also from two brokers at once', async (t) => {
  await t.notThrowsAsync(
    Promise.all([publishPurposes(ledger.db, ledger.catalogue, after(60)), publishPurposes(ledger.second, ledger.catalogue, after(60))]),
  );
}); // prettier-ignore

test('words changed under an old version stop the start and name the purpose', async (t) => {
  const [first, second, ...rest] = ledger.catalogue.content.purposes;
  if (first === undefined || second === undefined) return t.fail();
  const changed = { ...first, text: { ...first.text, vi: `${first.text.vi} Và cho bên khác.` } };
  const content = { ...ledger.catalogue.content, purposes: [changed, { ...second, retention: 'P99Y' }, ...rest] };
  const error = await t.throwsAsync(publishPurposes(ledger.db, { ...ledger.catalogue, content }, NOW), { instanceOf: Refusal });
  t.like(error, { kind: 'conflict', reason: 'purpose_version' });
  for (const { id } of [first, second]) t.true(error?.message.includes(id));
  for (const { id } of rest) t.false(error?.message.includes(id));
  const raised = { ...content, purposes: [{ ...changed, version: 9 }, { ...second, retention: 'P99Y', version: 9 }, ...rest] };
  await t.notThrowsAsync(publishPurposes(ledger.db, { ...ledger.catalogue, content: raised }, NOW));
}); // prettier-ignore
