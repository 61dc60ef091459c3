// The package against the broker itself, its twins and two services behind the guard.

import test from 'ava';
import {
  createTayNinhId,
  TayNinhIdError,
  type OnStep,
  type Options,
} from '../../packages/miniapp/miniapp.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { ORIGINS } from '../support/launch.ts';
import { DOSSIERS, REPORTS } from '../support/rp.ts';
import { answersOf, meet, startGround, zaloOf, type Ground } from './ground.ts';

let ground: Ground;
test.before(async () => {
  ground = await startGround();
});
test.after.always(() => ground?.stop());

function openApp(person: Person, shown: string[] = [], change: Partial<Options> = {}) {
  return createTayNinhId({
    issuer: ground.house.issuer,
    clientId: 'miniapp',
    zalo: zaloOf(ground, person),
    services: ground.services,
    onStep: answersOf(ground, person, shown),
    ...change,
  });
}
const report = { noiDung: 'Đèn đường hỏng', viTri: 'Phường Tân Ninh' };
const sent = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

test('a citizen opens the app, is signed in, and sends a report', async (t) => {
  const id = openApp(await meet(ground));
  const answer = await id.fetch(`${ground.report.url}/phan-anh`, sent(report), { scope: 'svc:phananh:gui' });
  t.is(answer.status, 201);
  t.is(id.state, 'signed_in');
});

test('level 2 is reached on the way, and the call the citizen made is answered', async (t) => {
  const shown: string[] = [];
  const id = openApp(await meet(ground), shown);
  const token = await id.login('svc:hoso:chuan-bi', DOSSIERS);
  t.deepEqual([...shown], ['consent']); // what rests on law is shown, with nothing to choose
  t.deepEqual(token.scopes, ['svc:hoso:chuan-bi']);
  const answer = await id.fetch(`${ground.dossier.url}/ho-so`);
  t.is(answer.status, 200);
  t.true(shown.includes('card_register') && shown.includes('otp'), shown.join());
  // Both levels serve from now on, without a step.
  const steps = shown.length;
  t.is((await id.fetch(`${ground.dossier.url}/giay-to`)).status, 200);
  t.is((await id.fetch(`${ground.dossier.url}/ho-so`, {}, { scope: 'svc:hoso:xem' })).status, 200);
  t.is(shown.length, steps);
});

test('a call that names a scope of level 2 goes through the steps first, and level 1 stays as it was', async (t) => {
  const shown: string[] = [];
  const id = openApp(await meet(ground), shown);
  await id.login('svc:hoso:chuan-bi', DOSSIERS);
  const seen = await id.fetch(`${ground.dossier.url}/ho-so`, {}, { scope: 'svc:hoso:xem' });
  t.is(seen.status, 200);
  t.true(shown.includes('otp'));
  t.deepEqual((await id.token(DOSSIERS)).scopes, ['svc:hoso:chuan-bi']);
});

test('a citizen who stops at the first step is not moved, and level 1 goes on', async (t) => {
  const person = await meet(ground);
  const usual = answersOf(ground, person, []);
  const onStep: OnStep = (challenge) =>
    challenge.type === 'consent' ? usual(challenge) : Promise.resolve(null);
  const id = openApp(person, [], { onStep });
  await id.login('svc:hoso:chuan-bi', DOSSIERS);
  const error = await t.throwsAsync(id.fetch(`${ground.dossier.url}/ho-so`), { instanceOf: TayNinhIdError });
  t.is(error?.code, 'declined');
  t.is((await id.fetch(`${ground.dossier.url}/giay-to`)).status, 200);
});

test('ten calls to two services at once are one login and no lost session', async (t) => {
  const id = openApp(await meet(ground));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      at % 2 === 0
        ? id.fetch(`${ground.report.url}/phan-anh`, {}, { scope: 'svc:phananh:xem' })
        : id.fetch(`${ground.dossier.url}/giay-to`, {}, { scope: 'svc:hoso:chuan-bi' }),
    ),
  );
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
});

