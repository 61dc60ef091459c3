import test from 'ava';
import { useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { begin, meetCitizen, openAgain, openDesk, OPERATOR, poll, REASON, sayNo, sayYes, seenBy, stepUp } from './desk.ts'; // prettier-ignore

let house: TestHouse;
let desk: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  desk = await openDesk(house, 'tong-dai-1022');
});
test.after.always(() => house?.stop());

test('a citizen on the telephone says yes in the app, and the desk gets one token for that service', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel);
  t.is(begun.status, 200, begun.text);
  t.like(begun.body, { expires_in: 300, interval: 5 });
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });

  const [seen] = await seenBy(house, citizen);
  t.like(seen, { operator: OPERATOR, desk: 'Tổng đài 1022', message: REASON, code: 'TN-48', title: 'Xem hồ sơ của tôi', service: 'Nộp hồ sơ trực tuyến', level: 2 }); // prettier-ignore
  const said = await sayYes(house, citizen);
  t.is(said.status, 200, said.text);
  t.deepEqual(await seenBy(house, citizen), []);

  const given = await poll(desk, begun);
  t.is(given.status, 200, given.text);
  t.like(given.body, { token_type: 'DPoP', scope: 'svc:hoso:xem', expires_in: 300 });
  t.is(given.body['refresh_token'], undefined);
  const claims = claimsOf(given.body['access_token']);
  t.like(claims, { aud: DOSSIERS, client_id: 'tong-dai-1022', client_class: 'gov_portal', acr: `${house.issuer}/acr/2`, act: { sub: 'tong-dai-1022' }, cnf: { jkt: desk.proofKey.jkt } }); // prettier-ignore
  t.true((claims['amr'] as string[]).includes('zalo'));
  const repeated = await poll(desk, begun);
  t.like(repeated.body, { error: 'invalid_grant' });
});

test('a desk that knows the citizen asks by the id it was given', async (t) => {
  const citizen = await meetCitizen(house);
  const first = await begin(desk, citizen.tel);
  await sayYes(house, citizen);
  const { sub } = claimsOf((await poll(desk, first)).body['id_token']);
  const begun = await begin(desk, String(sub));
  t.is(begun.status, 200, begun.text);
  t.is((await seenBy(house, citizen)).length, 1);
  t.is((await sayYes(house, citizen)).status, 200);
  t.is((await poll(desk, begun)).status, 200);
});

test('no is an answer: the desk hears access_denied, and nothing more afterwards', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel);
  t.is((await sayNo(house, citizen)).status, 200);
  t.like((await poll(desk, begun)).body, { error: 'access_denied' });
  t.like((await poll(desk, begun)).body, { error: 'invalid_grant' });
  t.deepEqual(await seenBy(house, citizen), []);
});

test('a launch at level 1 proves level 2 first; the 401 says how, and then the yes counts', async (t) => {
  const citizen = await openAgain(house, await meetCitizen(house));
  const begun = await begin(desk, citizen.tel);
  const refused = await sayYes(house, citizen);
  t.is(refused.status, 401, refused.text);
  t.like(refused.body, { required: { acr: `${house.issuer}/acr/2`, max_age: 28_680, scope: 'tn:me', resource: `${house.issuer}/me` } }); // prettier-ignore
  t.regex(refused.headers.get('www-authenticate') ?? '', /insufficient_user_authentication.*acr\/2.*scope="tn:me"/); // prettier-ignore
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
  await stepUp(house, citizen, refused);
  t.is((await sayYes(house, citizen)).status, 200);
  t.like(claimsOf((await poll(desk, begun)).body['access_token']), { acr: `${house.issuer}/acr/2` });
});
