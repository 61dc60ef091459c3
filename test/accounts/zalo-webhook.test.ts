// Events from Zalo: only what the signed bytes fix is believed (contract §4.5, §5.4, §6.4; U15, U20, U26).

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { z } from 'zod';
import { readOaEvent } from '../../accounts/zalo-event.ts';
import { EVENT_MAX_AGE_MS, miniAppContent, verifyMiniAppEvent, verifyOaEvent } from '../../accounts/zalo-webhook.ts'; // prettier-ignore

const vectorFile = z.object({
  vectors: z.array(z.object({ id: z.string(), inputs: z.record(z.string(), z.json()), expected: z.record(z.string(), z.string()) })), // prettier-ignore
});
const { vectors } = vectorFile.parse(
  JSON.parse(await readFile(new URL('../vectors/zalo.json', import.meta.url), 'utf8')),
);
const vectorOf = (id: string) => {
  const found = vectors.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return { inputs: found.inputs, expected: found.expected };
};
const textOf = (value: unknown) => z.string().parse(value);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const oaVector = vectorOf('oa-webhook-signature');
const account = {
  appId: textOf(oaVector.inputs['app_id']),
  oaId: '388613280878808645',
  secret: textOf(oaVector.inputs['oa_secret_key']),
};
const rawBody = Buffer.from(textOf(oaVector.inputs['raw_body_base64']), 'base64');
const sentAt = new Date(Number(oaVector.inputs['timestamp']));
const signature = oaVector.expected['header_with_prefix'];

type Given = Partial<{
  rawBody: Buffer;
  signature: string | undefined;
  timestamp: string;
  now: Date;
  accounts: (typeof account)[];
}>;
const verify = (change: Given = {}) =>
  verifyOaEvent({
    rawBody: change.rawBody ?? rawBody,
    headers: {
      signature: 'signature' in change ? change.signature : signature,
      timestamp: change.timestamp,
    },
    accounts: change.accounts ?? [account],
    now: change.now ?? sentAt,
  });
const reasonOf = (change: Given) => {
  const result = verify(change);
  return result.ok ? 'ok' : result.reason;
};
const sign = (body: string, timestamp: string, first = account.appId, secret = account.secret) =>
  sha256(`${first}${body}${timestamp}${secret}`);

test('vector oa-webhook-signature: the event of the official scheme is read, with prefix and without', (t) => {
  t.is(rawBody.length, Number(oaVector.inputs['raw_body_bytes']));
  const result = verify();
  t.like(result, { ok: true, oaId: account.oaId, matched: 'app_id/body', at: sentAt });
  t.deepEqual(result.ok && result.event, {
    kind: 'text',
    oaId: account.oaId,
    userId: '246845883529197922',
    userIdByApp: '552177279717587730',
    text: 'Xin chào',
    messageId: '96d3cdf3af150460909',
  });
  const bare = oaVector.expected['header_bare'] ?? '';
  for (const header of [bare, `sha256=${bare}`, `mac=${bare.toUpperCase()}`, ` mac=${bare} `])
    t.is(reasonOf({ signature: header }), 'ok');
});

test('one byte changed, anywhere, is not what Zalo signed', (t) => {
  for (let at = 0; at < rawBody.length; at += 1) {
    const changed = Buffer.from(rawBody);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.false(verify({ rawBody: changed }).ok, String(at));
  }
  const { ok } = verify({
    rawBody: Buffer.from(`${JSON.stringify(JSON.parse(rawBody.toString()), null, 1)}`),
  });
  t.false(ok, 'written anew');
});

test('the app secret, another account’s secret, and nobody’s account verify nothing', (t) => {
  t.is(reasonOf({ accounts: [{ ...account, secret: 'app-secret' }] }), 'wrong_signature');
  t.is(reasonOf({ accounts: [{ ...account, appId: '1' }] }), 'wrong_signature');
  t.is(reasonOf({ accounts: [] }), 'wrong_signature');
  t.is(reasonOf({ accounts: [{ ...account, secret: 'x' }, account] }), 'ok');
});

const unsigned = [undefined, '', 'mac=', 'mac=00', 'mac=zz', `md5=${'0'.repeat(64)}`, `mac=${'0'.repeat(65)}`, `mac=mac=${'0'.repeat(64)}`]; // prettier-ignore
for (const header of unsigned) {
  test(`the signature ${String(header).slice(0, 12)} is none`, (t) => {
    t.is(reasonOf({ signature: header }), 'unsigned');
  });
}

const bodies: readonly (readonly [body: string, reason: string])[] = [
  ['', 'not_json'],
  ['null', 'not_json'],
  ['[]', 'not_json'],
  ['"text"', 'not_json'],
  ['{"timestamp":', 'not_json'],
  ['{}', 'no_time'],
  ['{"timestamp":"soon"}', 'no_time'],
  ['{"timestamp":"179"}', 'no_time'],
  ['{"timestamp":null}', 'no_time'],
];
for (const [body, reason] of bodies) {
  test(`the body ${body || 'of nothing'} is ${reason}`, (t) => {
    t.is(reasonOf({ rawBody: Buffer.from(body) }), reason);
  });
}

