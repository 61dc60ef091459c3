import test from 'ava';
import { errors } from 'oidc-provider';
import type { Adapter } from 'oidc-provider';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { openClients, saveClient } from '../../adapters/oidc-storage/clients.ts';
import { createStorage } from '../../adapters/oidc-storage/storage.ts';
import { openDatabase, sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { useDatabase } from '../support/database.ts';

let db: Database;
let storage: (model: string) => Adapter;
const alarms: string[] = [];
const accountId = '01999999-0000-7000-8000-000000000001';

test.before(async () => {
  db = openDatabase((await useDatabase()).url);
  storage = createStorage(db, openClients(db, () => 0), async ({ grantId, model }) => void alarms.push(`${model} ${grantId}`)); // prettier-ignore
});
test.after.always(() => db?.close());

const grant = async (id: string, resources: Record<string, string> = {}) => {
  await storage('Grant').upsert(id, { accountId, clientId: 'cong', resources }, 60);
  return id;
};

test('what is stored is found again, under the same id, and under no other', async (t) => {
  const codes = storage('AuthorizationCode');
  await codes.upsert('ma-1', { jti: 'ma-1', accountId, scope: 'openid' }, 60);
  t.like(await codes.find('ma-1'), { jti: 'ma-1', scope: 'openid' });
  t.is(await codes.find('ma-2'), undefined);
  t.is(await storage('RefreshToken').find('ma-1'), undefined, 'another model is another shelf');
  await codes.destroy('ma-1');
  t.is(await codes.find('ma-1'), undefined);
});

test('an id is nowhere in the tables', async (t) => {
  await storage('RefreshToken').upsert('bi-mat-cua-toi', { jti: 'bi-mat-cua-toi', accountId }, 60);
  await storage('Session').upsert('phien-bi-mat', { jti: 'phien-bi-mat', uid: 'u-1', accountId }, 60);
  const rows = await db.rows<{ all: string }>(sql`
    select (select string_agg(a::text, '') from oidc_artifact a) || (select string_agg(s::text, '') from oidc_session s) as all`);
  t.notRegex(rows[0]?.all ?? 'bi-mat', /bi-mat/);
});

test('what has expired is not found and not consumed', async (t) => {
  const codes = storage('AuthorizationCode');
  await codes.upsert('ma-cu', { accountId }, 60);
  await db.run(sql`update oidc_artifact set expires_at = now() where id = sha256('ma-cu'::bytea)`);
  t.is(await codes.find('ma-cu'), undefined);
  await t.throwsAsync(codes.consume('ma-cu'), { instanceOf: errors.InvalidGrant });
});

test('of a hundred who consume a code at once, one does', async (t) => {
  await storage('AuthorizationCode').upsert('ma-dua', { accountId }, 60);
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => storage('AuthorizationCode').consume('ma-dua'))); // prettier-ignore
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a code consumed twice takes its grant and all that grew from it along, and raises the alarm', async (t) => {
  const grantId = await grant('g-dua');
  await storage('AuthorizationCode').upsert('ma-hai', { accountId, grantId }, 60);
  await storage('RefreshToken').upsert('rt-hai', { accountId, grantId }, 60);
  await storage('AccessToken').upsert('at-hai', { accountId, grantId }, 60);
  await storage('AuthorizationCode').consume('ma-hai');
  await t.throwsAsync(storage('AuthorizationCode').consume('ma-hai'), { instanceOf: errors.InvalidGrant });
  for (const [model, id] of [['AuthorizationCode', 'ma-hai'], ['RefreshToken', 'rt-hai'], ['AccessToken', 'at-hai'], ['Grant', grantId]] as const) {
    t.is(await storage(model).find(id), undefined, model);
  } // prettier-ignore
  t.deepEqual(alarms.filter((alarm) => alarm.endsWith(grantId)), ['AuthorizationCode g-dua']); // prettier-ignore
});

test('a pushed request consumed twice is only refused', async (t) => {
  const pushed = storage('PushedAuthorizationRequest');
  await pushed.upsert('par-1', { request: 'x' }, 60);
  t.is((await pushed.find('par-1'))?.['consumed'], undefined);
  await pushed.consume('par-1');
  t.is(typeof (await pushed.find('par-1'))?.['consumed'], 'number');
  await t.throwsAsync(pushed.consume('par-1'), { instanceOf: errors.InvalidRequestUri });
});

