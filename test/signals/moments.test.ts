// Which moments services hear of: through the whole broker, from the page to the signed event.

import test from 'ava';
import { lockAccount } from '../../safety/lock.ts';
import { removeDevice } from '../../safety/devices.ts';
import { sql } from '../../database.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { addPasskey } from '../support/passkey-visitor.ts';
import { claimsOf, createPortal, DOSSIERS, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, ageProofs, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';
import { wordsOf } from '../../views/words/words.ts';
import { openDoor } from './http.ts';
import type { Door } from './http.ts';
import { CAEP, checkSet, remoteKeys, startReceiver } from './services.ts';
import type { CheckedSet, TestReceiver } from './services.ts';

const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
let reports: Door;
let dossiers: Door;
let receiver: TestReceiver;
test.before(async () => {
  receiver = await startReceiver();
  house = await startHouse((await useDatabase()).url, { environment: { TNID_INTRANET_HOSTS: receiver.host } });
  rp = await createPortal(house, 'cong-thu');
  reports = await openDoor(house, 'phananh', REPORTS);
  dossiers = await openDoor(house, 'hoso', DOSSIERS);
  await reports.call('POST', '/ssf/streams', {});
  const pushed = { delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url } };
  await dossiers.call('POST', '/ssf/streams', pushed);
}); // prettier-ignore
test.after.always(async () => {
  await house?.stop();
  await receiver.close();
});

/** What the reports service is told of one person; taken and acknowledged. */
async function heardOf(sub: unknown): Promise<readonly CheckedSet[]> {
  const sets = await reports.poll();
  await reports.poll({ maxEvents: 0, ack: sets.map(({ jti }) => jti) });
  return sets.filter(({ sub_id: about }) => about.format === 'iss_sub' && about.sub === sub);
}
const subOf = (reply: { body: Readonly<Record<string, unknown>> }) => claimsOf(reply.body['access_token'])['sub']; // prettier-ignore
const brief = (sets: readonly CheckedSet[]) => sets.map(({ type, event }) => [type.replace(CAEP, ''), event['current_level'] ?? event['credential_type'] ?? '', event['change_direction'] ?? event['change_type'] ?? '']); // prettier-ignore

async function safetyHouse() {
  const vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());
  return { db: house.db, vault, origin: new URL(house.issuer).host, grants: createGrants(house.db) };
}
async function pressLogout(visitor: Visitor, idToken: unknown) {
  await visitor.open(
    `${house.issuer}/session/end?${new URLSearchParams({ id_token_hint: String(idToken) })}`,
  );
  await visitor.browser.press('yes');
}

test.serial('a step-up, a new passkey, new recovery codes and a logout reach a service that knows the person', async (t) => {
  const visitor = await meet(house);
  const sub = subOf((await signIn(rp, visitor, LEVEL_ONE)).tokens);
  t.deepEqual(await heardOf(sub), [], 'level 1 is no news');
  const two = await signIn(rp, visitor, LEVEL_TWO);
  const risen = await heardOf(sub);
  t.deepEqual(brief(risen), [['credential-change', 'phone-sms', 'create'], ['assurance-level-change', `${house.issuer}/acr/2`, 'increase']]);
  t.like(risen[1]?.event, { namespace: `${house.issuer}/acr/`, previous_level: `${house.issuer}/acr/1`, initiating_entity: 'user' });
  t.is(new Set(risen.map(({ txn }) => txn)).size, 2, 'two changes');

  await ageProofs(house, await accountOf(house, visitor), 3_600);
  await signIn(rp, visitor, { ...LEVEL_TWO, over: { max_age: '60' } });
  t.deepEqual(brief(await heardOf(sub)), [], 'level 2 proven again is no change');

  await addPasskey(house, visitor);
  const [link] = visitor.browser.page().document.querySelectorAll('a[href^="/toi/khoa/"]').filter((one) => !/(them|ve)$/.test(one.getAttribute('href') ?? ''));
  await visitor.open(`${house.issuer}${link?.getAttribute('href')}`);
  await visitor.browser.press(words.passkeyEdit.remove);
  const keys = await heardOf(sub);
  t.deepEqual(brief(keys).map(([type, , change]) => [type, change]), [['credential-change', 'create'], ['credential-change', 'delete']]);
  t.true(keys.every(({ event }) => /^fido2-(platform|roaming)$/.test(String(event['credential_type'])) && event['friendly_name'] === undefined && typeof event['reason_admin'] === 'object'));

  await visitor.open(`${house.issuer}/toi/ma-khoi-phuc`);
  await visitor.browser.press(words.recoveryCodes.make);
  t.deepEqual(brief(await heardOf(sub)), [['credential-change', 'recovery-code', 'create']]);

  await pressLogout(visitor, two.tokens.body['id_token']);
  const left = await heardOf(sub);
  t.deepEqual(brief(left), [['session-revoked', '', '']]);
  t.like(left[0]?.event, { initiating_entity: 'user', reason_admin: { en: 'The person signed out' } });
}); // prettier-ignore

