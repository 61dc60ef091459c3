// Ways to keep a chat with 1022 past its end, or to trouble the webhook, found by reading as an attacker.

import test from 'ava';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from '../../database.ts';
import { findWriter, linkByCode, unlink } from '../../hotline/link.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Vault } from '../../keys/vault.ts';
import { endHotlineLinks } from '../../safety/lock-store.ts';
import { readEvent } from '../../sandbox/hotline/oa.ts';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, createHotline, eventOf, exchange, HOTLINE, linkChat, ownApi } from '../support/hotline.ts'; // prettier-ignore
import type { Rp } from '../support/rp.ts';

let house: TestHouse;
let hotline: Rp;
let vault: Vault;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  await useMiniApp(house);
  hotline = await createHotline(house);
  vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());
});
test.after.always(() => house?.stop());

const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
const chatOf = ({ person }: AppCitizen) =>
  house.zalo.oaUserId({ zaloId: person.zaloId, oaId: house.hotlineOa.oaId });
const desk = () => ({ ...house.hotlineOa, clientId: HOTLINE });
const linking = () => ({ db: house.db, vault, origin: new URL(house.issuer).host, notify: async () => {} });
const liveLinks = async (accountId: string) =>
  (await house.db.rows(sql`select 1 from oa_link where account_id = ${accountId} and ended_at is null`)).length; // prettier-ignore

for (const reason of ['locked', 'zalo_revoked'] as const)
  test(`a chat that is being linked while everything ends (${reason}) is not linked afterwards`, async (t) => {
    const citizen = await meetInZalo(house);
    const { body } = await agreeToHotline(await ownApi(house, citizen));
    const accountId = await accountOf(citizen);
    const digits = String(body['code']).replaceAll(/\D/g, '');
    let ending: Promise<unknown> = Promise.resolve();
    await house.db.transaction(async () => {
      t.is(await linkByCode(linking(), { hotline: desk(), userId: chatOf(citizen), digits }, new Date()), 'linked'); // prettier-ignore
      ending = house.db.apart(() => endHotlineLinks(house.db, { accountId, reason }, new Date()));
      await wait(300);
    });
    await ending;
    t.is(await liveLinks(accountId), 0);
  });

test('a link that ends while a message is traded waits for it, so that its watermark is younger than the token', async (t) => {
  const citizen = await meetInZalo(house);
  const { userId } = await linkChat(house, citizen);
  const accountId = await accountOf(citizen);
  let ended = false;
  let ending: Promise<unknown> = Promise.resolve();
  await house.db.transaction(async () => {
    t.is(await findWriter({ db: house.db, vault }, { hotline: desk(), userId }), accountId);
    ending = house.db.apart(async () => {
      await unlink(linking(), { hotline: desk(), accountId }, new Date());
      ended = true;
    });
    await wait(1_200);
    t.false(ended);
  });
  await ending;
  const mark = await house.db.row<{ min_iat: number; created_at: Date }>(sql`
    select min_iat, created_at from watermark where account_id = ${accountId} and client_id = ${HOTLINE} order by created_at desc limit 1`); // prettier-ignore
  t.true((mark?.min_iat ?? 0) >= Math.floor((mark?.created_at.getTime() ?? 0) / 1000) + 2);
  t.is((await exchange(hotline, eventOf(house.hotlineOa, userId, 'x'))).body['reason'], 'link_required');
});

for (const path of ['/Token', '/TOKEN', '/token/'])
  test(`a message is traded at /token and at no other spelling of it: ${path}`, async (t) => {
    const citizen = await meetInZalo(house);
    const { userId } = await linkChat(house, citizen);
    const event = eventOf(house.hotlineOa, userId, 'hồ sơ của tôi');
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: Buffer.from(event.raw).toString('base64url') }; // prettier-ignore
    t.is((await hotline.post(path, form)).status, 404);
    t.is((await exchange(hotline, event)).status, 200);
  });

for (const [what, open, close] of [
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
] as const)
  test(`a stranger’s event of ${what} within each other is an unsigned one, and no error of ours`, async (t) => {
    const depth = Math.floor(30_000 / (open.length + close.length));
    const body = `{"a":${open.repeat(depth)}1${close.repeat(depth)}}`;
    for (const path of ['/zalo/thu-hoi', '/zalo/su-kien']) {
      const headers = { 'content-type': 'application/json', 'x-zevent-signature': `mac=${'0'.repeat(64)}` };
      const startedAt = performance.now();
      const reply = await fetch(`${house.issuer}${path}`, { method: 'POST', headers, body });
      t.is(reply.status, 401, path);
      t.true(performance.now() - startedAt < 1_000);
    }
    t.false(house.logged.join('\n').includes('page.failed'));
  });

test('a signature of letters that are no hex is a wrong one, and stops no hotline', (t) => {
  const account = { ...house.hotlineOa, oaSecret: house.hotlineOa.secret, appSecret: '', refreshToken: '' };
  const { raw, signature } = eventOf(house.hotlineOa, '123456789', 'x');
  for (const wrong of ['é'.repeat(64), 'mac=', 'g'.repeat(64), signature.slice(0, -1), ''])
    t.is(readEvent(account, Buffer.from(raw), { signature: wrong, timestamp: undefined }), undefined);
  t.not(readEvent(account, Buffer.from(raw), { signature, timestamp: undefined }), undefined);
});
