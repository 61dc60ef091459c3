// Signed out is signed out: whatever was under way begins nothing anew, and shows nobody a step.

import test from 'ava';
import type { Challenge, Form } from '../../packages/miniapp/miniapp.ts';
import { fakeZalo, openApp, openWire, troubleOf, type Answer, type Wire } from './wire.ts';

const scope = 'svc:hoso:xem';
const ended: Answer = {
  status: 401,
  body: {},
  headers: { 'www-authenticate': 'DPoP error="invalid_token", error_description="ended"' },
};
const openings = (broker: Wire) =>
  broker.of('/authorize-challenge').filter(({ form }) => form['code_challenge']);
const evidences = (broker: Wire) => openings(broker).filter(({ form }) => form['zalo_access_token']);

test('a call under way when the citizen signs out does not sign them in again', async (t) => {
  const [broker, service] = await Promise.all([openWire(t), openWire(t)]);
  const gate = Promise.withResolvers<void>();
  const id = openApp(broker, {
    resource: service.url,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.url.endsWith('/xem')) await gate.promise;
      return response;
    },
  });
  await id.login(scope);
  service.script('/xem', ended);
  const call = troubleOf(id.fetch(`${service.url}/xem`));
  await until(() => service.of('/xem').length === 1);
  t.true(await id.signOut());
  broker.endSessions();
  gate.resolve();
  t.is(await call, 'expired');
  t.is(evidences(broker).length, 1);
  t.is(id.state, 'signed_out');
});

test('a wizard that stands open does not hold up the sign-out, and its answer goes nowhere', async (t) => {
  const broker = await openWire(t);
  const answer = Promise.withResolvers<Form | null>();
  const shown: string[] = [];
  const id = openApp(broker, {
    onStep: ({ type }: Challenge) => {
      shown.push(type);
      return answer.promise;
    },
  });
  await id.login('tn:me', `${broker.url}/me`);
  broker.script('/authorize-challenge', broker.step({ type: 'brake' }));
  const raised = troubleOf(id.stepUp({ scope: 'svc:hoso:nop', resource: 'https://hoso.example' }));
  await until(() => shown.length === 1);
  t.true(await id.signOut());
  t.is(broker.of('/me/sign-out').length, 1);
  t.is(await raised, 'expired');
  const before = broker.seen.length;
  answer.resolve({ step: 'brake', guided: 'no' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(broker.seen.length, before);
});

test('signing out while signing in ends the session that comes of it', async (t) => {
  const broker = await openWire(t);
  const token = Promise.withResolvers<string>();
  let asked = 0;
  const getAccessToken = () => {
    asked += 1;
    return token.promise;
  };
  const id = openApp(broker, { zalo: fakeZalo({ getAccessToken }) });
  const login = troubleOf(id.login(scope, 'https://hoso.example'));
  await until(() => asked === 1);
  const out = id.signOut();
  token.resolve('zalo-token');
  t.is(await login, 'expired');
  t.true(await out);
  t.is(id.state, 'signed_out');
  t.is(evidences(broker).length, 1);
  t.is(broker.of('/me/sign-out').length, 1);
});

test('steps that were broken off leave no session behind a sign-out', async (t) => {
  const broker = await openWire(t);
  const id = openApp(broker, { onStep: () => Promise.resolve(null) });
  broker.script('/authorize-challenge', broker.step({ type: 'consent', service: {}, scopes: [], purposes: [], text_hash: 'h' })); // prettier-ignore
  t.is(await troubleOf(id.login(scope, 'https://hoso.example')), 'declined');
  t.true(await id.signOut());
  t.is(broker.of('/me/sign-out').length, 1);
});

test('a session that is gone already is not made anew to be ended', async (t) => {
  const broker = await openWire(t);
  const id = openApp(broker);
  await id.login(scope, 'https://hoso.example');
  broker.endSessions();
  t.false(await id.signOut());
  t.is(evidences(broker).length, 1);
});

test('whoever never signed in asks nobody to sign out', async (t) => {
  const broker = await openWire(t);
  t.false(await openApp(broker).signOut());
  t.is(broker.seen.length, 0);
});

async function until(is: () => boolean): Promise<void> {
  for (let left = 200; left > 0 && !is(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 10));
}
