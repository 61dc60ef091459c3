import { randomBytes, randomUUID } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { removeExpired } from '../../operations/clean-up.ts';
import { keepDevice } from '../../safety/devices.ts';
import { beginHold } from '../../safety/hold.ts';
import { openDomain, ORIGIN } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { inviteStaff } from '../../staff/invitation.ts';
import { boundCitizen, houseOf } from './people.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);

test.serial('links, waits, machines and notices go when their time is over, and not before', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const deviceKey = (name: string) => domain.vault.keyOf('device', name);
  for (const days of [1, 401]) {
    await keepDevice(domain.db, { accountId, deviceKey: deviceKey(`known-${days}`), kind: 'mac' }, ago(days));
    await beginHold(houseOf(domain), { accountId, deviceKey: deviceKey(`held-${days}`) }, ago(days - 0.5));
  }
  const count = () =>
    domain.db.row(sql`
      select (select count(*) from known_device) as devices, (select count(*) from device_hold) as holds,
        (select count(*) from not_me_link) as links, (select count(*) from notice_shown) as notices`);
  t.deepEqual(await count(), { devices: 2, holds: 2, links: 2, notices: 2 });
  await removeExpired(domain.db);
  await removeExpired(domain.db); // a notice goes after its links
  t.deepEqual(await count(), { devices: 1, holds: 1, links: 1, notices: 1 });
});

test.serial('counter work and moves go after a year, a decision before what it rests on', async (t) => {
  const { db } = domain;
  const house = { db, origin: ORIGIN };
  await inviteStaff(house, { login: 'can-bo', role: 'officer', unit: 'Quầy', communeCode: '25459' }, new Date()); // prettier-ignore
  const staffId = (await db.row<{ id: string }>(sql`select id from staff`))?.id ?? '';
  const [one, other] = [await domain.citizen(), await domain.citizen()];
  for (const days of [1, 364, 367]) {
    const at = ago(days);
    const [txId, requestId, caseId] = [randomUUID(), randomUUID(), randomUUID()];
    await db.run(sql`
      insert into authn_tx (id, kind, interaction_key, client_id, want_level, scopes, display_code, state, created_at, expires_at)
      values (${txId}, 'web', ${randomBytes(32)}, 'portal', 2, '{}', 'TN-48', 'expired', ${at}, ${at})`);
    await db.run(sql`
      insert into counter_request (id, transaction_id, account_id, client_id, code_key, state, created_at, expires_at, staff_id, commune_code, decided_at)
      values (${requestId}, ${txId}, ${one}, 'portal', ${randomBytes(32)}, 'refused', ${at}, ${at}, ${staffId}, '25459', ${at})`);
    await db.run(sql`
      insert into counter_case (id, kind, account_id, state, opened_at, expires_at, staff_id, commune_code, ended_at)
      values (${caseId}, 'account', ${one}, 'done', ${at}, ${at}, ${staffId}, '25459', ${at})`);
    for (const rests of [{ request: requestId }, { case: caseId }])
      await db.run(sql`
        insert into counter_decision (id, request_id, case_id, kind, staff_id, commune_code, reason, note_sealed, at)
        values (${randomUUID()}, ${rests.request}, ${rests.case}, 'refused', ${staffId}, '25459', 'other', ${Buffer.from('note')}, ${at})`);
    await db.run(sql`
      insert into rebind_request (id, account_id, from_account_id, number_key, requested_at, effective_at, expires_at, ended_at, outcome)
      values (${randomUUID()}, ${one}, ${other}, ${randomBytes(32)}, ${at}, ${at}, ${at}, ${at}, 'lapsed')`);
  }
  const count = () =>
    db.row(sql`
      select (select count(*) from counter_request) as requests, (select count(*) from counter_case) as cases,
        (select count(*) from counter_decision) as decisions, (select count(*) from rebind_request) as moves`);
  await t.throwsAsync(db.run(sql`delete from counter_decision where at > now() - interval '300 days'`));
  await t.throwsAsync(
    db.run(sql`update counter_decision set reason = 'x' where at < now() - interval '366 days'`),
  );
  t.deepEqual(await count(), { requests: 3, cases: 3, decisions: 6, moves: 3 });
  await removeExpired(db);
  t.deepEqual(await count(), { requests: 2, cases: 2, decisions: 4, moves: 2 });
});

test.serial('counter work that nobody finished keeps no person', async (t) => {
  const { db } = domain;
  const [staffId, left, open] = [randomUUID(), randomUUID(), randomUUID()];
  await db.run(sql`
    insert into staff (id, login, role, unit, commune_code, invited_at) values (${staffId}, 'can-bo-hai', 'officer', 'Quầy', '25459', now())`);
  const accountId = await domain.citizen();
  for (const { id, minutes } of [
    { id: left, minutes: -1 },
    { id: open, minutes: 10 },
  ])
    await db.run(sql`
      insert into counter_case (id, kind, account_id, state, opened_at, expires_at, staff_id, commune_code, facts_sealed)
      values (${id}, 'account', ${accountId}, 'open', now() - interval '1 hour', now() + ${minutes}::int * interval '1 minute', ${staffId}, '25459', ${Buffer.from('sealed')})`);
  await removeExpired(db);
  const rows = await db.rows<{ id: string; state: string; kept: boolean }>(sql`
    select id, state, facts_sealed is not null as kept from counter_case where staff_id = ${staffId}`);
  t.like(rows.find(({ id }) => id === left), { state: 'expired', kept: false }); // prettier-ignore
  t.like(rows.find(({ id }) => id === open), { state: 'open', kept: true }); // prettier-ignore
});

test.serial('a child’s question goes after thirty days, answered or not', async (t) => {
  const { db } = domain;
  const child = await domain.citizen();
  for (const days of [1, 29, 31])
    await db.run(sql`
      insert into guardian_request (id, child_account_id, client_id, service_id, scopes, body_sealed, created_at, expires_at)
      values (${randomUUID()}, ${child}, 'portal', ${`service-${days}`}, '{}', ${Buffer.from('sealed')}, ${ago(days)}, ${ago(days - 1)})`);
  await removeExpired(db);
  const left = await db.rows(sql`select id from guardian_request where child_account_id = ${child}`);
  t.is(left.length, 2);
});
