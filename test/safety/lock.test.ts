import { randomUUID } from 'node:crypto';
import test from 'ava';
import { insertLevelFact } from '../../assurance/store.ts';
import { standing } from '../../assurance/level.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import { hasPasskey } from '../../authenticators/my-passkeys.ts';
import { makeRecoveryCodes, recoveryCodesLeft } from '../../authenticators/recovery-codes.ts';
import { sql } from '../../database.ts';
import { uuidv7 } from '../../keys/uuid.ts';
import { keepDevice, knownDevice } from '../../safety/devices.ts';
import { lockAccount, unlockAccount } from '../../safety/lock.ts';
import { after, NOW, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { boundCitizen, eventsOf, houseOf, messagesTo } from './people.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

const byLink = { kind: 'link' } as const;
const levelFact = (accountId: string, sessionUid: string, now = NOW) =>
  insertLevelFact(domain.db, { id: uuidv7(now), sessionUid, transactionId: undefined, accountId, level: 2, amr: ['vneid'], identitySource: 'vneid' }, now); // prettier-ignore

const stateOf = async (accountId: string) =>
  domain.db.row<{ locked_at: Date | null; lock_reason: string | null }>(
    sql`select locked_at, lock_reason from account where id = ${accountId}`,
  );

test('a lock ends proofs, sign-ins under way, codes, devices, and tells the phone', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const sessionUid = randomUUID();
  const deviceKey = domain.vault.keyOf('device', sessionUid);
  await levelFact(accountId, sessionUid);
  await keepDevice(domain.db, { accountId, deviceKey, kind: 'android' }, NOW);
  const tx = await openTransaction(domain.db, { interactionUid: randomUUID(), clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  t.is((await standing(domain.db, { sessionUid, accountId }, NOW)).level, 2);

  t.true(await lockAccount(houseOf(domain), { accountId, reason: 'lost_phone', by: { kind: 'officer', staffId: 's-1' } }, after(1))); // prettier-ignore

  t.like(await stateOf(accountId), { locked_at: after(1), lock_reason: 'lost_phone' });
  t.is((await standing(domain.db, { sessionUid, accountId }, after(2))).level, 0);
  t.false(await knownDevice(domain.db, { accountId, deviceKey }, after(2)));
  t.like(await domain.db.row(sql`select state, pending from authn_tx where id = ${tx.id}`), { state: 'failed', pending: null }); // prettier-ignore
  const floor = await domain.db.row<{ min_iat: number }>(sql`select min_iat from watermark where account_id = ${accountId} and client_id is null`); // prettier-ignore
  t.true((floor?.min_iat ?? 0) > NOW.getTime() / 1000, 'tokens signed in the second of the lock die too');
  t.deepEqual(await eventsOf(domain, accountId, 'account.locked'), [{ actor: 'operator', kind: 'account.locked', outcome: 'ok', reason: 'lost_phone', by: 'officer', staff: 's-1' }]); // prettier-ignore
  const [message] = await messagesTo(domain, phone);
  t.regex(message?.text ?? '', /^TayNinhID 15:00 22\/11: Tai khoan cua ban da khoa/);
  t.false(/\/k\//.test(message?.text ?? ''), 'a locked account has no link that locks');
});

test('of ten locks at two brokers at once one happens', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const results = await times(
    10,
    (index) =>
    lockAccount(houseOf(domain, index % 2 === 0 ? domain.db : domain.second), { accountId, reason: 'not_me', by: byLink }, NOW), // prettier-ignore
  );
  t.is(results.filter(Boolean).length, 1);
  t.is((await eventsOf(domain, accountId, 'account.locked')).length, 1);
});

test('locking again is quiet, and changes nothing', async (t) => {
  const { accountId } = await boundCitizen(domain);
  t.true(await lockAccount(houseOf(domain), { accountId, reason: 'fraud', by: { kind: 'operator' } }, NOW));
  t.false(await lockAccount(houseOf(domain), { accountId, reason: 'not_me', by: byLink }, after(60)));
  t.like(await stateOf(accountId), { locked_at: NOW, lock_reason: 'fraud' });
  t.false(await lockAccount(houseOf(domain), { accountId: randomUUID(), reason: 'fraud', by: byLink }, NOW));
});

test('unlocked, an account is the same person and nothing of before counts', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const house = houseOf(domain);
  const sessionUid = randomUUID();
  await levelFact(accountId, sessionUid);
  await lockAccount(house, { accountId, reason: 'lost_phone', by: { kind: 'officer' } }, after(1));
  t.true(await unlockAccount(house, { accountId, reason: 'person_present', by: { kind: 'officer', staffId: 's-2', caseId: 'case-1' } }, after(60))); // prettier-ignore
  t.false(await unlockAccount(house, { accountId, reason: 'mistake', by: { kind: 'operator' } }, after(61)));

  t.like(await stateOf(accountId), { locked_at: null, lock_reason: null });
  t.is((await standing(domain.db, { sessionUid, accountId }, after(61))).level, 0);
  const binding = await domain.db.row(sql`select 1 as there from identity_binding where account_id = ${accountId} and ended_at is null`); // prettier-ignore
  t.truthy(binding, 'the binding stays');
  const held = await domain.db.row<{ contested_at: Date | null }>(sql`select contested_at from phone where account_id = ${accountId} and ended_at is null`); // prettier-ignore
  t.truthy(held?.contested_at, 'a code to the phone alone is not enough any more');
  t.like(await eventsOf(domain, accountId, 'account.unlocked'), [{ reason: 'person_present', staff: 's-2', case: 'case-1' }]); // prettier-ignore
  t.is((await messagesTo(domain, phone)).length, 2);
});

test('a lock ends a wait to move the person elsewhere', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const thief = await domain.citizen();
  await domain.db.run(sql`
    insert into rebind_request (id, account_id, from_account_id, number_key, requested_at, effective_at, expires_at)
    values (${randomUUID()}, ${thief}, ${accountId}, ${domain.vault.keyOf('personal-number', accountId)}, ${NOW}, ${after(86_400)}, ${after(200_000)})`);
  await lockAccount(houseOf(domain), { accountId, reason: 'not_me', by: byLink }, after(5));
  const row = await domain.db.row(sql`select ended_at, outcome from rebind_request where from_account_id = ${accountId}`); // prettier-ignore
  t.like(row, { ended_at: after(5), outcome: 'objected' });
});

