import test from 'ava';
import { readAuthenticate, readServiceAnswer } from '../../packages/miniapp/authenticate.ts';
import { isSafe, liesIn, serviceAt } from '../../packages/miniapp/place.ts';

const plain = (header: string) =>
  readAuthenticate(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

for (const [header, challenges] of [
  ['', []],
  [' , ,', []],
  ['DPoP', [['dpop', {}]]],
  ['DPoP algs="ES256"', [['dpop', { algs: 'ES256' }]]],
  ['dpop ALGS=ES256 , Error = "x"', [['dpop', { algs: 'ES256', error: 'x' }]]],
  ['DPoP error="a \\"b\\", c=\\"d\\""', [['dpop', { error: 'a "b", c="d"' }]]],
  [
    'Bearer, DPoP error="x"',
    [
      ['bearer', {}],
      ['dpop', { error: 'x' }],
    ],
  ],
  [
    'Negotiate YWJj==, DPoP error=x',
    [
      ['negotiate', {}],
      ['dpop', { error: 'x' }],
    ],
  ],
  [
    'Bearer realm="DPoP error=\\"y\\"", DPoP error="x"',
    [
      ['bearer', { realm: 'DPoP error="y"' }],
      ['dpop', { error: 'x' }],
    ],
  ],
  ['DPoP error="first", error="second"', [['dpop', { error: 'first' }]]],
  [
    'DPoP acr_values="https://id.example/acr/2 https://id.example/acr/3"',
    [['dpop', { acr_values: 'https://id.example/acr/2 https://id.example/acr/3' }]],
  ],
  // What cannot be read is left, and so is all that follows.
  ['DPoP error="open', [['dpop', {}]]],
  ['"quoted first", DPoP error="x"', []],
  ['DPoP error="x" scope="y"', [['dpop', {}]]],
] as const)
  test(`WWW-Authenticate: ${header || '(empty)'}`, (t) => t.deepEqual(plain(header), challenges as never));

const answerTo = (header: string) =>
  readServiceAnswer(new Response(null, { status: 401, headers: { 'www-authenticate': header } }));

test('a step-up is read from the DPoP challenge, wherever it stands', (t) => {
  t.deepEqual(
    answerTo(
      'Bearer error="insufficient_user_authentication", DPoP error="insufficient_user_authentication", acr_values="a b", max_age="300", scope="svc:x"',
    ),
    { error: 'insufficient_user_authentication', acrValues: 'a b', maxAge: 300, scope: 'svc:x' },
  );
});

for (const maxAge of ['', '-1', '1e3', '3.5', ' 300', 'x', '99999999999'])
  test(`max_age="${maxAge}" is no number of seconds`, (t) => {
    t.like(answerTo(`DPoP error="insufficient_user_authentication", max_age="${maxAge}"`), {
      maxAge: undefined,
    });
  });

for (const header of [
  'Bearer error="invalid_token"',
  'DPoP error="made_up"',
  'DPoP error="insufficient_scope"',
  'DPoP',
])
  test(`${header} asks nothing of us`, (t) => t.is(answerTo(header), undefined));

for (const [address, yes] of [
  ['https://hoso.example', true],
  ['http://localhost:8083', true],
  ['http://127.0.0.1', true],
  ['http://hoso.example', false],
  ['http://localhost.example', false],
  ['https://citizen:word@hoso.example', false],
  ['javascript:alert(1)', false],
  ['zbrowser://h5.zdn.vn', false],
  ['hoso.example', false],
  ['', false],
] as const)
  test(`${address || '(nothing)'} is ${yes ? '' : 'not '}a place for a token`, (t) =>
    t.is(isSafe(address), yes));

for (const [base, address, yes] of [
  ['https://a.example', 'https://a.example/x?y#z', true],
  ['https://a.example/', 'https://a.example', true],
  ['https://a.example/me', 'https://a.example/me', true],
  ['https://a.example/me/', 'https://a.example/me/consents', true],
  ['https://a.example/me', 'https://a.example/mean', false],
  ['https://a.example/me', 'https://a.example/me/../admin', false],
  ['https://a.example/me', 'https://a.example/me/%2e%2e/admin', false],
  ['https://a.example', 'https://a.example.evil.example/', false],
  ['https://a.example', 'https://a.example@evil.example/', false],
  ['https://a.example', 'https://b.example/https://a.example', false],
  ['https://a.example', 'http://a.example/', false],
  ['https://a.example', 'https://a.example:8443/', false],
  ['http://localhost:1', 'http://localhost:2/', false],
] as const)
  test(`${address} ${yes ? 'lies' : 'does not lie'} in ${base}`, (t) => t.is(liesIn(base, address), yes));

test('of two services at one address the nearer is meant', (t) => {
  const bases = new Map([
    ['all', 'https://a.example'],
    ['me', 'https://a.example/me'],
  ]);
  t.is(serviceAt(bases, 'https://a.example/me/consents'), 'me');
  t.is(serviceAt(bases, 'https://a.example/other'), 'all');
  t.is(serviceAt(bases, 'https://b.example/'), undefined);
});
