import test from 'ava';
import { createHash } from 'node:crypto';
import { TayNinhIdError, type Challenge } from '../../packages/miniapp/miniapp.ts';
import { noStep, openApp, openWire, startWire, type Answer, type Seen, type Wire } from './wire.ts';

const scope = 'svc:hoso:xem';
const acr2 = 'https://id.tayninh.gov.vn/acr/2';

type Ground = { readonly broker: Wire; readonly service: Wire };
async function open(t: Parameters<typeof openWire>[0]): Promise<Ground> {
  const [broker, service] = await Promise.all([openWire(t), openWire(t)]);
  return { broker, service };
}

const refusal = (words: string, status = 401): Answer => ({
  status,
  body: { title: 'Cần xác thực mức 2' },
  headers: { 'www-authenticate': `DPoP ${words}` },
});
const stepUp = refusal(
  `error="insufficient_user_authentication", acr_values="${acr2}", max_age="300", scope="svc:hoso:nop"`,
);
const tokenOf = ({ headers }: Seen) => headers.authorization?.replace(/^DPoP /, '');
const openings = (broker: Wire) =>
  broker.of('/authorize-challenge').filter(({ form }) => form['code_challenge']);

test('a call carries the token, and a proof of exactly this call and token', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  const response = await id.fetch(`${service.url}/ho-so?trang=2#cuoi`, { headers: { 'x-own': 'yes' } });
  t.is(response.status, 200);
  const [seen] = service.seen;
  t.is(tokenOf(seen!), broker.lastToken());
  t.is(seen?.headers['x-own'], 'yes');
  t.is(seen?.headers['accept-language'], 'vi');
  t.is(seen?.headers.cookie, undefined);
  t.is(seen?.proof['htu'], `${service.url}/ho-so`);
  t.is(seen?.proof['ath'], createHash('sha256').update(broker.lastToken()).digest('base64url'));
  t.is(seen?.jkt, broker.seen[0]?.jkt);
  // Each server has its own nonces.
  service.nonce = 'nonce-of-the-service';
  await id.fetch(`${service.url}/ho-so`);
  t.is(service.nonceRetries, 2);
  t.is(broker.nonceRetries, 1);
});

test('the first call signs in by itself when it says what it needs', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker);
  await t.throwsAsync(id.fetch(`${service.url}/ho-so`, {}, { resource: service.url }), {
    instanceOf: TypeError,
    message: /name it/,
  });
  t.is(broker.seen.length, 0);
  await id.fetch(`${service.url}/ho-so`, {}, { resource: service.url, scope });
  t.is(openings(broker)[0]?.form['resource'], service.url);
});

test('after a 401 that asks for level 2 the steps are done and the call goes once more', async (t) => {
  const { broker, service } = await open(t);
  const shown: string[] = [];
  const onStep = ({ type }: Challenge) => {
    shown.push(type);
    return Promise.resolve({ otp: '482913' });
  };
  const otp = {
    type: 'otp',
    channel: 'sms',
    destination: '***567',
    length: 6,
    expires_in: 300,
    resend_after: 60,
    attempts_left: 5,
  };
  const id = openApp(broker, { resource: service.url, onStep });
  await id.login(scope);
  const first = broker.lastToken();
  service.script('/ho-so', stepUp);
  broker.script('/authorize-challenge', broker.step(otp));
  const response = await id.fetch(`${service.url}/ho-so`, {
    method: 'POST',
    body: JSON.stringify({ so: 1 }),
  });
  t.is(response.status, 200);
  t.deepEqual(shown, ['otp']);
  t.like(openings(broker)[1]?.form, {
    scope: 'svc:hoso:nop',
    acr_values: acr2,
    max_age: '300',
    resource: service.url,
  });
  t.true((openings(broker)[1]?.form['auth_session'] ?? '') !== '');
  t.deepEqual(
    service.seen.map(({ text }) => text),
    ['{"so":1}', '{"so":1}'],
  );
  t.deepEqual(service.seen.map(tokenOf), [first, broker.lastToken()]);

  // The everyday token is kept, and the raised one is used where its scopes are needed.
  const raised = broker.lastToken();
  await id.fetch(`${service.url}/xem`);
  await id.fetch(`${service.url}/ho-so`, {}, { scope: 'svc:hoso:nop' });
  t.deepEqual(service.seen.slice(2).map(tokenOf), [first, raised]);
});

test('a second 401 is the caller’s, with what the service said', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  service.script('/ho-so', stepUp, stepUp, stepUp);
  const response = await id.fetch(`${service.url}/ho-so`);
  t.is(response.status, 401);
  t.deepEqual(await response.json(), { title: 'Cần xác thực mức 2' });
  t.is(service.seen.length, 2);
});

test('two calls refused at once do the steps once', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  service.script('/a', stepUp);
  service.script('/b', stepUp);
  await Promise.all([id.fetch(`${service.url}/a`), id.fetch(`${service.url}/b`)]);
  t.is(openings(broker).length, 2);
});

test('a citizen who stops the steps has declined, and can go on at level 1', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url, onStep: () => Promise.resolve(null) });
  await id.login(scope);
  service.script('/ho-so', stepUp);
  broker.script('/authorize-challenge', broker.step({ type: 'brake' }));
  const error = await t.throwsAsync(id.fetch(`${service.url}/ho-so`), { instanceOf: TayNinhIdError });
  t.is(error?.code, 'declined');
  t.is((await id.fetch(`${service.url}/xem`)).status, 200);
  t.is(openings(broker).length, 2);
});

