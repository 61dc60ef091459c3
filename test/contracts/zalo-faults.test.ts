// The client against a raw server that says what Zalo never should.

import test from 'ava';
import { createZaloLogin } from '../../adapters/zalo/login.ts';
import { Refusal } from '../../errors.ts';
import { http, rawServer, scripts, token } from './zalo-raw-server.ts';

const code = 'c0de-that-must-not-be-logged';
const appSecret = 's3cret-that-must-not-be-logged';

const goodToken = http(JSON.stringify({ access_token: token, expires_in: '3600' }));

async function attempt(url: string): Promise<{ ending: string; logged: string }> {
  const logged: unknown[] = [];
  const login = createZaloLogin({
    appId: '1234567890123456789',
    appSecret,
    oauthUrl: url,
    graphUrl: url,
    redirectUri: 'http://127.0.0.1:3000/zalo/callback',
    connectTimeoutMs: 1000,
    readTimeoutMs: 1500,
    onFailure: (failure, facts) => logged.push(failure, facts),
  });
  const ending = await login.identify({ code, codeVerifier: 'v'.repeat(43) }).then(
    (answer) => (answer.outcome === 'refused' ? answer.reason : answer.outcome),
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      logged.push(error.message, error.reason, String(error.cause));
      return `${error.kind}: ${error.reason}`;
    },
  );
  return { ending, logged: JSON.stringify(logged) };
}

for (const [title, script, word] of scripts) {
  test(`${title} instead of a token makes Zalo unavailable, after one call`, async (t) => {
    const server = await rawServer(script);
    const { ending, logged } = await attempt(server.url);
    server.close();
    t.is(ending, `unavailable: zalo_${word}`);
    t.is(server.connections(), 1);
    t.notRegex(logged, /must-not-be-logged/);
  });

  test(`${title} instead of a profile makes Zalo unavailable`, async (t) => {
    const server = await rawServer(goodToken, script);
    const { ending, logged } = await attempt(server.url);
    server.close();
    t.is(ending, `unavailable: zalo_${word}`);
    t.is(server.connections(), word === 'connection_reset' ? 3 : 2);
    t.notRegex(logged, /must-not-be-logged/);
  });
}

const tokenAnswers: readonly (readonly [title: string, body: string, ending: string])[] = [
  ['an empty token without error', '{"access_token":""}', 'unavailable: zalo_unexpected_shape'],
  [
    'a token that would split the header',
    '{"access_token":"a\\r\\nb: c"}',
    'unavailable: zalo_unexpected_shape',
  ],
  ['a token that is a number', '{"access_token":1}', 'unavailable: zalo_unexpected_shape'],
  ['an error beside a token of the wrong type', '{"error":-14005,"access_token":null}', 'code_refused'],
  [
    '-501 without the words about Vietnam',
    '{"error":-501,"message":"Busy"}',
    'unavailable: zalo_upstream_error',
  ],
];
for (const [title, body, expected] of tokenAnswers) {
  test(`${title} is no login`, async (t) => {
    const server = await rawServer(http(body));
    const { ending } = await attempt(server.url);
    server.close();
    t.is(ending, expected);
  });
}

const ids = ['12 3', '-5', '0', '007', '1e5', '１２３', '9'.repeat(40)];
for (const id of ids) {
  test(`the Zalo id ${JSON.stringify(id).slice(0, 12)} is refused`, async (t) => {
    const server = await rawServer(goodToken, http(JSON.stringify({ id, error: 0 })));
    const { ending } = await attempt(server.url);
    server.close();
    t.is(ending, 'unavailable: zalo_bad_identifier');
  });
}

test('a script address is no picture and an odd name is no name', async (t) => {
  const profile = {
    id: '9007199254740993001',
    name: 7,
    picture: { data: { url: 'javascript:x' } },
  };
  const server = await rawServer(goodToken, http(JSON.stringify(profile)));
  const login = createZaloLogin({
    appId: '1',
    appSecret,
    oauthUrl: server.url,
    graphUrl: server.url,
    redirectUri: 'http://x/',
  });
  const answer = await login.identify({ code, codeVerifier: 'v' });
  server.close();
  t.deepEqual(answer, {
    outcome: 'identified',
    profile: { appId: '1', zaloId: '9007199254740993001', name: undefined, picture: undefined },
  });
});

test('secrets that Zalo echoes, and line breaks, stay out of the log', async (t) => {
  const echoing = JSON.stringify({
    error: -14005,
    error_name: `Invalid code ${code}`,
    error_reason: `${appSecret}\r\nroot: admin`,
  });
  const server = await rawServer(http(echoing));
  const { ending, logged } = await attempt(server.url);
  server.close();
  t.is(ending, 'code_refused');
  t.notRegex(logged, /must-not-be-logged|\\r|\\n/);
  t.regex(logged, /Invalid code \[hidden\]/);
});

test('a closed port makes Zalo unavailable', async (t) => {
  const server = await rawServer(goodToken);
  server.close();
  t.is((await attempt(server.url)).ending, 'unavailable: zalo_connection_failed');
});

// A handshake that never ends stands for a host that takes no connection.
test('a connection that is never ready is given up', async (t) => {
  const server = await rawServer(() => {});
  const { ending } = await attempt(server.url.replace('http:', 'https:'));
  server.close();
  t.is(ending, 'unavailable: zalo_connect_timeout');
  t.is(server.connections(), 1);
});

test('a code nobody could have received is refused without a call', async (t) => {
  const server = await rawServer(goodToken);
  const login = createZaloLogin({
    appId: '1',
    appSecret,
    oauthUrl: server.url,
    graphUrl: server.url,
    redirectUri: 'http://x/',
  });
  for (const bad of ['', 'x'.repeat(5000)]) {
    t.deepEqual(await login.identify({ code: bad, codeVerifier: 'v' }), {
      outcome: 'refused',
      reason: 'code_unusable',
    });
  }
  t.is(server.connections(), 0);
  server.close();
});
