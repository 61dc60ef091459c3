// The mini app's evidence against the twin: whose token it is, the phone, and whether Zalo holds a token
// to our app. Contract §3, §4.2, §4.3; U8, U9, U10, U12.

import { inspect } from 'node:util';
import test from 'ava';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { an, binh, ending, foreign, ours, withMiniApp } from './zalo-app-run.ts';

test('a token of the mini app names its person, with name and picture as the person consented', async (t) => {
  await withMiniApp({ 'me.byOa': 'always' }, async ({ twin, app, evidence }) => {
    const answer = await app.identify(evidence().accessToken);
    t.deepEqual(answer, {
      outcome: 'identified',
      profile: {
        appId: ours.appId,
        zaloId: an.zaloId,
        name: an.name,
        picture: undefined,
        isSensitive: false,
      },
    });
    const bare = twin.mintMiniAppTokens({ zaloId: binh.zaloId }).accessToken;
    t.like(await app.identify(bare), {
      profile: { zaloId: binh.zaloId, name: undefined, isSensitive: true },
    });
  });
});

test('a foreign, an old and an invented token are refused with outcomes nobody learns from', async (t) => {
  await withMiniApp({ 'me.proofCode': 452 }, async ({ twin, app, evidence }) => {
    const old = evidence().accessToken;
    t.is(await ending(app.identify(evidence({ appId: foreign.appId }).accessToken)), 'token_refused');
    t.is(await ending(app.identify('made-up')), 'token_refused');
    twin.setKnobs({ 'clock.aheadMs': 3_600_000 });
    t.is(await ending(app.identify(old)), 'token_refused');
  });
});

test('what cannot be a token is refused without a call', async (t) => {
  await withMiniApp({}, async ({ twin, app, evidence }) => {
    const { accessToken, phoneToken } = evidence();
    for (const bad of ['', ' ', 'a b', 'a\r\nsecret_key: x', 'ữ', 'x'.repeat(8193)]) {
      t.is(await ending(app.identify(bad)), 'token_unusable');
      t.is(await ending(app.readPhone({ accessToken: bad, phoneToken })), 'token_unusable');
      t.is(await ending(app.readPhone({ accessToken, phoneToken: bad })), 'token_unusable');
      t.is(await app.bindsApp(bad), 'unknown');
    }
    t.is(twin.requests().length, 0);
  });
});

test('the phone comes in E.164 from headers alone, and its token works once', async (t) => {
  await withMiniApp({}, async ({ twin, app, evidence, asked }) => {
    const given = evidence();
    t.deepEqual(await app.readPhone(given), { outcome: 'number', e164: '+84912345678' });
    t.is(await ending(app.readPhone(given)), 'phone_refused');
    t.is(asked('me/info'), 2);
    for (const seen of twin.requests()) {
      t.deepEqual(seen.parameters, []);
      t.true(['access_token', 'code', 'secret_key'].every((name) => seen.headers.includes(name)));
      t.false(seen.headers.includes('authorization'));
      t.false(seen.headers.includes('appsecret_proof'));
    }
  });
});

test('a proof goes with the phone where the configuration says so', async (t) => {
  await withMiniApp({ 'info.proof': 'require' }, async ({ open, evidence }) => {
    t.is(await ending(open({ proofOnInfo: true }).readPhone(evidence())), 'number');
  });
});

test('a phone token of another person, another app, or older than two minutes gives no number', async (t) => {
  await withMiniApp({}, async ({ twin, app, evidence }) => {
    const [one, two] = [evidence(), evidence({ zaloId: binh.zaloId })];
    t.is(await ending(app.readPhone({ ...one, phoneToken: two.phoneToken })), 'phone_refused');
    t.is(await ending(app.readPhone({ ...one, phoneToken: evidence({ appId: foreign.appId }).phoneToken })), 'phone_refused'); // prettier-ignore
    t.is(await ending(app.readPhone(evidence({ appId: foreign.appId }))), 'token_refused');
    t.is(await ending(app.readPhone(two)), 'phone_refused');
    twin.setKnobs({ 'clock.aheadMs': 120_000 });
    t.is(await ending(app.readPhone(one)), 'phone_refused');
  });
});

test('any error number at /me/info means no phone and a new token, whatever it is', async (t) => {
  await withMiniApp({}, async ({ twin, app, evidence }) => {
    const codes = twin.knobs()['info.codes'];
    for (const error of [1, -1, 7, 100, 10003, -19999]) {
      twin.setKnobs({ 'info.codes': { ...codes, badCode: { error, message: 'x' } } });
      t.is(await ending(app.readPhone({ ...evidence(), phoneToken: 'unknown' })), 'phone_refused');
    }
  });
});

test('a phone read that breaks is not repeated; the profile is, once', async (t) => {
  await withMiniApp({ 'net.fault': 'reset' }, async ({ app, evidence, asked, reports }) => {
    t.is(await ending(app.readPhone(evidence())), 'unavailable: zalo_connection_reset');
    t.is(asked('me/info'), 1);
    t.is(await ending(app.identify(evidence().accessToken)), 'unavailable: zalo_connection_reset');
    t.is(asked('me'), 2);
    t.deepEqual(reports.map(({ endpoint, willRetry }) => [endpoint, willRetry]), [['me/info', false], ['me', true], ['me', false]]); // prettier-ignore
  });
});

