// The code exchange, and the network under it: refusals, faults, and what is never repeated.

import test from 'ava';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import type { ZaloTwin } from '../../sandbox/zalo/server.ts';
import { an, identified, refused, signIn, unavailable, withTwin, type Ending } from './zalo-login-run.ts';

const badFlows: readonly (readonly [
  title: string,
  change: Parameters<typeof signIn>[1],
  knobs: KnobChange,
  ending: Ending,
  error: number,
])[] = [
  ['an unknown code starts the login again', { code: 'nobody' }, {}, refused('code_refused'), -14005],
  [
    'a quoted error number is understood',
    { code: 'nobody' },
    { 'json.errorAs': 'string' },
    refused('code_refused'),
    -14005,
  ],
  [
    'empty tokens beside an error are no tokens',
    { code: 'nobody' },
    { 'oauth.errorTokens': 'empty' },
    refused('code_refused'),
    -14005,
  ],
  [
    'another verifier starts the login again',
    { codeVerifier: 'x'.repeat(43) },
    {},
    refused('code_refused'),
    -14005,
  ],
  [
    'an unlisted code is a failed login',
    { codeVerifier: 'x'.repeat(43) },
    { 'oauth.verifierCode': -14021 },
    refused('code_unknown_error'),
    -14021,
  ],
  [
    'a positive unlisted code is a failed login',
    { codeVerifier: 'x'.repeat(43) },
    { 'oauth.verifierCode': 7 },
    refused('code_unknown_error'),
    7,
  ],
  [
    'an unlisted code in place of a known one is a failed login',
    { code: 'nobody' },
    { 'json.extra': 'unknownCode' },
    refused('code_unknown_error'),
    -19999,
  ],
  [
    'a wrong secret is a configuration fault',
    { appSecret: 'other' },
    {},
    unavailable('wrong_configuration'),
    -14004,
  ],
  ['an unknown app is a configuration fault', { appId: '1' }, {}, unavailable('wrong_configuration'), -14002],
];

for (const [title, change, knobs, expected, error] of badFlows) {
  test(`Zalo code exchange: ${title}`, async (t) => {
    await withTwin(knobs, async (twin) => {
      const { ending, reports } = await signIn(twin, change);
      t.deepEqual(ending, expected);
      const isConfig = expected.outcome === 'unavailable';
      t.like(reports, {
        length: 1,
        0: { endpoint: 'access_token', class: isConfig ? 'config' : 'flow', error },
      });
      t.is(twin.requests().filter((seen) => seen.endpoint === 'me').length, 0);
    });
  });
}

const faults: readonly (readonly [NonNullable<KnobChange['net.fault']>, string, meCalls: number])[] = [
  ['hang', 'read_timeout', 1],
  ['reset', 'connection_reset', 2],
  ['truncate', 'connection_reset', 2],
  ['html502', 'http_error', 1],
  ['html504', 'http_error', 1],
  ['empty200', 'empty_body', 1],
];

for (const [fault, word, meCalls] of faults) {
  const calls = (twin: ZaloTwin, endpoint: string): number =>
    twin.requests().filter((seen) => seen.endpoint === endpoint).length;

  test(`a code exchange that ends in ${fault} is not repeated`, async (t) => {
    await withTwin({ 'net.fault': fault }, async (twin) => {
      t.deepEqual((await signIn(twin)).ending, unavailable(word));
      t.is(calls(twin, 'access_token'), 1);
      t.is(calls(twin, 'me'), 0);
    });
  });

  test(`a profile read that ends in ${fault} makes Zalo unavailable`, async (t) => {
    await withTwin({}, async (twin) => {
      twin.queue('me', { 'net.fault': fault }, { 'net.fault': fault });
      t.deepEqual((await signIn(twin)).ending, unavailable(word));
      t.is(calls(twin, 'access_token'), 1);
      t.is(calls(twin, 'me'), meCalls);
    });
  });
}

test('one lost connection while reading the profile does not lose the login', async (t) => {
  await withTwin({}, async (twin) => {
    twin.queue('me', { 'net.fault': 'reset' });
    const { ending, reports } = await signIn(twin);
    t.deepEqual(ending, identified);
    t.like(reports, { length: 1, 0: { failure: 'connection_reset', willRetry: true } });
  });
});

test('no bearer header, one proof, and nothing undocumented is sent', async (t) => {
  await withTwin({}, async (twin) => {
    await signIn(twin);
    const [exchange, profile] = twin.requests();
    t.true(exchange?.headers.includes('secret_key'));
    t.deepEqual(exchange?.parameters.toSorted(), ['app_id', 'code', 'code_verifier', 'grant_type']);
    t.true(profile?.headers.includes('access_token'));
    t.true(profile?.headers.includes('appsecret_proof'));
    t.deepEqual(profile?.parameters, ['fields']);
    t.false(twin.requests().some((seen) => seen.headers.includes('authorization')));
  });
});

test('a code works once', async (t) => {
  await withTwin({}, async (twin) => {
    const code = twin.mintCode({ zaloId: an.zaloId });
    t.is((await signIn(twin, { code })).ending.outcome, 'identified');
    t.deepEqual((await signIn(twin, { code })).ending, refused('code_refused'));
  });
});

test('a code older than ten minutes is refused', async (t) => {
  await withTwin({}, async (twin) => {
    const code = twin.mintCode({ zaloId: an.zaloId });
    twin.setKnobs({ 'clock.aheadMs': 10 * 60_000 });
    t.deepEqual((await signIn(twin, { code })).ending, refused('code_refused'));
  });
});
