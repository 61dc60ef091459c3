import test from 'ava';
import { createHash, randomUUID } from 'node:crypto';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after } from '../support/domain.ts';
import { HOSO, checkedReceipts, handlesOf, marksOf, openLedger, stateOf, statesOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

let ledger: Ledger;
test.before(async () => {
  ledger = await openLedger();
});
test.after.always(() => ledger.close());

/** A citizen who has agreed to both purposes through two clients. */
async function agreed() {
  const accountId = await ledger.citizen();
  const choices = { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given' } as const;
  for (const clientId of ['miniapp', 'portal']) await ledger.give({ accountId, clientId, choices });
  const filing = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
  const notices = await stateOf(ledger.db, accountId, 'hoso.bao-tin');
  return { accountId, filing, notices };
}
const withdraw = (accountId: string, record: { id: string; version: number }) =>
  ledger.withdraw({ accountId, recordId: record.id, expectedVersion: record.version });

async function addGrant(accountId: string, resources: Record<string, string>) {
  const id = `grant-${randomUUID()}`;
  const payload = { accountId, clientId: 'portal', resources, openid: { scope: 'openid' } };
  await ledger.db.run(sql`
    insert into oidc_grant (id, account_id, client_id, payload, expires_at)
    values (${id}, ${accountId}, 'portal', ${JSON.stringify(payload)}, now() + interval '1 day')`);
  const artifact = async (about: object) => {
    const key = createHash('sha256').update(randomUUID()).digest();
    await ledger.db.run(sql`
      insert into oidc_artifact (kind, id, grant_id, payload, expires_at)
      values (1, ${key}, ${id}, ${JSON.stringify({ grantId: id, ...about })}, now() + interval '1 day')`);
  };
  await artifact({ aud: HOSO });
  await artifact({ resource: HOSO });
  await artifact({ aud: 'https://phananh.dichvu.tayninh.gov.vn' });
  return id;
}
const resourcesOf = async (id: string) =>
  (await ledger.db.row<{ resources: Record<string, string> }>(sql`select payload->'resources' as resources from oidc_grant where id = ${id}`))?.resources; // prettier-ignore
const artifactsOf = async (id: string) =>
  (await ledger.db.rows(sql`select id from oidc_artifact where grant_id = ${id}`)).length;

test('withdrawing ends the purpose and leaves the other', async (t) => {
  const { accountId, filing } = await agreed();
  t.like(await withdraw(accountId, filing), {
    outcome: 'withdrawn',
    serviceId: HOSO,
    purposeId: 'hoso.xu-ly',
  });
  t.like(await stateOf(ledger.db, accountId, 'hoso.xu-ly'), { state: 'withdrawn', version: 2 });
  t.like(await stateOf(ledger.db, accountId, 'hoso.bao-tin'), { state: 'given', version: 1 });
  await t.notThrowsAsync(checkedReceipts(ledger, accountId));
});

test('the receipt of a withdrawal quotes the words that were agreed to, also when they have changed or gone since', async (t) => {
  const { accountId, filing } = await agreed();
  const purpose = ledger.catalogue.purposeById.get('hoso.xu-ly');
  if (purpose === undefined) return t.fail();
  const raised = new Map(ledger.catalogue.purposeById).set(purpose.id, { ...purpose, version: 9, text: { vi: 'Lời khác', en: 'Other words' } });
  raised.delete('hoso.bao-tin');
  const later = ledger.house(ledger.db, { ...ledger.catalogue, purposeById: raised });
  const what = { accountId, recordId: filing.id, expectedVersion: 1 };
  t.like(await ledger.withdraw(what, after(60), later), { outcome: 'withdrawn' });
  const gone = await stateOf(ledger.db, accountId, 'hoso.bao-tin');
  t.like(await ledger.withdraw({ ...what, recordId: gone.id }, after(61), later), { outcome: 'withdrawn' });
  t.like(await stateOf(ledger.db, accountId, 'hoso.xu-ly'), { state: 'withdrawn', purpose_version: purpose.version });
  const receipts = await checkedReceipts(ledger, accountId);
  t.like(receipts.get('hoso.xu-ly')?.at(-1)?.payload.purposes[0], { version: purpose.version, text: purpose.text.vi });
}); // prettier-ignore

test('withdrawing twice is quiet, whatever version the second tab shows', async (t) => {
  const { accountId, filing } = await agreed();
  await withdraw(accountId, filing);
  const handles = await handlesOf(ledger.db, accountId);
  t.deepEqual(await withdraw(accountId, filing), { outcome: 'already' });
  t.deepEqual(await withdraw(accountId, { ...filing, version: 2 }), { outcome: 'already' });
  t.deepEqual(await handlesOf(ledger.db, accountId), handles, 'no second watermark');
});

test('of ten withdrawals at once one is written', async (t) => {
  const { accountId, filing } = await agreed();
  const second = ledger.house(ledger.second);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      ledger.withdraw({ accountId, recordId: filing.id, expectedVersion: 1 }, after(60), i % 2 === 0 ? ledger.house() : second),
    ),
  ); // prettier-ignore
  t.is(answers.filter(({ outcome }) => outcome === 'withdrawn').length, 1);
  t.is(answers.filter(({ outcome }) => outcome === 'already').length, 9);
});