test('nearly nobody getting a number is one alarm in ten minutes; now and then a refusal is none', async (t) => {
  await withMiniApp({}, async ({ open, evidence, reports }) => {
    let nowMs = 0;
    const app = open({ appSecret: 'a wrong secret'.replaceAll(' ', '-'), monotonicMs: () => nowMs });
    const alarms = () => reports.filter(({ failure }) => failure === 'refusals_high').length;
    for (let i = 0; i < 19; i += 1) await app.readPhone(evidence());
    t.is(alarms(), 0);
    for (let i = 0; i < 6; i += 1) await app.readPhone(evidence());
    t.is(alarms(), 1);
    t.like(reports.find(({ failure }) => failure === 'refusals_high'), { class: 'config', endpoint: 'me/info' }); // prettier-ignore
    nowMs = 9 * 60_000;
    await app.readPhone(evidence());
    t.is(alarms(), 1);
    nowMs = 25 * 60_000;
    for (let i = 0; i < 20; i += 1) await app.readPhone(evidence());
    t.is(alarms(), 2);
  });
  await withMiniApp({}, async ({ app, evidence, reports }) => {
    for (let i = 0; i < 24; i += 1)
      await app.readPhone(i % 2 === 0 ? evidence() : { ...evidence(), phoneToken: 'x' });
    t.false(reports.some(({ failure }) => failure === 'refusals_high'));
  });
});

test('a Zalo that checks proofs binds tokens to our app, asked once in ten minutes', async (t) => {
  for (const proofCode of [-242, 452, 100, -777]) {
    await withMiniApp({ 'me.proofCode': proofCode }, async ({ open, evidence, asked, reports }) => {
      let nowMs = 0;
      const app = open({ monotonicMs: () => nowMs });
      const many = await Promise.all(Array.from({ length: 20 }, () => app.bindsApp(evidence().accessToken)));
      t.deepEqual([...new Set(many)], ['enforced'], String(proofCode));
      t.is(asked('me'), 2);
      nowMs = 10 * 60_000 - 1;
      await app.bindsApp('anything');
      t.is(asked('me'), 2);
      nowMs += 1;
      t.is(await app.bindsApp(evidence().accessToken), 'enforced');
      t.is(asked('me'), 4);
      t.deepEqual(reports, []);
    });
  }
});

test('a Zalo that ignores proofs is found out and somebody is told: a foreign token would pass', async (t) => {
  await withMiniApp({ 'me.proof': 'ignore' }, async ({ app, evidence, reports }) => {
    t.is(await ending(app.identify(evidence({ appId: foreign.appId }).accessToken)), 'identified');
    t.is(await app.bindsApp(evidence().accessToken), 'ignored');
    t.like(reports, { length: 1, 0: { failure: 'proof_ignored', class: 'config', endpoint: 'me' } });
    // What a login must rest on then.
    t.is(await ending(app.readPhone(evidence({ appId: foreign.appId }))), 'token_refused');
  });
});

// What the check cannot see: only a trial with two real apps tells (contract §10, question 3).
test('a Zalo that takes any app’s proof looks like one that checks; the phone is refused all the same', async (t) => {
  await withMiniApp({ 'me.foreign': 'accept' }, async ({ app, evidence }) => {
    t.is(await app.bindsApp(evidence().accessToken), 'enforced');
    const stranger = await app.identify(evidence({ appId: foreign.appId }).accessToken);
    // Its id is that of the other app: nobody's account here.
    t.is(stranger.outcome, 'identified');
    t.notDeepEqual(stranger.outcome === 'identified' && stranger.profile.zaloId, an.zaloId);
    t.is(await ending(app.readPhone(evidence({ appId: foreign.appId }))), 'token_refused');
  });
});

const unknown: readonly (readonly [title: string, knobs: KnobChange, token?: string])[] = [
  ['a bad token', {}, 'made-up'],
  ['an outage', { 'net.fault': 'html502' }],
  ['a foreign address', { egress: 'foreign' }],
  ['a quota', { 'me.proofCode': 12000 }],
  ['an exception at Zalo', { 'me.proofCode': 10002 }],
];
for (const [title, knobs, token] of unknown) {
  test(`${title} says nothing about proofs and is not remembered`, async (t) => {
    await withMiniApp(knobs, async ({ twin, app, evidence }) => {
      t.is(await app.bindsApp(token ?? evidence().accessToken), 'unknown');
      twin.resetKnobs();
      twin.setKnobs({ 'net.fault': 'none', egress: 'vn', 'me.proof': 'ignore' });
      t.is(await app.bindsApp(evidence().accessToken), 'ignored');
    });
  });
}

test('a rush beyond our share of calls is ours to bear', async (t) => {
  await withMiniApp({}, async ({ twin, open, evidence }) => {
    const app = open({ graphCallsPerMinute: 1 });
    t.is(await ending(app.identify(evidence().accessToken)), 'identified');
    t.is(await ending(app.identify(evidence().accessToken)), 'unavailable: zalo_own_limit');
    t.is(await ending(app.readPhone(evidence())), 'unavailable: zalo_own_limit');
    t.is(await app.bindsApp(evidence().accessToken), 'unknown');
    t.is(twin.requests().length, 1);
  });
});

test('no failure shows a token, the secret or a number', async (t) => {
  const shown: unknown[] = [];
  const seen: string[] = [];
  for (const knobs of [{}, { 'net.fault': 'hang' }, { egress: 'foreign' }] as const)
    await withMiniApp(knobs, async ({ app, evidence, reports }) => {
      const given = evidence();
      seen.push(given.accessToken, given.phoneToken, ours.appSecret, '912345678');
      await app.identify(given.accessToken).catch((error: unknown) => shown.push(error));
      await app.readPhone(given).catch((error: unknown) => shown.push(error));
      shown.push(
        await app.readPhone({ ...given, phoneToken: `${given.phoneToken}x` }).catch(String),
        reports,
      );
    });
  const text = inspect(shown, { depth: Infinity, showHidden: true });
  for (const hidden of seen) t.false(text.includes(hidden));
});
