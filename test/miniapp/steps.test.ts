import test from 'ava';
import type { Challenge, Step } from '../../packages/miniapp/miniapp.ts';
import { openApp, openWire, troubleOf, unavailable } from './wire.ts';

const service = 'https://hoso.example';
const scope = 'svc:hoso:xem';

for (const [what, challenge] of [
  ['unknown', { type: 'dance' }],
  ['without a type', {}],
  ['of the prototype', { type: 'constructor' }],
  [
    'a browser step to a script',
    { type: 'vneid_redirect', authorization_uri: 'javascript:alert(1)', expires_in: 300 },
  ],
  [
    'a browser step over plain http',
    { type: 'passkey_web', authorization_uri: 'http://id.example/', expires_in: 300 },
  ],
  ['a counter without a state', { type: 'counter', user_code: 'K7M4', expires_in: 900, interval: 5 }],
  ['a counter whose code is a number', { type: 'counter', state: 'open', user_code: 7, interval: 5 }],
  [
    'a card with mistakes that are no list',
    { type: 'card_register', fields: [], fields_wrong: 'name_empty' },
  ],
  ['a code without a number of tries', { type: 'otp', channel: 'sms' }],
  ['a consent without purposes', { type: 'consent', service: {}, scopes: [], text_hash: 'x' }],
] as const)
  test(`a step that is ${what} is refused before anything is shown`, async (t) => {
    const wire = await openWire(t);
    wire.script('/authorize-challenge', wire.step(challenge));
    t.is(await troubleOf(openApp(wire).login(scope, service)), 'protocol');
  });

test('the code of a counter goes when an officer has it, and the step goes on', async (t) => {
  const wire = await openWire(t);
  wire.script(
    '/authorize-challenge',
    wire.step({ type: 'counter', state: 'open', user_code: 'K7M4 9P', expires_in: 900, interval: 5 }),
    wire.step({ type: 'counter', state: 'claimed', unit: 'Phường Tân Ninh', interval: 5 }),
    wire.step({ type: 'counter', state: 'used_up', interval: 5 }),
  );
  const seen: unknown[] = [];
  const onStep = (challenge: Challenge) => {
    if (challenge.type === 'counter') seen.push([challenge.state, challenge.user_code, challenge.unit]);
    return Promise.resolve({ step: 'counter' });
  };
  await openApp(wire, { onStep }).login(scope, service);
  t.deepEqual(seen, [
    ['open', 'K7M4 9P', undefined],
    ['claimed', undefined, 'Phường Tân Ninh'],
    ['used_up', undefined, undefined],
  ]);
});

test('the steps come one by one, with what the citizen is doing, and the replies go back', async (t) => {
  const wire = await openWire(t);
  wire.script(
    '/authorize-challenge',
    wire.step({ type: 'choose', options: ['card_register', 'counter'] }),
    wire.step({ type: 'card_register', fields: ['card_qr'] }),
    wire.step({ type: 'card_register', fields: ['card_qr'], error: 'no_match' }),
  );
  const shown: string[] = [];
  const replies = [
    { choice: 'card_register' },
    { card_qr: 'a' },
    { card_qr: 'b', client_id: 'other', auth_session: 'x' },
  ];
  const onStep = (challenge: Challenge, { transaction, trouble }: Step) => {
    shown.push(
      `${challenge.type} ${'error' in challenge ? challenge.error : ''} ${transaction?.code} ${trouble?.code}`,
    );
    return Promise.resolve(replies.shift() ?? null);
  };
  await openApp(wire, { onStep }).login(scope, service);
  t.deepEqual(shown, [
    'choose  TN-48 undefined',
    'card_register  TN-48 undefined',
    'card_register no_match TN-48 undefined',
  ]);
  const [, , , last] = wire.of('/authorize-challenge');
  // What the app adds by mistake cannot replace what ties the reply to the flow.
  t.like(last?.form, { card_qr: 'b', client_id: 'miniapp', response_type: 'code' });
  t.not(last?.form['auth_session'], 'x');
  t.is(last?.form['code_challenge'], undefined);
});

test('a citizen who stops has declined; the next tap begins anew', async (t) => {
  const wire = await openWire(t);
  wire.script('/authorize-challenge', wire.step({ type: 'brake' }));
  const id = openApp(wire, { onStep: () => Promise.resolve(null) });
  t.is(await troubleOf(id.login(scope, service)), 'declined');
  t.is(id.state, 'signed_out');
  await id.login(scope, service);
  t.is(id.state, 'signed_in');
});

