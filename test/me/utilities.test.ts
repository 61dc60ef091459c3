import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { ME, REPORT, useMiniApp, zaloToken, meetInZalo } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { codeOf, MINI_APP } from '../support/launch.ts';
import { ask } from '../support/rp.ts';
import type { Reply } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

type Service = { id: string; code: string; title: { vi: string; en: string }; open: unknown[]; actions: { action: string; level: number; scopes: string[]; methods?: string[]; handover: string; route: { method: string; path: string } }[] }; // prettier-ignore
const get = (headers: Record<string, string> = {}): Promise<Reply> => ask(`${house.issuer}/tien-ich.json`, { headers }); // prettier-ignore
const servicesIn = ({ body }: Reply) => body['services'] as readonly Service[]; // the shape asserted below

test('every utility is there with what each of its actions needs', async (t) => {
  const said = await get();
  t.is(said.status, 200);
  const services = servicesIn(said);
  t.true(services.length > 20);
  const report = services.find(({ id }) => id === REPORT.resource);
  t.like(report?.actions[0], { action: 'phananh.gui', level: 1, scopes: ['svc:phananh:gui'], handover: 'local', route: { method: 'POST', path: '/phan-anh' } }); // prettier-ignore
  const dossier = services.flatMap(({ actions }) => actions).find(({ action }) => action === 'hoso.nop');
  t.is(dossier?.level, 2);
  t.deepEqual(said.body['hotline'], { phone: '1022', oa: null });
});

test('what only portals and machines may ask is not offered to the app', async (t) => {
  const offered = servicesIn(await get()).flatMap(({ actions }) => actions.map(({ action }) => action));
  const catalogue = await ask(`${house.issuer}/.well-known/tayninh-service-catalogue`);
  const { actions } = JSON.parse(Buffer.from(catalogue.text.split('.')[1] ?? '', 'base64url').toString()) as { actions: { action: string; require: { clients?: string[] } }[] }; // prettier-ignore
  const forApp = actions.filter(({ require }) => require.clients?.includes('first_party') ?? true);
  t.deepEqual(offered.toSorted(), forApp.map(({ action }) => action).toSorted());
});

test('it is small, and kept for a minute', async (t) => {
  const said = await get();
  const bytes = (await raw({ 'accept-encoding': 'gzip' })).body.length;
  t.log(`${said.text.length} characters, ${bytes} bytes gzipped`);
  t.true(bytes < 30_000);
  t.is(said.headers.get('cache-control'), 'public, max-age=60');
  const held = await get({ 'if-none-match': said.headers.get('etag') ?? '' });
  t.is(held.status, 304);
  t.truthy(held.headers.get('dpop-nonce'));
});

// fetch() packs and unpacks by itself, so this asks as a plain client does.
const raw = (
  headers: Record<string, string>,
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }> =>
  // prettier-ignore
  new Promise((resolve, reject) => {
    const asked = request(`${house.issuer}/tien-ich.json`, { headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) })); // prettier-ignore
    });
    asked.on('error', reject).end();
  });

test('it is sent packed to whoever can unpack it, and each form is held by its own name', async (t) => {
  const [plain, packed] = await Promise.all([raw({}), raw({ 'accept-encoding': 'br, gzip;q=0.5' })]);
  t.is(plain.headers['content-encoding'], undefined);
  t.is(packed.headers['content-encoding'], 'gzip');
  t.deepEqual(gunzipSync(packed.body), plain.body);
  t.is(Number(packed.headers['content-length']), packed.body.length);
  for (const { headers } of [plain, packed]) t.regex(String(headers.vary), /\bAccept-Encoding\b/);
  t.not(packed.headers.etag, plain.headers.etag);
  const held = (encoding: string, etag = '') => raw({ 'accept-encoding': encoding, 'if-none-match': etag });
  t.is((await held('gzip', packed.headers.etag)).status, 304);
  t.is((await held('identity', plain.headers.etag)).status, 304);
  t.is(
    (await held('identity', packed.headers.etag)).status,
    200,
    'packed bytes are not those that were asked for',
  );
  t.is((await raw({ 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'], undefined);
});

test('any page may read it, and nobody sends a cookie', async (t) => {
  const said = await get({ origin: 'https://anybody.example' });
  t.is(said.headers.get('access-control-allow-origin'), '*');
  t.is(said.headers.get('access-control-expose-headers'), 'DPoP-Nonce');
  t.is(said.headers.get('set-cookie'), null);
});

test('with the nonce of the list a launch needs two requests more', async (t) => {
  const { person, launch } = await meetInZalo(house);
  t.is((await launch.send({ path: '/tien-ich.json', method: 'GET', proof: null })).status, 200);
  const before = house.logged.length;
  const said = await launch.login(zaloToken(house, person).accessToken, ME(house));
  const given = await launch.token(codeOf(said), { resource: `${house.issuer}/me` });
  t.is(given.status, 200);
  t.is(launch.clientId, MINI_APP);
  const asked = house.logged.slice(before).filter((line) => line.includes('"event":"request"') && !line.includes('tien-ich.json')); // prettier-ignore
  t.is(asked.length, 2, asked.join('\n'));
});
