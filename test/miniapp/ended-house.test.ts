// One person, two telephones, the real broker and a service that polls the watermark feed.

import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createTayNinhId } from '../../packages/miniapp/miniapp.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { answersOf, meet, startGround, zaloOf, type Ground } from './ground.ts';

let ground: Ground;
test.before(async () => {
  ground = await startGround();
});
test.after.always(() => ground?.stop());

const scope = 'svc:phananh:gui';
const report = (): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ noiDung: 'Đèn đường hỏng', viTri: 'Phường Tân Ninh' }),
});

/** What the app asked Zalo, and what services and broker answered it. */
function openApp(person: Person) {
  const zalo = zaloOf(ground, person);
  const asked: string[] = [];
  const heard: string[] = [];
  const id = createTayNinhId({
    issuer: ground.house.issuer,
    clientId: 'miniapp',
    services: ground.services,
    onStep: answersOf(ground, person, []),
    zalo: {
      ...zalo,
      getAccessToken: () => (asked.push('token'), zalo.getAccessToken()),
      login: () => (asked.push('login'), zalo.login()),
    },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const said = /error_description="(ended)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
      heard.push(
        `${new URL(response.url).pathname} ${response.status}${said === undefined ? '' : ` ${said}`}`,
      );
      return response;
    },
  });
  const send = async () => (await id.fetch(`${ground.report.url}/phan-anh`, report(), { scope })).status;
  return { id, asked, heard, send };
}

test('the other telephone signs out: this one goes on with its session, and Zalo is not asked', async (t) => {
  const person = await meet(ground);
  const [here, there] = [openApp(person), openApp(person)];
  t.is(await here.send(), 201);
  t.is(await there.send(), 201);
  t.true(await there.id.signOut());
  await sleep(900); // longer than the service waits between two looks at the feed
  const [asked, heard] = [here.asked.length, here.heard.length];
  t.is(await here.send(), 201);
  t.true(here.heard.slice(heard).includes('/phan-anh 401 ended'), here.heard.join(', '));
  t.is(here.asked.length, asked);
});

test('a session that was ended from elsewhere is one evidence away, and not one call is lost', async (t) => {
  const person = await meet(ground);
  const [here, lost] = [openApp(person), openApp(person)];
  await here.id.login('tn:me', `${ground.house.issuer}/me`);
  await lost.id.login('tn:me', `${ground.house.issuer}/me`);
  const me = `${ground.house.issuer}/me`;
  const { sessions } = (await (await here.id.fetch(`${me}/devices`)).json()) as { sessions: { id: string; current: boolean }[] }; // prettier-ignore
  const other = sessions.find(({ current }) => !current)?.id;
  t.is((await here.id.fetch(`${me}/sessions/${other}/end`, { method: 'POST' })).status, 204);
  const before = lost.asked.length;
  t.is((await lost.id.fetch(me)).status, 200);
  t.true(lost.heard.includes('/me 401 ended'), lost.heard.join(', '));
  // The session was tried before Zalo was.
  t.true(lost.asked.length > before);
  t.is(here.asked.length, 1);
});
