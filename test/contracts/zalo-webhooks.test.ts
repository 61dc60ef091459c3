// The twin's events, received by a real HTTP server and read by what the broker reads them with: every
// variant of §8 U11, U15, U20, U21, U26, and the retries.

import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { verifyMiniAppEvent, verifyOaEvent } from '../../accounts/zalo-webhook.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';

const app = { appId: '3141592653589793238', appSecret: 'app-secret', redirectUris: [] };
const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: '0912345678' };
const oa = { oaId: '1022000000000001022', appId: app.appId, secretKey: 'oa-secret', refreshToken: 'first' };
const miniApp = { miniAppId: '2646373759294038927', appId: app.appId, apiKey: 'api-key' };
const identity = { oaId: oa.oaId, appId: oa.appId, secret: oa.secretKey };

type Letter = { method: string; headers: Record<string, string | string[] | undefined>; body: Buffer };

/** Answers the n-th letter with the n-th status, the last one from then on; 0 never answers. */
async function start(
  t: { teardown(fn: () => unknown): void },
  { knobs = {}, statuses = [200] }: { knobs?: KnobChange; statuses?: readonly number[] } = {},
) {
  const letters: Letter[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      letters.push({ method: request.method ?? '', headers: request.headers, body });
      const status = statuses[Math.min(letters.length, statuses.length) - 1] ?? 200;
      if (status !== 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/zalo`;
  const zalo = await startZalo({
    apps: [app],
    citizens: [an],
    oas: [{ ...oa, webhookUrl: url }],
    miniApps: [{ ...miniApp, webhookUrl: url }],
    knobs,
  });
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
    return zalo.close();
  });
  const read = (letter: Letter | undefined, accounts = [identity]) => {
    const header = (name: string) => String(letter?.headers[name] ?? '') || undefined;
    const headers = { signature: header('x-zevent-signature'), timestamp: header('x-zevent-timestamp') };
    return verifyOaEvent({ rawBody: letter?.body ?? Buffer.alloc(0), headers, accounts, now: new Date() });
  };
  return { zalo, letters, read };
}

const variants: readonly (readonly [knobs: KnobChange, matched: string])[] = [
  [{}, 'app_id/body'],
  [{ 'wh.prefix': 'none' }, 'app_id/body'],
  [{ 'wh.prefix': 'sha256=' }, 'app_id/body'],
  [{ 'wh.first': 'oa_id' }, 'oa_id/body'],
  [{ 'wh.ts': 'header' }, 'app_id/header'],
  [{ 'wh.ts': 'header', 'wh.first': 'oa_id', 'wh.prefix': 'none' }, 'oa_id/header'],
];
for (const [knobs, matched] of variants) {
  test(`a citizen's message with ${JSON.stringify(knobs)} is verified and read`, async (t) => {
    const { zalo, letters, read } = await start(t, { knobs });
    const delivery = await zalo.writeToOa({ zaloId: an.zaloId, text: 'hồ sơ của tôi "ữ" \u{1f600}' });
    t.deepEqual(delivery, { event: 'user_send_text', outcome: 'delivered', attempts: [200] });
    const result = read(letters[0]);
    t.like(result, { ok: true, matched });
    t.like(result.ok && result.event, { kind: 'text', text: 'hồ sơ của tôi "ữ" \u{1f600}', userId: zalo.oaUserId({ zaloId: an.zaloId }), userIdByApp: an.zaloId }); // prettier-ignore
    t.false(read(letters[0], [{ ...identity, secret: app.appSecret }]).ok);
  });
}

test('the id at the account is not that of the app; by app it may be or not', async (t) => {
  const { zalo, letters, read } = await start(t, { knobs: { 'ids.byApp': 'different' } });
  await zalo.follow({ zaloId: an.zaloId });
  const result = read(letters[0]);
  if (!result.ok || result.event.kind !== 'follow') return t.fail();
  t.not(result.event.userId, an.zaloId);
  t.not(result.event.userIdByApp, an.zaloId);
  t.regex(result.event.userIdByApp ?? '', /^[1-9]\d{18}$/);
  await zalo.unfollow({ zaloId: an.zaloId });
  t.like(read(letters[1]), { ok: true, event: { kind: 'unfollow' } });
});

