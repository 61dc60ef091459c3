// The client against a raw server that says what Zalo never should.

import { createServer, type Server, type Socket } from 'node:net';
import test from 'ava';
import { createZaloLogin } from '../../adapters/zalo/login.ts';
import { Refusal } from '../../errors.ts';

const token = 'T0ken-that-must-not-be-logged';
const code = 'c0de-that-must-not-be-logged';
const appSecret = 's3cret-that-must-not-be-logged';

type Script = (socket: Socket) => void;

const http =
  (body: string, head = 'HTTP/1.1 200 OK'): Script =>
  (socket) =>
    socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

const goodToken = http(JSON.stringify({ access_token: token, expires_in: '3600' }));

/** Answers the n-th connection with the n-th script, the last one from then on. */
async function rawServer(...scripts: readonly Script[]): Promise<{
  url: string;
  connections: () => number;
  close: () => void;
}> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const script = scripts[Math.min(count, scripts.length - 1)];
    count += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', () => script?.(socket));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => count,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

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

const trickle: Script = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write(' '), 50);
  socket.on('close', () => clearInterval(timer));
};
const endless: Script = (socket) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n`);
  socket.end(Buffer.alloc(10 * 1024 * 1024, 0x20));
};

const scripts: readonly (readonly [title: string, script: Script, word: string])[] = [
  ['silence', () => {}, 'read_timeout'],
  ['a trickle of bytes', trickle, 'read_timeout'],
  ['a reset', (socket) => void socket.resetAndDestroy(), 'connection_reset'],
  ['a closed connection', (socket) => void socket.end(), 'connection_reset'],
  [
    'half a body',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"a'),
    'connection_reset',
  ],
  ['JSON that stops halfway', http(`{"access_token":"${token}`), 'not_json'],
  ['a page with status 502', http('<html>Bad Gateway</html>', 'HTTP/1.1 502 Bad Gateway'), 'http_error'],
  ['a page with status 200', http('<html>Zalo</html>'), 'not_json'],
  ['nothing', http(''), 'empty_body'],
  ['ten megabytes', endless, 'body_too_large'],
  ['a redirect', http('', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/'), 'redirected'],
  ['bytes that are not HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n'), 'connection_reset'],
  ['a JSON list', http('[]'), 'unexpected_shape'],
  ['a JSON null', http('null'), 'unexpected_shape'],
  ['an error of words', http('{"error":"soon"}'), 'unexpected_shape'],
];

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