test('bytes that are not UTF-8 are not JSON', (t) => {
  t.is(reasonOf({ rawBody: Buffer.from([0x22, 0xff, 0x22]) }), 'not_json');
});

test('each variant of the signature is accepted and named', (t) => {
  const body = rawBody.toString();
  const other = '1790000000500';
  const cases = [
    ['app_id/body', account.appId, String(sentAt.getTime()), undefined],
    ['oa_id/body', account.oaId, String(sentAt.getTime()), undefined],
    ['app_id/header', account.appId, other, other],
    ['oa_id/header', account.oaId, other, other],
  ] as const;
  for (const [matched, first, time, timestamp] of cases) {
    const result = verify({ signature: `mac=${sign(body, time, first)}`, ...(timestamp === undefined ? {} : { timestamp }) }); // prettier-ignore
    t.like(result, { ok: true, matched, at: new Date(Number(time)) });
  }
  t.is(reasonOf({ signature: `mac=${sign(body, other)}` }), 'wrong_signature');
  t.is(reasonOf({ timestamp: '1e12' }), 'ok');
});

test('a time that is a number in the body is signed as it is written', (t) => {
  const body = `{"event_name":"x","timestamp":${sentAt.getTime()}}`;
  t.like(verify({ rawBody: Buffer.from(body), signature: sign(body, String(sentAt.getTime())) }), {
    ok: true,
  });
});

test('an event is taken up to thirteen hours late, because Zalo repeats it, and five minutes early', (t) => {
  const at = (ms: number) => new Date(sentAt.getTime() + ms);
  t.is(reasonOf({ now: at(EVENT_MAX_AGE_MS) }), 'ok');
  t.is(reasonOf({ now: at(EVENT_MAX_AGE_MS + 1) }), 'too_old');
  t.is(reasonOf({ now: at(-5 * 60_000) }), 'ok');
  t.is(reasonOf({ now: at(-5 * 60_000 - 1) }), 'from_the_future');
});

test('an event about another account is refused though this account’s secret signed it', (t) => {
  t.is(reasonOf({ accounts: [{ ...account, oaId: '1' }] }), 'other_account');
});

test('the same bytes have the same key, others another', (t) => {
  const [one, two] = [verify(), verify({ signature: oaVector.expected['header_bare'] })];
  t.true(one.ok && two.ok && one.eventKey === two.eventKey && /^[0-9a-f]{64}$/.test(one.eventKey));
});

const common = { app_id: account.appId, timestamp: '1790000000000', user_id_by_app: '5' };
const shapes: readonly (readonly [title: string, body: unknown, expected: object])[] = [
  ['a follow', { ...common, oa_id: '3', follower: { id: '2' }, event_name: 'follow', source: 'oa_profile' }, { kind: 'follow', oaId: '3', userId: '2', userIdByApp: '5' }], // prettier-ignore
  ['an unfollow', { ...common, oa_id: '3', follower: { id: '2' }, event_name: 'unfollow' }, { kind: 'unfollow', userId: '2' }], // prettier-ignore
  ['a text without an app id of the person', { event_name: 'user_send_text', sender: { id: '2' }, recipient: { id: '3' }, message: { text: '', msg_id: 'm' } }, { kind: 'text', text: '', userIdByApp: undefined }], // prettier-ignore
  ['a delivery', { ...common, event_name: 'user_received_message', sender: { id: '3' }, recipient: { id: '84912345678' }, message: { delivery_time: '1790000000000', msg_id: 'm', tracking_id: 't' } }, { kind: 'delivery', oaId: '3', messageId: 'm', trackingId: 't', deliveredAt: new Date(1790000000000) }], // prettier-ignore
  ['a flat delivery', { ...common, event_name: 'user_received_message', oa_id: '3', phone: '84912345678', delivery_time: 1790000000000, msg_id: 'm', tracking_id: 't' }, { kind: 'delivery', oaId: '3', messageId: 'm', trackingId: 't' }], // prettier-ignore
  ['a delivery in the chat', { ...common, event_name: 'user_received_message', sender: { id: '3' }, recipient: { id: '2' }, message: { msg_id: 'm' } }, { kind: 'other', name: 'user_received_message' }], // prettier-ignore
  ['a seen message', { event_name: 'user_seen_message', message: { msg_ids: ['m'] } }, { kind: 'other', name: 'user_seen_message' }], // prettier-ignore
  ['what a person typed about themselves', { event_name: 'user_submit_info', info: { name: 'x', phone: 1 } }, { kind: 'other', name: 'user_submit_info' }], // prettier-ignore
  ['a text from a number', { event_name: 'user_send_text', sender: { id: 2 }, recipient: { id: '3' }, message: { text: 'x', msg_id: 'm' } }, { kind: 'other' }], // prettier-ignore
  ['a text without a message id', { event_name: 'user_send_text', sender: { id: '2' }, recipient: { id: '3' }, message: { text: 'x' } }, { kind: 'other' }], // prettier-ignore
  ['a text from user 0', { event_name: 'user_send_text', sender: { id: '0' }, recipient: { id: '3' }, message: { text: 'x', msg_id: 'm' } }, { kind: 'other' }], // prettier-ignore
  ['a text without end', { event_name: 'user_send_text', sender: { id: '2' }, recipient: { id: '3' }, message: { text: 'x'.repeat(10_001), msg_id: 'm' } }, { kind: 'other' }], // prettier-ignore
  ['a name that is none', { event_name: ['follow'] }, { kind: 'other', name: undefined }],
  ['nothing', {}, { kind: 'other', name: undefined, oaId: undefined }],
  ['null', null, { kind: 'other', name: undefined }],
];
for (const [title, body, expected] of shapes) {
  test(`event: ${title}`, (t) => {
    t.like(readOaEvent(body), expected);
  });
}