test.serial('a lock ends the session and the level, by whoever did it', async (t) => {
  const visitor = await meet(house);
  const sub = subOf((await signIn(rp, visitor, LEVEL_ONE)).tokens);
  const accountId = await accountOf(house, visitor);
  t.true(await lockAccount(await safetyHouse(), { accountId, reason: 'fraud', by: { kind: 'operator' } }, new Date())); // prettier-ignore
  const sets = await heardOf(sub);
  t.deepEqual(brief(sets), [['session-revoked', '', ''], ['assurance-level-change', `${house.issuer}/acr/0`, 'decrease']]); // prettier-ignore
  t.true(sets.every(({ event }) => event['initiating_entity'] === 'admin'));
  t.is(new Set(sets.map(({ txn }) => txn)).size, 1, 'one change');
});

test.serial('a machine that was removed ends every session', async (t) => {
  const visitor = await meet(house);
  const sub = subOf((await signIn(rp, visitor, LEVEL_ONE)).tokens);
  await signIn(rp, visitor, LEVEL_TWO);
  await heardOf(sub);
  const accountId = await accountOf(house, visitor);
  const device = await house.db.row<{ id: string }>(sql`select id from known_device where account_id = ${accountId} limit 1`); // prettier-ignore
  if (device === undefined) return t.fail('no known machine');
  t.true(await removeDevice(await safetyHouse(), { accountId, id: device.id }, new Date()));
  t.deepEqual(
    (await heardOf(sub)).map(({ type }) => type.replace(CAEP, '')),
    ['session-revoked', 'assurance-level-change'],
  );
});

test.serial('a withdrawn consent is pushed to its service within five seconds, with what remains, and to no other', async (t) => {
  const visitor = await meet(house);
  const reportsSub = subOf((await signIn(rp, visitor, LEVEL_ONE)).tokens);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO, () => 'given');
  const claims = claimsOf(tokens.body['access_token']);
  const purposes = await house.db.rows<{ id: string; purpose_id: string }>(sql`
    select c.id, c.purpose_id from consent c join subject s using (subject_id) where s.account_id = ${await accountOf(house, visitor)} and c.service_id = ${DOSSIERS} order by 2`);
  t.true(purposes.length >= 2);
  await heardOf(reportsSub);
  const before = receiver.got.length;

  const keys = remoteKeys(house.issuer);
  const pushes = async (count: number) => {
    await receiver.arrived(count);
    return Promise.all(receiver.got.slice(before, count).map(({ jws }) => checkSet(jws, { audience: DOSSIERS, issuer: house.issuer, keys })));
  };
  const withdraw = async (id: string | undefined) => {
    await visitor.open(`${house.issuer}/toi/dong-y/${id}`);
    const at = Date.now();
    await visitor.browser.press(words.withdraw.button);
    return at;
  };
  const [first, ...others] = purposes;
  const at = await withdraw(first?.id);
  const sets = await pushes(before + 2);
  t.true((receiver.got.at(-1)?.at ?? Infinity) - at < 5_000, `${(receiver.got.at(-1)?.at ?? 0) - at} ms`);
  const [ended, remaining] = sets;
  t.is(ended?.type, `${house.issuer}/secevent/consent-withdrawn`);
  t.deepEqual(ended?.sub_id, { format: 'iss_sub', iss: house.issuer, sub: String(claims['sub']) });
  t.like(ended?.event, { consent_id: claims['consent_id'], min_ver: Number(claims['consent_ver']) + 1, purposes: [first?.purpose_id], event_time: ended?.iat });
  t.is(remaining?.type, `${CAEP}token-claims-change`);
  t.deepEqual(remaining?.event['claims'], { purposes: others.map(({ purpose_id }) => purpose_id) });
  t.is(ended?.txn, remaining?.txn);

  for (const { id } of others) await withdraw(id);
  const all = await pushes(before + 2 + 2 * others.length - 1);
  t.is(all.at(-1)?.type, `${house.issuer}/secevent/consent-withdrawn`, 'nothing remains, so nothing is said to remain');
  t.deepEqual(await heardOf(reportsSub), [], 'other services hear nothing of it');
  const rows = await house.db.rows<{ outcome: string | null }>(sql`select outcome from signal_event where service_id = ${DOSSIERS} and kind = 'consent-withdrawn'`);
  t.is(rows.length, purposes.length);
}); // prettier-ignore
