// Template messages and the Official Account's tokens against the simulated Zalo (contract zalo 5.1, 6).

import { inspect } from 'node:util';
import test from 'ava';
import { createOaTokens } from '../../adapters/zalo/oa-token.ts';
import type { OaTokenConfig } from '../../adapters/zalo/oa-token.ts';
import { createZnsGateway } from '../../adapters/zalo/zns.ts';
import { readZnsAnswer } from '../../adapters/zalo/zns-wire.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const app = { appId: '1234567890123456789', appSecret: 'app-secret', redirectUris: [] };
const to = '+84912345678';
const code = { to, text: '123456', reference: '0190b6a4-0000-7000-8000-000000000001', kind: 'code' as const };
let count = 0;

async function start(t: { teardown(fn: () => Promise<void>): void }, knobs: KnobChange = {}) {
  const zalo = await startZalo({ apps: [app], citizens: [], oas: [{ oaId: '2718281828459045235', appId: app.appId, secretKey: 'oa-secret', refreshToken: 'first-refresh' }], knobs }); // prettier-ignore
  t.teardown(() => zalo.close());
  const oaId = String((count += 1));
  const trouble: string[] = [];
  const lost: string[] = [];
  const moment = { now: NOW };
  const open = (db = house.db, more: Partial<OaTokenConfig> = {}) => {
    const config = { oaId, appId: app.appId, appSecret: app.appSecret, oauthUrl: zalo.url, firstRefreshToken: 'first-refresh', clock: () => moment.now, readTimeoutMs: 400, onLost: (reason: string) => void lost.push(reason), ...more }; // prettier-ignore
    const tokens = createOaTokens({ db, vault: house.vault }, config);
    return { tokens, gateway: createZnsGateway({ url: zalo.url, templates: { code: '100001', notice: '100002' }, readTimeoutMs: 400, onTrouble: (reason) => void trouble.push(reason) }, tokens) }; // prettier-ignore
  };
  const asked = (endpoint: string) => zalo.requests().filter((one) => one.endpoint === endpoint).length;
  return { zalo, oaId, trouble, lost, moment, open, asked };
}

test('a code arrives as the one parameter of its template, with our reference', async (t) => {
  const { zalo, open } = await start(t);
  const sent = await open().gateway.send(code);
  t.is(sent.outcome, 'accepted');
  t.like(zalo.znsInbox(to)[0], { templateId: '100001', data: { otp: '123456' }, trackingId: code.reference });
});

test('a notice goes out with the template for notices', async (t) => {
  const { zalo, open } = await start(t);
  await open().gateway.send({ ...code, kind: 'notice', text: 'Co may moi dang nhap.' });
  t.like(zalo.znsInbox(to)[0], { templateId: '100002', data: { noi_dung: 'Co may moi dang nhap.' } });
});

test('without a template for notices none is sent, and codes are', async (t) => {
  const { zalo, open } = await start(t);
  const { tokens } = open();
  const gateway = createZnsGateway({ url: zalo.url, templates: { code: '100001' } }, tokens);
  t.deepEqual(await gateway.send({ ...code, kind: 'notice' }), { outcome: 'rejected', reason: 'configuration' }); // prettier-ignore
  t.is((await gateway.send(code)).outcome, 'accepted');
  t.is(zalo.znsInbox(to).length, 1);
});

const classes: readonly [errors: readonly number[], reason: string, isOurs: boolean][] = [
  [[-108], 'invalid_number', false],
  [[-110, -114, -118, -119, -140], 'unreachable', false],
  [[-139, -141], 'blocked', false],
  [[-133], 'not_now', false],
  [[-101, -105, -109, -120, -1241, -127, -131, -1381, -145], 'configuration', true],
  [[-115, -135, -1351, -136, -144, -147, -1472], 'quota', true],
  [[-111, -1121, -116, -122, -130, -161], 'content', true],
  [[-19999, 7], 'other', true],
];
for (const [errors, reason, isOurs] of classes)
  test(`errors of the class ${reason}: not sent${isOurs ? ', and somebody is told' : ''}`, async (t) => {
    const { zalo, open, trouble } = await start(t);
    const { gateway } = open();
    for (const error of errors) {
      zalo.setKnobs({ 'zns.error': error });
      t.deepEqual<unknown, unknown>(await gateway.send(code), { outcome: 'rejected', reason }, String(error));
    }
    t.is(zalo.znsInbox(to).length, 0);
    t.deepEqual(trouble, isOurs ? errors.map(() => reason) : []);
  });

