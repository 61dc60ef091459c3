// Which pages may read the answers to the mini app. All mini apps of Zalo share two origins, so this
// identifies nobody; it keeps every other page out.

import test from 'ava';
import { ME, meetInZalo, REPORT, signIn, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { codeOf, miniAppClient, openLaunch, ORIGINS } from '../support/launch.ts';
import type { Said } from '../support/launch.ts';
import { createPortal } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  const other = miniAppClient(house.issuer, 'miniapp-khac');
  await house.addClient({ ...other, metadata: { ...other.metadata, allowed_origins: ['https://khac.example'] } }); // prettier-ignore
  await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const STRANGERS = ['https://evil.example', 'https://h5.zdn.vn.evil.example', 'http://h5.zdn.vn', 'https://h5.zdn.vn:443', 'https://H5.zdn.vn', 'https://a.h5.zdn.vn', 'zbrowser://h5.zdn.vn/', 'null', 'https://khac.example']; // prettier-ignore

/** One answer of each sort, as a page of `origin` gets it. */
async function answersTo(origin: string): Promise<readonly (readonly [string, Said])[]> {
  const headers = { origin };
  const { person, launch } = await meetInZalo(house);
  const missing = await launch.send({ body: launch.formFor({ ...launch.newChallenge(), ...ME(house), ...launch.loginFields('x') }), headers }); // prettier-ignore
  const refused = await launch.login('invented', ME(house), { headers });
  const said = await launch.login(zaloToken(house, person).accessToken, ME(house), { headers });
  const code = codeOf(said);
  const asked = await launch.begin(REPORT, { headers });
  const token = await launch.token(code, { resource: `${house.issuer}/me` }, { headers });
  const again = await launch.token(code, { resource: `${house.issuer}/me` }, { headers });
  const files = await launch.send({ path: '/authorize-challenge/chip', body: '{}', headers: { ...headers, 'content-type': 'application/json', 'x-client-id': 'miniapp', 'x-upload-nonce': 'x' } }); // prettier-ignore
  return Object.entries({ missing, refused, said, asked, token, again, files });
}

for (const origin of ORIGINS)
  test(`a page of ${origin} reads every answer, the nonce, and when to come again`, async (t) => {
    for (const [what, { headers }] of await answersTo(origin)) {
      t.is(headers.get('access-control-allow-origin'), origin, what);
      const exposed = (headers.get('access-control-expose-headers') ?? '').toLowerCase();
      // The library's own endpoint never says when to come again.
      const wanted = ['token', 'again'].includes(what) ? [] : ['retry-after'];
      for (const name of ['dpop-nonce', 'www-authenticate', ...wanted])
        t.true(exposed.includes(name), `${what}: ${name}`);
      t.is(headers.get('access-control-allow-credentials'), null, what);
      t.regex(headers.get('vary') ?? '', /origin/i, what);
    }
  });

for (const origin of STRANGERS)
  test(`a page of ${origin} reads nothing`, async (t) => {
    for (const [what, { headers }] of await answersTo(origin)) {
      t.is(headers.get('access-control-allow-origin'), null, what);
      t.is(headers.get('access-control-allow-credentials'), null, what);
    }
  });

test('an app reads its own answers and not another’s', async (t) => {
  const launch = await openLaunch(house.issuer, { clientId: 'miniapp-khac' });
  const said = await launch.login('x', ME(house), { headers: { origin: 'https://khac.example' } });
  t.is(said.headers.get('access-control-allow-origin'), 'https://khac.example');
  const other = await launch.login('x', ME(house), { headers: { origin: ORIGINS[0] } });
  t.is(other.headers.get('access-control-allow-origin'), null);
});

test('a preflight is answered without a body and lets no cookie through', async (t) => {
  const launch = await openLaunch(house.issuer);
  for (const path of ['/authorize-challenge', '/authorize-challenge/chip', '/token']) {
    const headers = { origin: ORIGINS[1], 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop,content-type,x-upload-nonce' }; // prettier-ignore
    const { status, headers: given } = await launch.send({ path, method: 'OPTIONS', proof: null, headers });
    t.true([200, 204].includes(status), path);
    t.is(given.get('access-control-allow-origin'), ORIGINS[1], path);
    t.regex(given.get('access-control-allow-headers') ?? '', /dpop/i, path);
    t.regex(given.get('access-control-allow-methods') ?? '', /POST/, path);
    t.is(given.get('access-control-allow-credentials'), null, path);
    t.is(given.get('set-cookie'), null, path);
  }
});

test('no answer sets a cookie, nor does a cookie that comes along change one', async (t) => {
  for (const [what, { headers }] of await answersTo(ORIGINS[0])) t.is(headers.get('set-cookie'), null, what);
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const bare = await openLaunch(house.issuer);
  const cookie = `__Host-session=x; _session=x; auth_session=${citizen.launch.session()}`;
  const said = await bare.post('/authorize-challenge', bare.formFor({ ...bare.newChallenge(), ...ME(house) }), { headers: { cookie } }); // prettier-ignore
  t.is(said.body['error'], 'invalid_request');
  t.is(said.headers.get('set-cookie'), null);
});
