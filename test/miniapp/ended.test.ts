// What a service ended by watermark, and what two services' demands at once have in common: nothing.

import test from 'ava';
import { fakeZalo, openApp, openWire, type Answer, type Seen, type Wire } from './wire.ts';

const acr2 = 'https://id.tayninh.gov.vn/acr/2';
const refusal = (words: string): Answer => ({
  status: 401,
  body: { title: 'x' },
  headers: { 'www-authenticate': `DPoP ${words}` },
});
const ended = refusal('error="invalid_token", error_description="ended"');
const wants = (more: string, scope = 'svc:hoso:nop') =>
  refusal(`error="insufficient_user_authentication", acr_values="${acr2}"${more}, scope="${scope}"`);

type Ground = { readonly broker: Wire; readonly service: Wire };
async function open(t: Parameters<typeof openWire>[0]): Promise<Ground> {
  const [broker, service] = await Promise.all([openWire(t), openWire(t)]);
  return { broker, service };
}
const openings = (broker: Wire) =>
  broker.of('/authorize-challenge').filter(({ form }) => form['code_challenge']);
const tokenOf = ({ headers }: Seen) => headers.authorization?.replace(/^DPoP /, '');

test('a token that was ended is renewed with the session: Zalo is not asked again', async (t) => {
  const { broker, service } = await open(t);
  const zalo = fakeZalo();
  const id = openApp(broker, { resource: service.url, zalo });
  await id.login('svc:hoso:xem');
  service.script('/xem', ended);
  t.is((await id.fetch(`${service.url}/xem`)).status, 200);
  t.deepEqual(zalo.tokens, ['zalo-token-0']);
  t.is(zalo.logins, 0);
  t.truthy(openings(broker)[1]?.form['auth_session']);
  t.is(openings(broker)[1]?.form['subject_evidence_type'], undefined);
});

test('what ended one token ended every older one of that service: none of them is tried', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login('svc:hoso:xem svc:hoso:nop');
  const old = broker.lastToken();
  await id.login('svc:hoso:xem', undefined, { askConsent: true });
  const dead = new Set([old, broker.lastToken()]);
  const judge = (seen: Seen) => (dead.has(tokenOf(seen) ?? '') ? ended : undefined);
  service.script('/xem', judge, judge);
  t.is((await id.fetch(`${service.url}/xem`)).status, 200);
});

test('a token that came after the call was sent is not thrown away with those before', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login('svc:hoso:xem');
  service.script('/a', ended);
  service.script('/b', ended);
  await Promise.all([id.fetch(`${service.url}/a`), id.fetch(`${service.url}/b`)]);
  t.is(openings(broker).length, 2, 'one renewal serves both');
});

test('a token is not asked for in the second that ended the one before: it would be ended too', async (t) => {
  const { broker, service } = await open(t);
  const id = openApp(broker, { resource: service.url });
  await id.login('svc:hoso:xem');
  // A watermark counts in whole seconds, and ends what was issued in its own.
  let floor = 0;
  const judge = (seen: Seen) => {
    floor ||= Math.floor(Date.now() / 1000) + 1;
    const { iat } = JSON.parse(atob(tokenOf(seen)?.split('.')[1] ?? '')) as { iat: number };
    return iat < floor ? ended : undefined;
  };
  await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000))); // a second begins
  service.script('/xem', judge, judge);
  t.is((await id.fetch(`${service.url}/xem`)).status, 200);
});

test('of two calls at once the one that wants fresher steps gets them', async (t) => {
  const { broker, service } = await open(t);
  const raised = Promise.withResolvers<void>();
  const id = openApp(broker, {
    resource: service.url,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.url.endsWith('/b') && response.status === 401) await raised.promise;
      return response;
    },
  });
  await id.login('svc:hoso:xem');
  service.script('/a', wants(''));
  service.script('/b', wants(', max_age="60"'));
  const [one, other] = [id.fetch(`${service.url}/a`), id.fetch(`${service.url}/b`)];
  await one;
  raised.resolve();
  await other;
  const asked = openings(broker).slice(1);
  const ages = asked.map(({ form }) => form['max_age']);
  t.true(ages.includes('60') && ages.includes(undefined));
  t.is(asked.length, 2);
});