test('a magic number answers its error', async (t) => {
  const { open } = await start(t);
  t.deepEqual(await open().gateway.send({ ...code, to: '+84900000118' }), { outcome: 'rejected', reason: 'unreachable' }); // prettier-ignore
});

test('an error in quotes is an error', async (t) => {
  const { open } = await start(t, { 'json.errorAs': 'string', 'zns.error': -118 });
  t.like(await open().gateway.send(code), { outcome: 'rejected', reason: 'unreachable' });
});

const outages: readonly [change: KnobChange, reason: string][] = [
  [{ 'zns.error': -100 }, 'zns_unknown'],
  [{ 'net.fault': 'hang' }, 'zns_read_timeout'],
  [{ 'net.fault': 'reset' }, 'zns_connection_reset'],
  [{ 'net.fault': 'truncate' }, 'zns_connection_reset'],
  [{ 'net.fault': 'html502' }, 'zns_status'],
  [{ 'net.fault': 'empty200' }, 'zns_bad_answer'],
];
for (const [change, reason] of outages)
  test(`${JSON.stringify(change)}: unavailable, without code, number or token in the error`, async (t) => {
    const { zalo, open } = await start(t);
    const { gateway, tokens } = open();
    const token = await tokens.current();
    zalo.setKnobs(change);
    const error = await t.throwsAsync(gateway.send(code), { instanceOf: Refusal });
    t.like(error, { kind: 'unavailable', reason });
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    for (const hidden of ['123456', '912345678', token]) t.false(shown.includes(hidden));
  });

test('a token that died early is refreshed once, and the message sent once', async (t) => {
  const { zalo, open, asked } = await start(t);
  const { gateway } = open();
  await gateway.send(code);
  zalo.dropOaToken();
  t.is((await gateway.send(code)).outcome, 'accepted');
  t.is(zalo.znsInbox(to).length, 2);
  t.is(asked('oa/access_token'), 2);
});

test('a second refusal is not followed by a third try', async (t) => {
  const { open, asked, trouble } = await start(t, { 'zns.error': -124 });
  t.deepEqual(await open().gateway.send(code), { outcome: 'rejected', reason: 'credentials' });
  t.is(asked('message/template'), 2);
  t.deepEqual(trouble, ['credentials']);
});

test('the error -220 and a plain 401 mean the token, too', (t) => {
  t.deepEqual(readZnsAnswer(200, '{"error":-220}'), { kind: 'auth' });
  t.deepEqual(readZnsAnswer(401, ''), { kind: 'auth' });
});

test('twenty messages at once over two brokers refresh once; the refresh token is spent once', async (t) => {
  const { zalo, open, asked } = await start(t);
  const [one, two] = [open(), open(house.second)];
  const answers = await times(20, (i) => (i % 2 === 0 ? one : two).gateway.send(code));
  t.true(answers.every(({ outcome }) => outcome === 'accepted'));
  t.is(asked('oa/access_token'), 1);
  zalo.dropOaToken();
  await times(20, (i) => (i % 2 === 0 ? one : two).gateway.send(code));
  t.is(asked('oa/access_token'), 2);
  t.is(zalo.znsInbox(to).length, 40);
});

test('another process goes on with the stored pair, and a token near its end is replaced before use', async (t) => {
  const { open, asked, moment } = await start(t);
  await open().tokens.current();
  await open(house.second).tokens.current();
  t.is(asked('oa/access_token'), 1);
  moment.now = after(90_000 - 299);
  await open(house.second).tokens.current();
  t.is(asked('oa/access_token'), 2);
});

