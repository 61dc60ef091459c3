import test from 'ava';
import { randomUUID } from 'node:crypto';
import { childrenOf, endGuardianship, guardiansOf, recordGuardianship } from '../../consent/guardianship.ts';
import type { NewGuardianship } from '../../consent/guardianship.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { bind, inventNumber, relative, represent } from './family.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain.close());

const house = () => ({ db: domain.db, vault: domain.vault, origin: ORIGIN });
const BORN = '2012-07-20';
const adult = () => relative(domain, '1985-03-01');

test('who is 16, not bound, under 18 or the child itself does not become a party', async (t) => {
  const [mother, child, youth] = [await adult(), await relative(domain, BORN), await relative(domain, '2009-01-01')];
  const refusals: [NewGuardianship['guardian'], NewGuardianship['child'], string][] = [
    [mother, { personalNumber: inventNumber('2010-11-22'), birthdate: '2010-11-22' }, 'not_a_child'],
    [{ accountId: await domain.citizen() }, child, 'guardian_unbound'],
    [{ personalNumber: inventNumber('1985-03-01') }, child, 'guardian_unbound'],
    [youth, child, 'guardian_not_adult'],
    [child, child, 'same_person'],
  ];
  for (const [guardian, of, reason] of refusals) t.deepEqual(await represent(domain, guardian, of), { outcome: 'refused', reason });
  t.deepEqual(await guardiansOf(domain.db, child.accountId, NOW), []);
}); // prettier-ignore

test('a binding whose lifetime is over does not make a representative', async (t) => {
  const [mother, child] = [await adult(), await relative(domain, BORN)];
  await domain.db.run(
    sql`update identity_binding set expires_at = ${after(60)} where account_id = ${mother.accountId}`,
  );
  t.deepEqual(await represent(domain, mother, child, after(61)), {
    outcome: 'refused',
    reason: 'guardian_unbound',
  });
});

test('a paper needs its number, and an officer who has seen it', async (t) => {
  const [mother, child] = [await adult(), await relative(domain, BORN)];
  for (const evidence of [
    { kind: 'birth_certificate', ref: '12/2012' },
    { kind: 'court', ref: '12/2012' },
    { kind: 'register', ref: '  ' },
    { kind: 'register', ref: 'x'.repeat(101) },
  ] as const) {
    const recorded = recordGuardianship(
      house(),
      { child, guardian: mother, evidence, officer: undefined },
      NOW,
    );
    t.like(await t.throwsAsync(recorded, { instanceOf: Refusal }), { kind: 'invalid' });
  }
});

test('what is recorded is seen by both, ends at 16, and holds no number', async (t) => {
  const [mother, child] = [await adult(), await relative(domain, BORN)];
  const recorded = await represent(domain, { personalNumber: mother.personalNumber }, child);
  if (recorded.outcome !== 'recorded') return t.fail();
  const endsAt = new Date('2028-07-19T17:00:00.000Z');
  t.deepEqual(await guardiansOf(domain.db, child.accountId, NOW), [{ guardianshipId: recorded.guardianshipId, accountId: mother.accountId, endsAt }]); // prettier-ignore
  t.deepEqual(await childrenOf(domain, mother.accountId, NOW), [{ guardianshipId: recorded.guardianshipId, accountId: child.accountId, name: 'Phạm Bảo Ngọc', endsAt }]); // prettier-ignore
  t.deepEqual(await guardiansOf(domain.db, child.accountId, endsAt), [], 'lapses by itself');
  t.deepEqual(await childrenOf(domain, mother.accountId, endsAt), []);
  const events = await domain.db.rows<{ account_id: string; details: string }>(sql`
    select s.account_id, convert_from(e.body, 'UTF8') as details from access_event e join audit_stream s using (stream_id)
    where e.kind = 'guardian.recorded' and s.account_id = any(${[mother.accountId, child.accountId]}::uuid[])`);
  t.is(events.length, 2);
  for (const { details } of events) {
    t.like(JSON.parse(details), { guardianship: recorded.guardianshipId, evidence: 'register' });
    t.notRegex(details, new RegExp(`${child.personalNumber}|${mother.personalNumber}|HT-2026`));
  }
});

test('a relationship recorded before the child has an account counts from its first binding', async (t) => {
  const mother = await adult();
  const child = { personalNumber: inventNumber(BORN), birthdate: BORN };
  t.is((await represent(domain, mother, child)).outcome, 'recorded');
  t.like((await childrenOf(domain, mother.accountId, NOW))[0], { accountId: undefined, name: undefined });
  const accountId = await domain.citizen();
  await bind(domain, { ...child, accountId });
  t.is((await guardiansOf(domain.db, accountId, NOW))[0]?.accountId, mother.accountId);
});

test('the same pair is recorded once, also at two counters at once', async (t) => {
  const [mother, child] = [await adult(), await relative(domain, BORN)];
  const outcomes = await times(8, (i) => represent({ ...domain, db: i % 2 === 0 ? domain.db : domain.second }, mother, child)); // prettier-ignore
  t.is(outcomes.filter(({ outcome }) => outcome === 'recorded').length, 1);
  t.is(outcomes.filter((one) => one.outcome === 'refused' && one.reason === 'already').length, 7);
});

test('of seven people at once, four become representatives of a child', async (t) => {
  const child = await relative(domain, BORN);
  const adults = await times(7, adult);
  const outcomes = await Promise.all(adults.map((one, i) => represent({ ...domain, db: i % 2 === 0 ? domain.db : domain.second }, one, child))); // prettier-ignore
  t.is(outcomes.filter(({ outcome }) => outcome === 'recorded').length, 4);
  t.is(outcomes.filter((one) => one.outcome === 'refused' && one.reason === 'too_many').length, 3);
  t.is((await guardiansOf(domain.db, child.accountId, NOW)).length, 4);
});

test('a representation ends once, and its place is free again', async (t) => {
  const [mother, child] = [await adult(), await relative(domain, BORN)];
  const recorded = await represent(domain, mother, child);
  if (recorded.outcome !== 'recorded') return t.fail();
  const { guardianshipId } = recorded;
  const end = (db = domain.db) => endGuardianship({ ...house(), db }, { guardianshipId, staffId: undefined, reason: 'court' }, after(1)); // prettier-ignore
  const ended = await times(6, (i) => end(i % 2 === 0 ? domain.db : domain.second));
  t.is(ended.filter(Boolean).length, 1);
  t.deepEqual(await guardiansOf(domain.db, child.accountId, after(2)), []);
  t.is((await represent(domain, mother, child, after(2))).outcome, 'recorded');
  t.false(
    await endGuardianship(
      house(),
      { guardianshipId: randomUUID(), staffId: undefined, reason: 'court' },
      NOW,
    ),
  );
});