test('a proof is new once, however many bring it, alone or among others', async (t) => {
  const replay = storage('ReplayDetection');
  const bring = (id: string) => replay.upsert(id, {}, 60).then(() => id, (error: unknown) => { t.true(error instanceof errors.InvalidGrant); return undefined; }); // prettier-ignore
  const ids = Array.from({ length: 300 }, (_, turn) => `jti-${turn % 30}`);
  const fresh = (await Promise.all(ids.map(bring))).filter((id) => id !== undefined);
  t.deepEqual(fresh.toSorted(), [...new Set(ids)].toSorted());
  t.is(await bring('jti-0'), undefined);
});

test('a proof is spent although the request it came with is taken back', async (t) => {
  const replay = storage('ReplayDetection');
  await db.request(async () => {
    await storage('AccessToken').upsert('at-lui', { accountId }, 60);
    await replay.upsert('jti-lui', {}, 60);
    return 'rollback';
  });
  t.is(await storage('AccessToken').find('at-lui'), undefined);
  await t.throwsAsync(replay.upsert('jti-lui', {}, 60), { instanceOf: errors.InvalidGrant });
});

test('two writers of one session document lose nothing of each other', async (t) => {
  const sessions = storage('Session');
  const base = { uid: 'u-2', accountId };
  await sessions.upsert('p-1', { ...base, authorizations: {} }, 60);
  await sessions.upsert('p-1', { ...base, authorizations: { a: { grantId: 'g-a' } } }, 60);
  await sessions.upsert('p-1', { ...base, authorizations: { b: { grantId: 'g-b' } } }, 60);
  t.like(await sessions.find('p-1'), {
    authorizations: { a: { grantId: 'g-a' }, b: { grantId: 'g-b' } },
  } as never);
  t.is((await sessions.findByUid('u-2'))?.['accountId'], accountId);
});

test('a session that changes hands keeps nothing of the one before', async (t) => {
  const sessions = storage('Session');
  await sessions.upsert('p-2', { uid: 'u-3', accountId, authorizations: { a: { grantId: 'g-a' } } }, 60);
  await sessions.upsert('p-2', { uid: 'u-3', accountId: '01999999-0000-7000-8000-000000000002', authorizations: { b: {} } }, 60);
  t.deepEqual((await sessions.find('p-2'))?.['authorizations'], { b: {} });
}); // prettier-ignore

test('taking scopes back keeps the rest of a grant and kills what had them', async (t) => {
  const id = await grant('g-hep', { 'https://a': 'x y', 'https://b': 'z' });
  await storage('AccessToken').upsert('at-a', { grantId: id, aud: 'https://a' }, 60);
  await storage('AccessToken').upsert('at-b', { grantId: id, aud: 'https://b' }, 60);
  await db.transaction(() =>
    createGrants(db).narrow({ accountId, serviceId: 'https://a', keepScopes: ['x'] }),
  );
  t.like(await storage('Grant').find(id), { resources: { 'https://a': 'x', 'https://b': 'z' } });
  t.is(await storage('AccessToken').find('at-a'), undefined);
  t.not(await storage('AccessToken').find('at-b'), undefined);
});

test('a client that was switched off is forgotten at the next notice', async (t) => {
  const clients = openClients(db, () => 0);
  const client = { clientId: 'cong-tat', kind: 'portal', class: 'gov_portal', serviceId: undefined, metadata: { client_id: 'cong-tat' } } as const; // prettier-ignore
  t.is(await clients.find('cong-tat'), undefined);
  await saveClient(db, client, new Date());
  clients.forget();
  t.like(await clients.find('cong-tat'), { clientId: 'cong-tat', class: 'gov_portal' });
  await db.run(sql`update oidc_client set disabled_at = now() where client_id = 'cong-tat'`);
  clients.forget();
  t.is(await clients.find('cong-tat'), undefined);
  for (const name of ['', 'a\u0000', 'a b', 'x'.repeat(101), 'ờ']) t.is(await clients.find(name), undefined);
});

test('a model nobody switched on is refused loudly', (t) => {
  for (const model of ['DeviceCode', 'InitialAccessToken', 'constructor'])
    t.throws(() => storage(model), { message: /switched off/ });
});