test('a refresh that brings an access token alone leaves the refresh token as it is', async (t) => {
  const { open, zalo } = await start(t, { 'oa.rotate': 'accessOnly' });
  const { tokens } = open();
  const first = await tokens.current();
  zalo.dropOaToken();
  t.not(await tokens.replace(first), first);
});

test('a refresh token that is refused is not asked with again for a minute, and somebody is told', async (t) => {
  const { open, asked, lost, moment } = await start(t);
  const { gateway } = open(house.db, { firstRefreshToken: 'spent-long-ago' });
  for (let i = 0; i < 3; i += 1) await t.throwsAsync(gateway.send(code), { instanceOf: Refusal });
  t.is(asked('oa/access_token'), 1);
  t.deepEqual(lost, ['refused']);
  moment.now = after(60);
  await t.throwsAsync(gateway.send(code));
  t.is(asked('oa/access_token'), 2);
});

test('a new consent of the owner replaces the pair that was kept', async (t) => {
  const { open, oaId } = await start(t);
  await t.throwsAsync(open(house.db, { firstRefreshToken: 'revoked' }).tokens.current());
  await house.db.run(sql`insert into oa_token (oa_id, refresh_sealed, seed_key) values (${oaId}, ${house.vault.seal(`oa_token/${oaId}/refresh`, 'revoked')}, sha256('revoked'))`); // prettier-ignore
  t.is((await open().tokens.current()).length, 300);
});

test('what is kept of the pair is sealed', async (t) => {
  const { open, oaId } = await start(t);
  const token = await open().tokens.current();
  const row = await house.db.row<{ access_sealed: Buffer; refresh_sealed: Buffer }>(sql`select access_sealed, refresh_sealed from oa_token where oa_id = ${oaId}`); // prettier-ignore
  t.false(row?.access_sealed.includes(token));
  t.true((row?.refresh_sealed.length ?? 0) > 300);
});

const tolerated: readonly [knobs: KnobChange, outcome: string][] = [
  [{ 'json.type': 'application/json' }, 'accepted'],
  [{ 'json.errorAs': 'string' }, 'accepted'],
  [{ 'json.okError': 'absent' }, 'accepted'],
  [{ 'json.extra': 'unknownFields' }, 'accepted'],
  [{ 'zns.track': 'required' }, 'accepted'],
  [{ 'zns.phone': 'strict' }, 'accepted'],
  [{ 'zns.night': 'nonOtp' }, 'accepted'],
  [{ 'zns.night': 'all' }, 'not_now'],
  [{ 'oa.clock': 'restart' }, 'accepted'],
];
for (const [knobs, outcome] of tolerated)
  test(`a code with ${JSON.stringify(knobs)}: ${outcome}`, async (t) => {
    const { open } = await start(t, knobs);
    const answer = await open().gateway.send(code);
    t.is<string, string>(answer.outcome === 'accepted' ? answer.outcome : answer.reason, outcome);
  });

test('a token that died early is refreshed whichever number says so', async (t) => {
  const { zalo, open, asked } = await start(t, { 'zns.authCode': -220 });
  const { gateway } = open();
  await gateway.send(code);
  zalo.dropOaToken();
  t.is((await gateway.send(code)).outcome, 'accepted');
  t.is(asked('oa/access_token'), 2);
});

for (const consumed of ['empty200', '-14014', '-14020'] as const)
  test(`a refresh token that somebody else has used (${consumed}) needs a new consent of the owner`, async (t) => {
    const { zalo, open, lost } = await start(t, { 'oa.consumed': consumed });
    const form = { app_id: app.appId, grant_type: 'refresh_token', refresh_token: 'first-refresh' };
    await fetch(`${zalo.url}/v4/oa/access_token`, { method: 'POST', headers: { secret_key: app.appSecret }, body: new URLSearchParams(form) }); // prettier-ignore
    await t.throwsAsync(open().gateway.send(code), { instanceOf: Refusal, message: /refused/ });
    t.deepEqual(lost, ['refused']);
  });