test('without an address nobody is told', async (t) => {
  const { zalo, letters } = await start(t);
  zalo.setWebhook(oa.oaId, undefined);
  zalo.setWebhook(miniApp.miniAppId, undefined);
  t.is((await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' })).outcome, 'no_webhook');
  t.is((await zalo.revokeConsent({ zaloId: an.zaloId })).outcome, 'no_webhook');
  t.throws(() => zalo.setWebhook('1', undefined));
  t.is(letters.length, 0);
});

test('an event that is not answered 200 comes again, the same bytes with a count', async (t) => {
  const { zalo, letters, read } = await start(t, { statuses: [500, 204, 302, 200] });
  const delivery = await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
  t.deepEqual(delivery.attempts, [500, 204, 302, 200]);
  t.deepEqual(letters.map(({ headers }) => headers['num_retry']), [undefined, '1', '2', '3']); // prettier-ignore
  const keys = letters.map((letter) => {
    const result = read(letter);
    return result.ok && result.eventKey;
  });
  t.is(new Set(keys).size, 1);
});

test('after the last retry a webhook may be switched off, until somebody looks', async (t) => {
  const { zalo, letters } = await start(t, { statuses: [503], knobs: { 'wh.disable': 'on', 'wh.compress': 100_000 } }); // prettier-ignore
  t.deepEqual((await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' })).attempts, Array<number>(6).fill(503));
  t.is((await zalo.writeToOa({ zaloId: an.zaloId, text: 'y' })).outcome, 'switched_off');
  t.is(letters.length, 6);
  zalo.resetKnobs();
  zalo.setKnobs({ 'wh.retry': 'none' });
  t.deepEqual((await zalo.writeToOa({ zaloId: an.zaloId, text: 'z' })).attempts, [503]);
});

test('an answer must come within two seconds', async (t) => {
  const { zalo } = await start(t, { statuses: [0, 200] });
  t.deepEqual((await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' })).attempts, ['timeout', 200]);
});

test('an event may come twice, and a greeting by GET before it', async (t) => {
  const { zalo, letters, read } = await start(t, { knobs: { 'wh.dup': 'on', 'wh.get': 'on' } });
  await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
  t.deepEqual(letters.map(({ method }) => method), ['GET', 'POST', 'POST']); // prettier-ignore
  const [one, two] = [read(letters[1]), read(letters[2])];
  t.true(one.ok && two.ok && one.eventKey === two.eventKey);
});

const tokenOf = async (url: string) => {
  const token = await fetch(`${url}/v4/oa/access_token`, {
    method: 'POST',
    headers: { secret_key: app.appSecret },
    body: new URLSearchParams({ app_id: app.appId, grant_type: 'refresh_token', refresh_token: 'first' }),
  });
  return ((await token.json()) as { access_token: string }).access_token;
};
const sendTemplate = async (url: string) => {
  await fetch(`${url}/message/template`, {
    method: 'POST',
    headers: { access_token: await tokenOf(url), 'content-type': 'application/json' },
    body: JSON.stringify({ phone: '84912345678', template_id: '1', template_data: { otp: '1' }, tracking_id: 'ref-1' }), // prettier-ignore
  });
};
for (const shape of ['nested', 'flat'] as const)
  for (const times of ['ordered', 'swapped'] as const) {
    test(`a delivery of a template message, ${shape}, ${times}, is read`, async (t) => {
      const knobs: KnobChange = { 'zns.event': shape, 'zns.times': times, 'zns.delay': 1 };
      const { zalo, letters, read } = await start(t, { knobs });
      await sendTemplate(zalo.url);
      for (let i = 0; i < 100 && letters.length === 0; i += 1)
        await new Promise((done) => setTimeout(done, 20));
      t.is(letters[0]?.headers['x-zevent-server'], 'ZNS');
      t.like(read(letters[0]), { ok: true, event: { kind: 'delivery', trackingId: 'ref-1', oaId: oa.oaId } });
    });
  }

test('a citizen who takes the consent back ends the tokens and the app is told', async (t) => {
  const { zalo, letters } = await start(t);
  const { accessToken } = zalo.mintMiniAppTokens({ zaloId: an.zaloId });
  const me = async () => (await (await fetch(`${zalo.url}/v2.0/me`, { headers: { access_token: accessToken } })).json()) as object; // prettier-ignore
  t.like(await me(), { id: an.zaloId });
  t.is((await zalo.revokeConsent({ zaloId: an.zaloId })).outcome, 'delivered');
  t.like(await me(), { error: 452 });
  const given = { rawBody: letters[0]?.body ?? Buffer.alloc(0), signature: String(letters[0]?.headers['x-zevent-signature']), miniAppId: miniApp.miniAppId }; // prettier-ignore
  t.like(verifyMiniAppEvent({ ...given, apiKey: miniApp.apiKey }), { ok: true, event: { kind: 'consent_revoked', userId: an.zaloId } }); // prettier-ignore
  t.false(verifyMiniAppEvent({ ...given, apiKey: oa.secretKey }).ok);
  zalo.setKnobs({ 'ma.event': 'remove' });
  await zalo.revokeConsent({ zaloId: an.zaloId });
  const second = { ...given, rawBody: letters[1]?.body ?? Buffer.alloc(0), signature: String(letters[1]?.headers['x-zevent-signature']) }; // prettier-ignore
  t.like(verifyMiniAppEvent({ ...second, apiKey: miniApp.apiKey }), { ok: true, event: { kind: 'info_removed', userIdByApp: an.zaloId } }); // prettier-ignore
});

test('the account may hear its own words again, which is no message of a citizen', async (t) => {
  const { zalo, letters, read } = await start(t, { knobs: { 'wh.echo': 'on' } });
  await zalo.writeToOa({ zaloId: an.zaloId, text: 'x' });
  const message = { recipient: { user_id: zalo.oaUserId({ zaloId: an.zaloId }) }, message: { text: 'y' } };
  await fetch(`${zalo.url}/v3.0/oa/message/cs`, {
    method: 'POST',
    headers: { access_token: await tokenOf(zalo.url), 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  for (let i = 0; i < 100 && letters.length < 2; i += 1) await new Promise((done) => setTimeout(done, 20));
  t.like(read(letters[1]), { ok: true, event: { kind: 'other', name: 'oa_send_text' } });
});
