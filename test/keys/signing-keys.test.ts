import test from 'ava';
import { sign, verify } from 'node:crypto';
import { openDatabase, sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { currentKey, loadSigningKeys, publicKeySet, rotateSigningKey } from '../../keys/signing-keys.ts';
import { openVault } from '../../keys/vault.ts';
import { useDatabase } from '../support/database.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const states = async () =>
  (await house.db.rows<{ use: string; state: string; count: number }>(sql`
    select use, state, count(*) from signing_key group by 1, 2 order by 1, 2`)).map(({ use, state, count }) => `${use} ${state} ${count}`); // prettier-ignore

test.serial('two brokers that start on an empty database make one pair between them', async (t) => {
  const { db, second, envelope } = house;
  const loaded = await times(6, (i) => loadSigningKeys(i % 2 === 0 ? db : second, envelope, 'token', NOW));
  t.is(new Set(loaded.map((keys) => currentKey(keys).kid)).size, 1);
  t.deepEqual(await states(), ['token current 1', 'token next 1']);
});

test.serial('keys of tokens and of receipts are different keys', async (t) => {
  const receipt = await loadSigningKeys(house.db, house.envelope, 'receipt', NOW);
  const token = await loadSigningKeys(house.db, house.envelope, 'token', NOW);
  const kids = [...receipt, ...token].map(({ kid }) => kid);
  t.is(new Set(kids).size, 4);
});

test.serial('rotation promotes the key that was already published, and old signatures verify', async (t) => {
  const { db, envelope } = house;
  const before = await loadSigningKeys(db, envelope, 'token', NOW);
  const signature = sign('sha256', Buffer.from('x'), currentKey(before).privateKey);
  const kid = await rotateSigningKey(db, envelope, 'token', after(60));
  t.is(before.find(({ state }) => state === 'next')?.kid, kid);
  const now = await loadSigningKeys(db, envelope, 'token', after(61));
  t.deepEqual(
    now.map(({ state }) => state),
    ['current', 'next', 'retired'],
  );
  const retired = now.find(({ state }) => state === 'retired');
  t.is(retired?.kid, currentKey(before).kid);
  t.true(retired !== undefined && verify('sha256', Buffer.from('x'), retired.publicKey, signature));
});

test.serial('twenty rotations at once over two brokers leave one current and one next', async (t) => {
  const { db, second, envelope } = house;
  const kids = await times(20, (i) =>
    rotateSigningKey(i % 2 === 0 ? db : second, envelope, 'token', after(120)),
  );
  t.is(new Set(kids).size, 20, 'each made another key current');
  t.deepEqual(
    (await states()).filter((line) => line.startsWith('token')),
    ['token current 1', 'token next 1', 'token retired 21'],
  );
});

test.serial(
  'a retired token key is published until its last token is dead; a receipt key for ever',
  async (t) => {
    const { db, envelope } = house;
    await rotateSigningKey(db, envelope, 'receipt', after(120));
    const published = async (use: 'token' | 'receipt', seconds: number) =>
      (await loadSigningKeys(db, envelope, use, after(seconds))).length;
    t.is(await published('token', 120 + 3599), 2 + 20, 'one was retired a minute before the others');
    t.is(await published('token', 120 + 3600), 2);
    t.is(await published('receipt', 10 * 365 * 86_400), 3);
  },
);

test.serial('the published set holds no private part, and neither does the table in clear', async (t) => {
  const keys = await loadSigningKeys(house.db, house.envelope, 'token', NOW);
  for (const key of publicKeySet(keys).keys) {
    t.false('d' in key);
    t.like(key, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
  }
  const rows = await house.db.rows<{ text: string }>(
    sql`select row_to_json(signing_key)::text as text from signing_key`,
  );
  for (const { privateJwk } of keys) for (const { text } of rows) t.false(text.includes(privateJwk.d));
});

test.serial(
  'signing keys open after the key-encryption key changed, and not without the old one',
  async (t) => {
    const fresh = Buffer.alloc(32, 7).toString('base64url');
    t.is((await loadSigningKeys(house.db, openEnvelope(fresh, [house.kek]), 'token', after(7200))).length, 2);
    await t.throwsAsync(loadSigningKeys(house.db, openEnvelope(fresh), 'token', after(7200)), {
      message: /unknown key/,
    });
  },
);

test('keyed hashes are the same on every broker, differ by kind, and survive a change of the key', async (t) => {
  const fresh = Buffer.alloc(32, 9).toString('base64url');
  const same = await openVault(house.second, house.envelope, NOW);
  const rotated = await openVault(house.db, openEnvelope(fresh, [house.kek]), NOW);
  const key = house.vault.keyOf('phone', '+84912345678');
  t.deepEqual(same.keyOf('phone', '+84912345678'), key);
  t.deepEqual(rotated.keyOf('phone', '+84912345678'), key);
  t.notDeepEqual(house.vault.keyOf('account', '+84912345678'), key);
  t.is(key.length, 32);
});

test('brokers that start at once on an empty database share one index key', async (t) => {
  const { url } = await useDatabase();
  const db = openDatabase(url);
  const vaults = await times(8, () => openVault(db, house.envelope, NOW));
  const keys = vaults.map((vault) => vault.keyOf('phone', '+84912345678').toString('hex'));
  t.is(new Set(keys).size, 1);
  await db.close();
});
