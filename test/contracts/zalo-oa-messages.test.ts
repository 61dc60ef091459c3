// Free text from the Official Account against the twin (contract §5.2, §5.3; U18, U19).

import { inspect } from 'node:util';
import test from 'ava';
import { createOaMessages } from '../../adapters/zalo/oa-messages.ts';
import { Refusal } from '../../errors.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';
import { http, rawServer, scripts } from './zalo-raw-server.ts';

const app = { appId: '1022314159265358979', appSecret: 'hotline-secret', redirectUris: [] };
const oa = { oaId: '1022000000000001022', appId: app.appId, secretKey: 'oa-secret', refreshToken: 'first' };
const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An' };
const binh = { zaloId: '9007199254740993002', name: 'Trần Thị Bình' };

async function start(t: { teardown(fn: () => Promise<void>): void }, knobs: KnobChange = {}) {
  const zalo = await startZalo({ apps: [app], oas: [oa], citizens: [an, binh], knobs });
  t.teardown(() => zalo.close());
  let refreshToken = oa.refreshToken;
  let current = '';
  // The row-locked keeper of the pair has tests of its own (zns); here it is only a token that changes.
  const replace = async () => {
    const form = { app_id: app.appId, grant_type: 'refresh_token', refresh_token: refreshToken };
    const answer = await fetch(`${zalo.url}/v4/oa/access_token`, {
      method: 'POST',
      headers: { secret_key: app.appSecret },
      body: new URLSearchParams(form),
    });
    const pair = (await answer.json()) as { access_token: string; refresh_token: string };
    refreshToken = pair.refresh_token;
    return (current = pair.access_token);
  };
  const trouble: string[] = [];
  const tokens = { current: async () => current || replace(), replace };
  const messages = createOaMessages({ url: `${zalo.url}/`, readTimeoutMs: 600, onTrouble: (reason) => trouble.push(reason) }, tokens); // prettier-ignore
  const asked = () => zalo.requests().filter(({ endpoint }) => endpoint === 'oa/message/cs').length;
  const userId = zalo.oaUserId({ zaloId: an.zaloId });
  return { zalo, messages, trouble, asked, userId, token: () => current };
}

for (const shape of ['full', 'minimal'] as const) {
  test(`an answer reaches a citizen who wrote (${shape} data)`, async (t) => {
    const { zalo, messages, userId } = await start(t, { 'oa.csData': shape });
    await zalo.writeToOa({ zaloId: an.zaloId, text: 'tra cứu hồ sơ' });
    const text = 'Hồ sơ HS-1 đang xử lý.\nXem https://id.tayninh.gov.vn/x';
    const sent = await messages.send({ oaUserId: userId, text });
    t.is(sent.outcome, 'accepted');
    t.like(zalo.oaInbox({ zaloId: an.zaloId })[0], { text, messageId: sent.outcome === 'accepted' ? sent.messageId : '' }); // prettier-ignore
    t.is(zalo.oaInbox({ zaloId: binh.zaloId }).length, 0);
  });
}

test('who never wrote, or not for seven days, cannot be written to', async (t) => {
  const { zalo, messages, userId, trouble } = await start(t);
  const send = () => messages.send({ oaUserId: userId, text: 'x' });
  t.deepEqual(await send(), { outcome: 'rejected', reason: 'not_reachable' });
  await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
  t.is((await send()).outcome, 'accepted');
  zalo.setKnobs({ 'clock.aheadMs': 7 * 86_400_000 });
  t.deepEqual(await send(), { outcome: 'rejected', reason: 'not_reachable' });
  t.deepEqual(trouble, []);
});

const classes: readonly (readonly [errors: readonly number[], reason: string, isOurs: boolean])[] = [
  [[-213, -217, -227, -230, -232, -244], 'not_reachable', false],
  [[-234], 'night', false],
  [[-32, -211, -218, -321], 'quota', true],
  [[-204, -209, -221, -224, -233, -242], 'configuration', true],
  [[-200, -201, -210, -19999, 7], 'other', true],
];
for (const [errors, reason, isOurs] of classes) {
  test(`errors of the class ${reason}: not sent, once${isOurs ? ', and somebody is told' : ''}`, async (t) => {
    const { zalo, messages, userId, trouble, asked } = await start(t);
    await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
    for (const error of errors) {
      zalo.setKnobs({ 'oa.error': error });
      t.deepEqual<unknown, unknown>(await messages.send({ oaUserId: userId, text: 'x' }), { outcome: 'rejected', reason }, String(error)); // prettier-ignore
    }
    t.is(asked(), errors.length);
    t.deepEqual(trouble, isOurs ? errors.map(() => reason) : []);
    t.is(zalo.oaInbox({ zaloId: an.zaloId }).length, 0);
  });
}

for (const status of [200, 401] as const) {
  test(`a token that expired with status ${status}, or died early, is refreshed once`, async (t) => {
    const { zalo, messages, userId, asked } = await start(t, { 'oa.expired': status });
    await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
    const send = () => messages.send({ oaUserId: userId, text: 'x' });
    await send();
    zalo.setKnobs({ 'clock.aheadMs': 25 * 3_600_000 });
    t.is((await send()).outcome, 'accepted');
    zalo.dropOaToken();
    t.is((await send()).outcome, 'accepted');
    t.is(asked(), 5);
    t.is(zalo.oaInbox({ zaloId: an.zaloId }).length, 3);
  });
}

test('a second refusal of the token is not followed by a third try', async (t) => {
  const { messages, userId, asked, trouble } = await start(t, { 'oa.error': -216 });
  t.deepEqual(await messages.send({ oaUserId: userId, text: 'x' }), { outcome: 'rejected', reason: 'configuration' }); // prettier-ignore
  t.is(asked(), 2);
  t.deepEqual(trouble, ['credentials']);
});

test('a text that is empty or too long, and an id that is none, never leave', async (t) => {
  const { messages, userId, asked } = await start(t);
  for (const text of ['', ' \n', 'ữ'.repeat(2001)])
    await t.throwsAsync(messages.send({ oaUserId: userId, text }), { instanceOf: Refusal });
  for (const oaUserId of ['', '0', '12a', '+84912345678'])
    await t.throwsAsync(messages.send({ oaUserId, text: 'x' }), { instanceOf: Refusal });
  t.is(asked(), 0);
});

for (const [title, script, word] of scripts) {
  test(`${title} instead of an answer: unavailable, one call, no text, id or token in the error`, async (t) => {
    const server = await rawServer(script);
    const tokens = { current: async () => 'oa-token-hidden', replace: async () => 'other-token-hidden' };
    const messages = createOaMessages({ url: server.url, readTimeoutMs: 700 }, tokens);
    const sending = messages.send({ oaUserId: '246845883529197922', text: 'secret-text' });
    const error = await t.throwsAsync(sending, { instanceOf: Refusal }, word);
    server.close();
    t.is(server.connections(), 1);
    t.is(error?.kind, 'unavailable');
    t.notRegex(inspect(error, { depth: Infinity }), /hidden|secret-text|246845883529197922/);
  });
}

test('"accepted" without a message id is not believed', async (t) => {
  for (const body of ['{"error":0}', '{}', '{"error":0,"data":{"message_id":7}}']) {
    const server = await rawServer(http(body));
    const messages = createOaMessages(
      { url: server.url },
      { current: async () => 'a', replace: async () => 'b' },
    );
    const error = await t.throwsAsync(messages.send({ oaUserId: '2', text: 'x' }), { instanceOf: Refusal });
    t.is(error?.kind, 'unavailable');
    server.close();
  }
});