const miniVector = vectorOf('miniapp-webhook-signature');
const apiKey = textOf(miniVector.inputs['api_key']);
const revoked = z.record(z.string(), z.json()).parse(miniVector.inputs['event']);
const miniAppId = textOf(revoked['appId']);
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const verifyMini = (body: unknown, given: string | undefined, key = apiKey, id = miniAppId) =>
  verifyMiniAppEvent({ rawBody: bytes(body), signature: given, apiKey: key, miniAppId: id });
const signMini = (event: Parameters<typeof miniAppContent>[0]) => sha256(`${miniAppContent(event)}${apiKey}`);

test('vector miniapp-webhook-signature: a withdrawal in Zalo’s settings is read', (t) => {
  t.is(miniAppContent(revoked), miniVector.expected['content'] ?? '');
  const good = miniVector.expected['signature_hex'];
  const result = verifyMini(revoked, good);
  t.deepEqual(result.ok && result.event, {
    kind: 'consent_revoked',
    miniAppId,
    userId: '4047671499938107249',
    at: new Date(1670553442564),
  });
  // The order of the members is not signed.
  const turned = Object.fromEntries(Object.entries(revoked).toReversed());
  const again = verifyMini(turned, good);
  t.true(result.ok && again.ok && result.eventKey === again.eventKey);
  for (const wrong of [undefined, '', 'x', `${good?.slice(0, 63)}0`]) t.false(verifyMini(revoked, wrong).ok);
  t.false(verifyMini(revoked, good, 'other key').ok);
  t.like(verifyMini(revoked, good, apiKey, '1'), { ok: false, reason: 'other_account' });
  for (const bad of ['', '[]', 'null', '{']) t.like(verifyMini(bad, good), { ok: false, reason: 'not_json' });
});

test('values are joined in the order JavaScript sorts names, whatever their type', (t) => {
  t.is(miniAppContent({ 10: 'a', 2: 'b', 1: 'c' }), 'cab');
  t.is(miniAppContent({ b: { y: 1, x: [true, null] }, a: 1.5, c: false, d: null, Z: 'z' }), 'z1.5{"y":1,"x":[true,null]}falsenull'); // prettier-ignore
});

test('the same signed text read as another time and person is no withdrawal', (t) => {
  const moved = { ...revoked, timestamp: 16705534425644, userId: '047671499938107249' };
  t.is(miniAppContent(moved), miniVector.expected['content'] ?? '');
  const result = verifyMini(moved, miniVector.expected['signature_hex']);
  t.like(result, { ok: true, event: { kind: 'other' } });
  const shorter = { ...revoked, timestamp: 167055344256, userId: '44047671499938107249' };
  t.like(verifyMini(shorter, miniVector.expected['signature_hex']), { event: { kind: 'other' } });
});

test('another split of the same text has the same key, so it is used up with it', (t) => {
  const good = miniVector.expected['signature_hex'];
  const split = { appId: miniAppId, event: revoked['event'], timestamp: 1670553442564, u: '404767', userId: '1499938107249' }; // prettier-ignore
  const [one, two] = [verifyMini(revoked, good), verifyMini(split, good)];
  t.true(one.ok && two.ok && one.eventKey === two.eventKey);
});

test('what a third party would be told is read only when it is signed', (t) => {
  const removal = { event: 'user.remove.info', oa_id: '3', user_id_by_app: '5' };
  t.like(verifyMini(removal, signMini(removal)), { event: { kind: 'info_removed', oaId: '3', userIdByApp: '5' } }); // prettier-ignore
  t.false(verifyMini(removal, undefined).ok);
  const strange = { event: 'user.something', more: { a: 1 } };
  t.like(verifyMini(strange, signMini(strange)), { event: { kind: 'other', name: 'user.something' } });
});
