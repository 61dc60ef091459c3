// The mini app's evidence against a raw server that says what Zalo never should.

import test from 'ava';
import { createZaloApp } from '../../adapters/zalo/app.ts';
import { ending } from './zalo-app-run.ts';
import { http, rawServer, scripts, token, type Script } from './zalo-raw-server.ts';

const phoneToken = 'ph0ne-that-must-not-be-logged';

async function attempt(script: Script, what: 'identify' | 'readPhone') {
  const server = await rawServer(script);
  const logged: unknown[] = [];
  const app = createZaloApp({
    appId: '1234567890123456789',
    appSecret: 's3cret-that-must-not-be-logged',
    oauthUrl: server.url,
    graphUrl: server.url,
    connectTimeoutMs: 1000,
    readTimeoutMs: 1000,
    onFailure: (failure, facts) => logged.push(failure, facts),
  });
  const call = what === 'identify' ? app.identify(token) : app.readPhone({ accessToken: token, phoneToken });
  const word = await ending(call);
  server.close();
  return { word, calls: server.connections(), logged: JSON.stringify(logged) };
}

for (const [title, script, word] of scripts) {
  test(`${title} instead of a person makes Zalo unavailable`, async (t) => {
    const { word: found, calls, logged } = await attempt(script, 'identify');
    t.is(found, `unavailable: zalo_${word}`);
    t.is(calls, word === 'connection_reset' ? 2 : 1);
    t.notRegex(logged, /must-not-be-logged/);
  });

  test(`${title} instead of a phone makes Zalo unavailable, after one call`, async (t) => {
    const { word: found, calls, logged } = await attempt(script, 'readPhone');
    t.is(found, `unavailable: zalo_${word}`);
    t.is(calls, 1);
    t.notRegex(logged, /must-not-be-logged/);
  });
}

const phones: readonly (readonly [body: string, word: string])[] = [
  ['{"data":{"number":"84912345678"},"error":0}', 'number'],
  ['{"data":{"number":"84912345678"}}', 'number'],
  ['{"data":{"number":"84912345678"},"error":"0"}', 'number'],
  ['{"data":{},"error":0}', 'phone_refused'],
  ['{"data":null,"error":0}', 'phone_refused'],
  ['{"error":0}', 'phone_refused'],
  ['{"data":{"number":""},"error":0}', 'phone_refused'],
  ['{"data":{"number":84912345678},"error":0}', 'phone_refused'],
  ['{"data":{"provider":"gps","latitude":"10.76","longitude":"106.69","timestamp":"1667793600"},"error":0}', 'phone_refused'], // prettier-ignore
  ['{"data":{"number":"84912345678"},"error":-1}', 'phone_refused'],
  ['{"data":{"number":"15551234567"},"error":0}', 'phone_unusable'],
  ['{"data":{"number":"842763822233"},"error":0}', 'phone_unusable'],
  ['{"data":{"number":"+84 (nhà)"},"error":0}', 'phone_unusable'],
  ['{"error":-501,"message":"Personal information is limited due to IP address not inside Vietnam: 1.2.3.4"}', 'unavailable: zalo_foreign_address'], // prettier-ignore
  ['{"error":-501,"message":"Busy"}', 'unavailable: zalo_upstream_error'],
  ['{"error":"452"}', 'token_refused'],
];
for (const [body, word] of phones) {
  test(`/me/info ${body.slice(0, 70)} is ${word}`, async (t) => {
    t.is((await attempt(http(body), 'readPhone')).word, word);
  });
}

const profiles: readonly (readonly [body: string, word: string])[] = [
  ['{"id":"9007199254740993001","is_sensitive":"maybe"}', 'identified'],
  ['{"id":"9007199254740993001","picture":"x","name":["y"]}', 'identified'],
  ['{"id":9007199254740993001,"error":0}', 'unavailable: zalo_bad_identifier'],
  ['{"id":"1e5"}', 'unavailable: zalo_bad_identifier'],
  ['{"id":"9007199254740993001","error":-242}', 'proof_refused'],
  ['{"id":"9007199254740993001","error":2004}', 'unavailable: zalo_wrong_configuration'],
  ['{"id":"9007199254740993001","error":210}', 'user_not_visible'],
];
for (const [body, word] of profiles) {
  test(`/me ${body} is ${word}`, async (t) => {
    t.is((await attempt(http(body), 'identify')).word, word);
  });
}