test('evidence that another launch has used is fetched anew from Zalo', async (t) => {
  const zalo = zaloOf(ground, await meet(ground));
  const person = await meet(ground);
  await openApp(person, [], { zalo }).login('svc:hoso:chuan-bi', DOSSIERS);
  await t.notThrowsAsync(openApp(person, [], { zalo }).login('svc:hoso:chuan-bi', DOSSIERS));
});

test('an invented token is refused in one word, and no session begins', async (t) => {
  const zalo = { ...zaloOf(ground, await meet(ground)), getAccessToken: () => Promise.resolve('invented') };
  const id = openApp(await meet(ground), [], { zalo });
  const error = await t.throwsAsync(id.login('svc:hoso:chuan-bi', DOSSIERS), { instanceOf: TayNinhIdError });
  t.is(error?.code, 'denied');
  t.is(id.state, 'signed_out');
});

test.serial('Zalo that is down is said as such, and a later tap signs in', async (t) => {
  const id = openApp(await meet(ground));
  ground.house.zalo.setKnobs({ 'net.fault': 'html502' });
  const error = await t.throwsAsync(id.login('svc:hoso:chuan-bi', DOSSIERS), { instanceOf: TayNinhIdError });
  ground.house.zalo.resetKnobs();
  t.is(error?.code, 'zalo_unavailable');
  t.is(id.state, 'signed_out');
  await t.notThrowsAsync(id.login('svc:hoso:chuan-bi', DOSSIERS));
});

test('with the list of utilities first, the login is two requests', async (t) => {
  const asked: string[] = [];
  const count: typeof globalThis.fetch = (input, init) => {
    asked.push(new URL(new Request(input).url).pathname);
    return fetch(input, init);
  };
  const services = { phananh: ground.report.url }; // by the code of the catalogue
  const id = openApp(await meet(ground), [], { fetch: count, services, onStep: () => Promise.resolve(null) });
  const list = await id.utilities();
  t.true(list.services.some(({ id: name }) => name === REPORTS));
  await id.login('tn:me', `${ground.house.issuer}/me`);
  t.deepEqual(asked, ['/tien-ich.json', '/authorize-challenge', '/token']);
});

for (const origin of ORIGINS)
  test(`a page of ${origin} may ask, read nonces and challenges, and sends no cookie`, async (t) => {
    const preflight = async (url: string) => {
      const answer = await fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,dpop,x-client-id,x-upload-nonce',
        },
      });
      t.true(answer.ok, url);
      t.is(answer.headers.get('access-control-allow-origin'), origin, url);
      t.is(answer.headers.get('access-control-allow-credentials'), null);
      t.regex(answer.headers.get('access-control-allow-headers') ?? '', /dpop/i);
    };
    const { issuer } = ground.house;
    for (const path of ['/authorize-challenge', '/authorize-challenge/chip', '/token'])
      await preflight(`${issuer}${path}`);
    await preflight(`${ground.report.url}/phan-anh`);

    const seen: Response[] = [];
    const asPage: typeof globalThis.fetch = async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('origin', origin);
      const answer = await fetch(input, { ...init, headers });
      seen.push(answer);
      return answer;
    };
    const id = openApp(await meet(ground), [], { fetch: asPage });
    await id.fetch(`${ground.report.url}/phan-anh`, sent(report), {
      resource: REPORTS,
      scope: 'svc:phananh:gui',
    });
    t.true(seen.length >= 3);
    for (const answer of seen) {
      t.is(answer.headers.get('access-control-allow-origin'), origin, answer.url);
      t.regex(answer.headers.get('access-control-expose-headers') ?? '', /dpop-nonce/i, answer.url);
      t.is(answer.headers.get('set-cookie'), null, answer.url);
    }
  });

test('a page of another origin may not read an answer', async (t) => {
  const answer = await fetch(`${ground.house.issuer}/authorize-challenge`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: new URLSearchParams({ response_type: 'code', client_id: 'miniapp', auth_session: 'x' }),
  });
  t.is(answer.headers.get('access-control-allow-origin'), null);
});
