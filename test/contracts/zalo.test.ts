// The client against the twin: what §8 "Client tolerates" promises, knob by knob.

import test from 'ava';
import { createZaloLogin } from '../../adapters/zalo/login.ts';
import { Refusal } from '../../errors.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import {
  an,
  appId,
  appSecret,
  identified,
  person,
  redirectUri,
  refused,
  signIn,
  unavailable,
  withTwin,
  type Ending,
} from './zalo-login-run.ts';

const table: readonly (readonly [title: string, knobs: KnobChange, ending: Ending])[] = [
  ['text/json is read as JSON', {}, identified],
  ['application/json is read as JSON', { 'json.type': 'application/json' }, identified],
  ['a quoted zero is no error', { 'json.errorAs': 'string' }, identified],
  ['an answer without error field is a success', { 'json.okError': 'absent' }, identified],
  ['unknown fields are ignored', { 'json.extra': 'unknownFields' }, identified],
  ['a numeric lifetime is fine', { 'oauth.expiryAs': 'number' }, identified],
  ['a missing refresh lifetime is fine', { 'oauth.rtExpiry': 'absent' }, identified],
  ['a token of 2000 characters is fine', { 'oauth.tokenLen': 2000 }, identified],
  ['a client secret that is not checked is fine', { 'console.secretCheck': 'off' }, identified],
  ['a required proof is there', { 'me.proof': 'require' }, identified],
  ['an ignored proof is fine', { 'me.proof': 'ignore' }, identified],
  ['birthday and gender are dropped', { 'me.legacy': 'on' }, identified],
  [
    'an http picture is kept',
    { 'me.picture': 'http' },
    {
      outcome: 'identified',
      profile: { ...person, picture: 'http://s120-ava-talk.zadn.vn/an.jpg' },
    },
  ],
  [
    'an empty name is no name',
    { 'me.name': 'empty' },
    { outcome: 'identified', profile: { ...person, name: undefined } },
  ],
  [
    'a missing name is no name',
    { 'me.name': 'missing' },
    { outcome: 'identified', profile: { ...person, name: undefined } },
  ],
  [
    'an inactive app is a configuration fault',
    { 'console.active': 'off' },
    unavailable('wrong_configuration'),
  ],
  ['from abroad the profile is unavailable', { egress: 'foreign' }, unavailable('foreign_address')],
  [
    '-501 with status 403 is still -501',
    { egress: 'foreign', 'egress.status': 403 },
    unavailable('foreign_address'),
  ],
  [
    'a quoted -501 is still -501',
    { egress: 'foreign', 'json.errorAs': 'string' },
    unavailable('foreign_address'),
  ],
  [
    'an exemption for the id alone does not help',
    { egress: 'foreign', 'egress.idExempt': 'on' },
    unavailable('foreign_address'),
  ],
  [
    '-501 at the token endpoint is -501',
    { egress: 'foreign', 'egress.token': 'on' },
    unavailable('foreign_address'),
  ],
  ['an id that JSON made a number is refused', { 'me.id': 'number' }, unavailable('bad_identifier')],
  ['a null id is refused', { 'me.id': 'null' }, unavailable('bad_identifier')],
  ['an empty id is refused', { 'me.id': 'empty' }, unavailable('bad_identifier')],
  ['a missing id is refused', { 'me.id': 'missing' }, unavailable('bad_identifier')],
  ['an id in a list is refused', { 'me.id': 'array' }, unavailable('bad_identifier')],
  ['an id of letters is refused', { 'me.id': 'words' }, unavailable('bad_identifier')],
];

for (const [title, knobs, expected] of table) {
  test(`Zalo login: ${title}`, async (t) => {
    await withTwin(knobs, async (twin) => {
      const { ending, reports } = await signIn(twin);
      t.deepEqual(ending, expected);
      t.is(reports.length, expected.outcome === 'identified' ? 0 : 1);
    });
  });
}

const proofErrors: readonly (readonly [number, Ending])[] = [
  [452, refused('token_refused')],
  [210, refused('user_not_visible')],
  [-242, unavailable('wrong_configuration')],
  [12000, unavailable('quota')],
  [10002, unavailable('upstream_error')],
  [-777, unavailable('upstream_error')],
];
for (const [error, expected] of proofErrors) {
  test(`error ${error} at /me is never a login`, async (t) => {
    await withTwin({ 'me.proofCode': error }, async (twin) => {
      // A secret the token endpoint does not check, and which makes a wrong proof.
      twin.setKnobs({ 'console.secretCheck': 'off' });
      t.deepEqual((await signIn(twin, { appSecret: 'other' })).ending, expected);
    });
  });
}

test('the permission page is asked for with exactly the documented parameters', (t) => {
  const login = createZaloLogin({
    appId,
    appSecret,
    oauthUrl: 'https://oauth.zaloapp.com/',
    graphUrl: 'https://graph.zalo.me',
    redirectUri,
  });
  const url = new URL(login.authorizationUrl({ state: 'a b&c', codeChallenge: 'ch' }));
  t.is(url.origin + url.pathname, 'https://oauth.zaloapp.com/v4/permission');
  t.deepEqual(Object.fromEntries(url.searchParams), {
    app_id: appId,
    redirect_uri: redirectUri,
    code_challenge: 'ch',
    state: 'a b&c',
  });
});

test('a rush beyond our share of Graph calls spends no code', async (t) => {
  await withTwin({}, async (twin) => {
    const login = createZaloLogin({
      appId,
      appSecret,
      redirectUri,
      oauthUrl: twin.url,
      graphUrl: twin.url,
      graphCallsPerMinute: 1,
    });
    const attempt = () => login.identify({ code: twin.mintCode({ zaloId: an.zaloId }), codeVerifier: '' });
    t.is((await attempt()).outcome, 'identified');
    await t.throwsAsync(attempt, { instanceOf: Refusal, message: /own_limit/ });
    t.is(twin.requests().length, 2);
  });
});