test('a register that is down leaves the citizen in the wizard, with a sentence', async (t) => {
  const wire = await openWire(t);
  wire.script('/authorize-challenge', wire.step({ type: 'brake' }), unavailable, unavailable, unavailable);
  const troubles: unknown[] = [];
  const onStep = (_challenge: Challenge, { trouble }: Step) => {
    troubles.push(trouble?.code);
    return Promise.resolve({ step: 'brake', guided: 'no' });
  };
  await openApp(wire, { onStep }).login(scope, service);
  t.deepEqual(troubles, [undefined, 'busy']);
  const sessions = wire.of('/authorize-challenge').map(({ form }) => form['auth_session']);
  t.is(new Set(sessions.slice(1)).size, 1); // the same value each time: no new one was given
});

test('a reply whose answer was lost ends the flow, and nothing is done twice', async (t) => {
  const wire = await openWire(t);
  wire.script('/authorize-challenge', wire.step({ type: 'brake' }), 'done-then-reset');
  const onStep = () => Promise.resolve({ step: 'brake', guided: 'no' });
  const id = openApp(wire, { onStep });
  t.is(await troubleOf(id.login(scope, service)), 'expired');
  t.is(wire.of('/token').length, 0);
  await id.login(scope, service);
  t.is(id.state, 'signed_in');
});

test('where the broker wants the phone number with the evidence, the whole request goes again', async (t) => {
  const wire = await openWire(t);
  const body = { error: 'insufficient_authorization', challenge: { type: 'zalo_phone', required: true } };
  wire.script('/authorize-challenge', { status: 400, body });
  await t.notThrowsAsync(openApp(wire, { onStep: (_, step) => step.zaloPhone() }).login(scope, service));
  const [first, second] = wire.of('/authorize-challenge');
  t.is(second?.form['zalo_phone_token'], 'phone-token');
  t.is(second?.form['code_challenge'], first?.form['code_challenge']);
  t.is(second?.form['auth_session'], undefined);
});

test('a chip that was not believed brings the same step again, with the reason', async (t) => {
  const wire = await openWire(t);
  const chip = { type: 'cccd_nfc', upload: `${wire.url}/authorize-challenge/chip`, nonce: 'n-1' };
  wire.script('/authorize-challenge', wire.step(chip));
  const refusedAs = (reason: unknown) => ({ status: 422, body: { error: 'chip_refused', reason } });
  wire.script('/authorize-challenge/chip', refusedAs('other_person'), refusedAs('<b>'), { status: 204 });
  const errors: unknown[] = [];
  const onStep = (challenge: Challenge, step: Step) => {
    errors.push('error' in challenge ? challenge.error : undefined);
    return step.sendChip({ dg1: 'YQ==' });
  };
  await openApp(wire, { onStep }).login(scope, service);
  t.deepEqual(errors, [undefined, 'other_person', 'failed']);
  t.is(wire.of('/authorize-challenge').length, 2, 'nothing is said of a chip that was not taken');
});

test('the chip goes to the broker with a proof of its own, and nowhere else', async (t) => {
  const wire = await openWire(t);
  const chip = {
    type: 'cccd_nfc',
    upload: `${wire.url}/authorize-challenge/chip`,
    nonce: 'n-1',
    mrz_required: true,
  };
  wire.script('/authorize-challenge', wire.step(chip));
  wire.script('/authorize-challenge/chip', { status: 204 });
  const onStep = (_: Challenge, step: Step) => step.sendChip({ dg1: 'YQ==' });
  await openApp(wire, { onStep }).login(scope, service);
  const [upload] = wire.of('/authorize-challenge/chip');
  t.is(upload?.text, '{"dg1":"YQ=="}');
  t.is(upload?.headers['x-upload-nonce'], 'n-1');
  t.is(upload?.headers.authorization, undefined);
  t.is(wire.of('/authorize-challenge')[1]?.form['step'], 'cccd_nfc');

  wire.script('/authorize-challenge', wire.step({ ...chip, upload: 'https://elsewhere.example/chip' }));
  t.is(await troubleOf(openApp(wire, { onStep }).login(scope, service)), 'protocol');
});
