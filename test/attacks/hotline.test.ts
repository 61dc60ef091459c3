// Attacks on the 1022 hotline: links sent to a victim, a hotline gone bad, messages and tokens in other hands.

import test from 'ava';
import { sql } from '../../database.ts';
import { ME, meetInZalo, tokenFor, useMiniApp, VIEW } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, createHotline, deliver, eventOf, exchange, linkChat, ownApi, STATE } from '../support/hotline.ts'; // prettier-ignore
import { claimsOf, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';

let house: TestHouse;
let hotline: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  await useMiniApp(house);
  hotline = await createHotline(house);
});
test.after.always(() => house?.stop());

const chatOf = ({ person }: AppCitizen) =>
  house.zalo.oaUserId({ zaloId: person.zaloId, oaId: house.hotlineOa.oaId });
const write = (chat: string, text = 'hồ sơ của tôi') => eventOf(house.hotlineOa, chat, text);
const subOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ sub: string }>(sql`
    select p.sub from pairwise_subject p join zalo_link l using (account_id) where l.zalo_id = ${person.zaloId} and p.sector = 'hoso'`))?.sub; // prettier-ignore

test('a victim talked into sending the attacker’s code shows the attacker nothing of the victim', async (t) => {
  const [attacker, victim] = [await meetInZalo(house), await meetInZalo(house)];
  await ownApi(house, victim);
  const own = await ownApi(house, attacker);
  const { body } = await agreeToHotline(own);
  await deliver(house, write(chatOf(victim), String(body['code'])));
  const given = await exchange(hotline, write(chatOf(victim)));
  t.is(given.status, 200);
  t.is(claimsOf(given.body['access_token'])['sub'], await subOf(attacker), 'the attacker’s own dossiers');
  const other = await exchange(hotline, write(chatOf(attacker)));
  t.like(other.body, { error: 'interaction_required', reason: 'link_required' });
});

test('an address in a chat links nothing, whoever opens it', async (t) => {
  const victim = await meetInZalo(house);
  const own = await ownApi(house, victim);
  const first = await exchange(hotline, write(chatOf(victim)));
  const uri = new URL(String(first.body['interaction_uri']));
  t.deepEqual([...uri.searchParams.keys()], ['man'], 'it names no person, no chat and no request');
  t.like((await own('GET')).body, { linked: false });
});

test('a hotline that forges messages learns of strangers nothing, of linked people the state alone', async (t) => {
  const stranger = await meetInZalo(house);
  await tokenFor(house, stranger, VIEW);
  t.like((await exchange(hotline, write(chatOf(stranger)))).body, { error: 'interaction_required' });

  const linked = await meetInZalo(house);
  await tokenFor(house, linked, VIEW); // level 2, in the app
  const { userId } = await linkChat(house, linked);
  const given = await exchange(hotline, write(userId), { scope: `${STATE} ${VIEW.scope}` });
  t.is(given.body['scope'], STATE);
  t.is(claimsOf(given.body['access_token'])['acr'], `${house.issuer}/acr/1`);
  t.is((await exchange(hotline, write(userId), { resource: REPORTS, scope: 'svc:phananh:gui' })).body['error'], 'invalid_target'); // prettier-ignore
});

test('what the hotline holds opens nothing else: not the account, not UserInfo, not a renewal', async (t) => {
  const citizen = await meetInZalo(house);
  const { userId } = await linkChat(house, citizen);
  const given = await exchange(hotline, write(userId));
  const token = String(given.body['access_token']);
  for (const path of ['/me', '/me/consents', '/userinfo'])
    t.is((await hotline.withToken(path, token)).status, 401, path);
  const again = await exchange(hotline, { raw: token, signature: 'mac=00' });
  t.is(again.status, 400);
  const refreshed = await hotline.post('/token', { grant_type: 'refresh_token', refresh_token: token });
  t.is(refreshed.status, 400);
});

test('the mini app cannot trade a message, and the hotline cannot ask the mini app’s endpoint', async (t) => {
  const citizen = await meetInZalo(house);
  const { userId } = await linkChat(house, citizen);
  const event = write(userId);
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', client_id: 'miniapp', subject_token: Buffer.from(event.raw).toString('base64url'), subject_token_type: 'urn:tayninh:params:oauth:token-type:zalo-oa-event', oa_signature: event.signature, scope: STATE }; // prettier-ignore
  t.is((await citizen.launch.post('/token', form)).status, 400);
  const asked = await hotline.post('/authorize-challenge', { response_type: 'code', ...ME(house) });
  t.is(asked.status, 400);
  t.is(asked.body['authorization_code'], undefined);
  t.is(asked.body['auth_session'], undefined);
});

test('a message of yesterday, kept by somebody, is nothing today; nor is one that Zalo repeats late', async (t) => {
  const citizen = await meetInZalo(house);
  const { userId } = await linkChat(house, citizen);
  for (const hours of [1, 2, 24]) {
    const old = eventOf(house.hotlineOa, userId, 'x', { at: Date.now() - hours * 3_600_000 });
    t.is((await exchange(hotline, old)).body['error'], 'invalid_request', `${hours} h`);
  }
});