test('passkeys and recovery codes of before a lock open nothing after it', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const handle = domain.vault.keyOf('account', accountId);
  await domain.db.run(
    sql`insert into passkey_owner (user_handle, account_id) values (${handle}, ${accountId})`,
  );
  await domain.db.run(sql`
    insert into passkey (id, user_handle, credential_id, public_key, sign_count, device, backed_up, transports, aaguid, name_sealed, created_at)
    values (${randomUUID()}, ${handle}, ${handle}, ${handle}, 0, 'multi', true, '{}', ${randomUUID()}, ${handle}, ${NOW})`);
  await makeRecoveryCodes(houseOf(domain), { kind: 'account', id: accountId }, NOW);
  t.true(await hasPasskey(domain.db, { kind: 'account', id: accountId }));
  await lockAccount(houseOf(domain), { accountId, reason: 'not_me', by: byLink }, after(1));
  await unlockAccount(
    houseOf(domain),
    { accountId, reason: 'person_present', by: { kind: 'officer' } },
    after(2),
  );
  t.false(await hasPasskey(domain.db, { kind: 'account', id: accountId }));
  t.is((await recoveryCodesLeft(domain.db, { kind: 'account', id: accountId })).left, 0);
});

test('a lock that fails half-way leaves the account as it was', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const grants = { endAll: () => Promise.reject(new Error('killed')) };
  await t.throwsAsync(lockAccount({ ...houseOf(domain), grants }, { accountId, reason: 'not_me', by: byLink }, NOW), { message: 'killed' }); // prettier-ignore
  t.is((await stateOf(accountId))?.locked_at, null);
  t.deepEqual(await messagesTo(domain, phone), []);
});