test('a scope that was never asked for is asked for; one that was refused is not asked again', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  const more = refusal('error="insufficient_scope", scope="svc:hoso:bao"', 403);
  service.script('/bao', more, undefined, more);
  t.is((await id.fetch(`${service.url}/bao`)).status, 200);
  t.is(openings(broker)[1]?.form['scope'], 'svc:hoso:bao'); // and nothing more: its level may be another
  t.is((await id.fetch(`${service.url}/bao`, {}, { scope: 'svc:hoso:bao' })).status, 403);
  t.is(openings(broker).length, 2);
});

test('an ended token is renewed once; after a withdrawal the citizen is told', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  service.script('/xem', refusal('error="invalid_token", error_description="ended"'));
  t.is((await id.fetch(`${service.url}/xem`)).status, 200);
  t.is(openings(broker).length, 2);
  service.script('/xem', refusal('error="invalid_token", error_description="consent_withdrawn"'));
  t.is((await id.fetch(`${service.url}/xem`)).status, 401);
  t.is(openings(broker).length, 2);
});

test('every kind of body is sent again as it was', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  const form = new FormData();
  form.set('anh', new Blob(['ảnh'], { type: 'image/png' }), 'anh.png');
  const stream = () => new Blob(['dòng']).stream();
  const bodies: (() => RequestInit['body'])[] = [
    () => 'chữ',
    () => new URLSearchParams({ a: 'b' }),
    () => new Uint8Array([1, 2, 3]),
    () => new Blob(['khối']),
    () => form,
    stream,
    () => '',
  ];
  for (const make of bodies) {
    service.script('/gui', stepUp);
    t.is((await id.fetch(`${service.url}/gui`, { method: 'POST', body: make() ?? null })).status, 200);
    const [one, two] = service.seen.slice(-2);
    t.is(one?.text, two?.text);
    t.is(one?.headers['content-type'], two?.headers['content-type']);
  }
  const request = new Request(`${service.url}/gui`, { method: 'PUT', body: 'của Request' });
  service.script('/gui', stepUp);
  await id.fetch(request);
  t.deepEqual(
    service.seen.slice(-2).map(({ method, text }) => `${method} ${text}`),
    ['PUT của Request', 'PUT của Request'],
  );
});

for (const address of [
  'https://evil.example/ho-so',
  'http://hoso.example/',
  'https://hoso.example.evil.example/',
  'zbrowser://h5.zdn.vn/zapps/1/',
])
  test(`no token goes to ${address}`, async (t) => {
    const { broker, service } = await open(t);
    const asked: string[] = [];
    const id = openApp(broker, {
      resource: service.url,
      services: { 'https://hoso.example': service.url },
      fetch: (input, init) => {
        asked.push(new Request(input).url);
        return fetch(input, init);
      },
    });
    await id.login(scope);
    const before = asked.length;
    await t.throwsAsync(id.fetch(address), { instanceOf: TypeError });
    await t.throwsAsync(id.fetch(address, {}, { resource: service.url, scope }), { instanceOf: TypeError });
    t.is(asked.length, before);
  });

test('a service that answers elsewhere than its id says is reached where the app says, and only there', async (t) => {
  const { broker, service } = await open(t);
  const name = 'https://hoso.example';
  broker.script('/tien-ich.json', {
    status: 200,
    body: { version: '1', services: [{ id: name, code: 'hoso' }] },
  });
  const id = openApp(broker, { services: { hoso: service.url } });
  await id.utilities();
  t.is((await id.fetch(`${service.url}/ho-so`, {}, { scope })).status, 200);
  t.is(openings(broker)[0]?.form['resource'], name);
  await t.throwsAsync(id.fetch(`${name}/ho-so`, {}, { resource: name, scope }), { message: /is not where/ });
});

test('a redirect is not followed: the token stays', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  service.script('/di', { status: 302, headers: { location: `${broker.url}/den` } });
  const error = await t.throwsAsync(id.fetch(`${service.url}/di`), { instanceOf: TayNinhIdError });
  t.is(error?.code, 'offline');
  t.is(broker.of('/den').length, 0);
});

test('a call that the app breaks off ends as fetch would', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  const early = await t.throwsAsync(id.fetch(`${service.url}/xem`, { signal: AbortSignal.abort() }), {
    any: true,
  });
  t.is((early as Error).name, 'AbortError');
  t.is(service.seen.length, 0);
});

test('a phone whose clock is wrong says the time of the broker', async (t) => {
  const { broker, service } = await open(t);
  broker.aheadSeconds = 3_600;
  const id = openApp(broker, { resource: service.url });
  await id.login(scope);
  await id.fetch(`${service.url}/xem`);
  const ahead = Number(service.seen[0]?.proof.iat) - Date.now() / 1000;
  t.true(ahead > 3_590 && ahead < 3_610, `${ahead}`);
});

test('the own page of the account needs no scope, and signing out ends the session there', async (t) => {
  const { broker } = await open(t);
  const id = openApp(broker);
  await id.fetch(`${broker.url}/me/consents`);
  t.like(openings(broker)[0]?.form, { scope: 'tn:me', resource: `${broker.url}/me` });
  const [key] = broker.seen.map(({ jkt }) => jkt);
  t.true(await id.signOut());
  t.is(broker.of('/me/sign-out').length, 1);
  t.is(id.state, 'signed_out');
  await id.fetch(`${broker.url}/me/consents`);
  t.not(broker.seen.at(-1)?.jkt, key); // the next person has another key
});

test('signing out works without a net', async (t) => {
  const broker = await startWire();
  const id = openApp(broker, { onStep: noStep });
  await id.login(scope, 'https://hoso.example');
  await broker.stop();
  t.false(await id.signOut());
  t.is(id.state, 'signed_out');
});