test('a tab that shows an old version is told to look again', async (t) => {
  const { accountId, filing } = await agreed();
  await withdraw(accountId, filing);
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given' } }, after(90));
  t.deepEqual(await withdraw(accountId, filing), { outcome: 'changed' });
  t.like(await stateOf(ledger.db, accountId, 'hoso.xu-ly'), { state: 'renewed', version: 3 });
});

test('what was refused cannot be withdrawn', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: {} });
  const record = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
  t.deepEqual(await withdraw(accountId, record), { outcome: 'changed' });
});

test("somebody else's consent, and one that is not there, are one answer", async (t) => {
  const { accountId, filing } = await agreed();
  const { accountId: other } = await agreed();
  const nobody = await ledger.citizen();
  for (const [who, recordId] of [[other, filing.id], [nobody, filing.id], [accountId, randomUUID()]] as const) {
    const error = await t.throwsAsync(ledger.withdraw({ accountId: who, recordId, expectedVersion: 1 }), { instanceOf: Refusal });
    t.like(error, { kind: 'missing', message: 'no such consent' });
  }
  t.like(await stateOf(ledger.db, accountId, 'hoso.xu-ly'), { state: 'given', version: 1 });
}); // prettier-ignore

test('the handle of every client rises and each gets its watermark', async (t) => {
  const { accountId, filing } = await agreed();
  const before = await handlesOf(ledger.db, accountId);
  await withdraw(accountId, filing);
  const handles = await handlesOf(ledger.db, accountId);
  t.is(handles.length, 2);
  for (const [i, handle] of handles.entries()) {
    t.is(handle.version, (before[i]?.version ?? 0) + 1);
    t.deepEqual(await marksOf(ledger.db, handle.consent_id), [{ min_version: handle.version, client_id: handle.client_id }]); // prettier-ignore
  }
});

test('the grant keeps what rests on law, and the tokens of that service end', async (t) => {
  const { accountId, filing } = await agreed();
  const other = 'https://phananh.dichvu.tayninh.gov.vn';
  const id = await addGrant(accountId, { [HOSO]: 'svc:hoso:nop svc:hoso:xem', [other]: 'svc:phananh:gui' });
  await withdraw(accountId, filing);
  t.deepEqual(await resourcesOf(id), { [HOSO]: 'svc:hoso:xem', [other]: 'svc:phananh:gui' });
  t.is(await artifactsOf(id), 1, 'tokens of the other service stay');
});

test('a grant that keeps nothing is ended with all its tokens', async (t) => {
  const { accountId, filing } = await agreed();
  const id = await addGrant(accountId, { [HOSO]: 'svc:hoso:nop' });
  await withdraw(accountId, filing);
  t.is(await resourcesOf(id), undefined);
  t.is(await artifactsOf(id), 0);
});

test('withdrawing a notice that no action needs leaves the grant whole', async (t) => {
  const { accountId, notices } = await agreed();
  const id = await addGrant(accountId, { [HOSO]: 'svc:hoso:nop svc:hoso:xem' });
  await withdraw(accountId, notices);
  t.deepEqual(await resourcesOf(id), { [HOSO]: 'svc:hoso:nop svc:hoso:xem' });
  t.is(await artifactsOf(id), 3);
});

test("nobody else's grant is touched", async (t) => {
  const { accountId, filing } = await agreed();
  const other = await agreed();
  const id = await addGrant(other.accountId, { [HOSO]: 'svc:hoso:nop' });
  await withdraw(accountId, filing);
  t.deepEqual(await resourcesOf(id), { [HOSO]: 'svc:hoso:nop' });
  t.is(await artifactsOf(id), 3);
});

test('a withdrawal cut off between its statements leaves everything as it was', async (t) => {
  const { accountId, filing } = await agreed();
  const id = await addGrant(accountId, { [HOSO]: 'svc:hoso:nop' });
  const [states, handles] = [await statesOf(ledger.db, accountId), await handlesOf(ledger.db, accountId)];
  const killed = { ...ledger.house(), grants: { narrow: () => Promise.reject(new Error('killed')) } };
  const what = { accountId, recordId: filing.id, expectedVersion: 1 };
  await t.throwsAsync(ledger.withdraw(what, after(60), killed), { message: 'killed' });
  await t.throwsAsync(
    ledger.db.transaction(async () => {
      await ledger.withdraw(what);
      throw new Error('killed later');
    }),
    { message: 'killed later' },
  );
  t.deepEqual(await statesOf(ledger.db, accountId), states);
  t.deepEqual(await handlesOf(ledger.db, accountId), handles);
  t.deepEqual(await resourcesOf(id), { [HOSO]: 'svc:hoso:nop' });
  await t.notThrowsAsync(checkedReceipts(ledger, accountId));
});
