import test from 'ava';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createHotline, eventOf, exchange, linkChat, STATE } from '../support/hotline.ts';
import { claimsOf, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';

let house: TestHouse;
let hotline: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  await useMiniApp(house);
  hotline = await createHotline(house);
});
test.after.always(() => house?.stop());

test('a message of a linked citizen becomes a token of level 1 for that citizen, and says who asks', async (t) => {
  const citizen = await meetInZalo(house);
  const { userId } = await linkChat(house, citizen);
  const at = Date.now() - 30_000;
  const given = await exchange(hotline, eventOf(house.hotlineOa, userId, 'hồ sơ của tôi', { at }));
  t.is(given.status, 200, given.text);
  t.like(given.body, { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'DPoP', scope: STATE }); // prettier-ignore
  t.true(Number(given.body['expires_in']) <= 600);
  t.is(given.body['refresh_token'], undefined);
  const claims = claimsOf(given.body['access_token']);
  t.like(claims, {
    aud: DOSSIERS,
    client_id: 'tong-dai-1022',
    act: { sub: 'tong-dai-1022' },
    acr: `${house.issuer}/acr/1`,
    amr: ['zalo'],
    auth_time: Math.floor(at / 1000),
    scope: STATE,
    purposes: ['hoso.tinh-trang'],
    cnf: { jkt: hotline.proofKey.jkt },
    client_class: 'first_party',
  });
  t.truthy(claims['consent_id']);
});
