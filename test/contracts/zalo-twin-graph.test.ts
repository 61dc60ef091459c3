// The twin's Graph API and its levers: contract §3, §4.3 and §7, seen from outside.

import { createHmac } from 'node:crypto';
import test from 'ava';
import { z } from 'zod';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

const app = { appId: '3141592653589793238', appSecret: 'sandbox-app-secret', redirectUris: [] };
const other = { appId: '2718281828459045235', appSecret: 'other-secret', redirectUris: [] };
const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: '0912345678' };
const binh = { zaloId: '9007199254740993002', name: 'Trần Thị Bình' };

async function withTwin(knobs: KnobChange, use: (twin: ZaloTwin) => Promise<void>): Promise<void> {
  const twin = await startZalo({ apps: [app, other], citizens: [an, binh], knobs });
  try {
    await use(twin);
  } finally {
    await twin.close();
  }
}

type Fields = Record<string, string>;
const bodySchema = z.record(z.string(), z.unknown());
const bodyOf = async (response: Response) => bodySchema.parse(JSON.parse(await response.text()));

async function graph(twin: ZaloTwin, path: string, headers: Fields) {
  return bodyOf(await fetch(`${twin.url}/v2.0/${path}`, { headers }));
}

const lever = (twin: ZaloTwin, method: string, path: string, value: unknown): Promise<Response> =>
  fetch(`${twin.url}/__sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

async function accessTokenOf(twin: ZaloTwin, zaloId: string): Promise<string> {
  const wanted = { zaloId, scopes: ['scope.userInfo'] };
  return String((await bodyOf(await lever(twin, 'POST', 'token', wanted)))['accessToken']);
}

const proof = (secret: string, accessToken: string): string =>
  createHmac('sha256', secret).update(accessToken).digest('hex');

test('/me: no token, a bearer header, a bad or an old token are errors with status 200', async (t) => {
  await withTwin({ 'me.noToken': -77 }, async (twin) => {
    const good = await accessTokenOf(twin, an.zaloId);
    t.is((await graph(twin, 'me', {}))['error'], -77);
    t.is((await graph(twin, 'me', { authorization: `Bearer ${good}` }))['error'], -77);
    t.is((await graph(twin, 'me', { access_token: 'x' }))['error'], 452);
    t.is((await graph(twin, 'me', { access_token: good }))['id'], an.zaloId);
    twin.setKnobs({ 'clock.aheadMs': 3_600_000 });
    t.is((await graph(twin, 'me', { access_token: good }))['error'], 452);
  });
});

test('/me: only asked fields are given', async (t) => {
  await withTwin({}, async (twin) => {
    const headers = { access_token: await accessTokenOf(twin, an.zaloId) };
    t.false('name' in (await graph(twin, 'me?fields=id', headers)));
    const full = await graph(twin, 'me?fields=id,name,picture.type(normal)', headers);
    t.like(full, { id: an.zaloId, name: an.name, is_sensitive: false, error: 0 });
    t.truthy(full['picture']);
  });
});

test('/me: a wrong proof, no proof, and a proof of another app follow their knobs', async (t) => {
  await withTwin({ 'me.proofCode': -55 }, async (twin) => {
    const good = await accessTokenOf(twin, an.zaloId);
    const read = async (appsecretProof?: string) =>
      (
        await graph(twin, 'me', {
          access_token: good,
          ...(appsecretProof === undefined ? {} : { appsecret_proof: appsecretProof }),
        })
      )['error'];
    t.is(await read(), 0);
    t.is(await read('00'), -55);
    t.is(await read(proof(other.appSecret, good)), -55);
    twin.setKnobs({ 'me.foreign': 'accept' });
    t.is(await read(proof(other.appSecret, good)), 0);
    twin.setKnobs({ 'me.proof': 'require' });
    t.is(await read(), -55);
    twin.setKnobs({ 'me.proof': 'ignore' });
    t.is(await read('00'), 0);
  });
});

test('another app sees another id for the same person', async (t) => {
  await withTwin({}, async (twin) => {
    const minted = await lever(twin, 'POST', 'token', { appId: other.appId, zaloId: an.zaloId });
    const { accessToken } = await bodyOf(minted);
    const { id } = await graph(twin, 'me', { access_token: String(accessToken) });
    t.regex(String(id), /^[1-9][0-9]{18}$/);
    t.not(id, an.zaloId);
  });
});

test('a phone token works once, for two minutes, for its person and app', async (t) => {
  await withTwin({}, async (twin) => {
    const mint = async (zaloId: string) => {
      const scopes = ['scope.userPhonenumber'];
      const minted = await bodyOf(await lever(twin, 'POST', 'token', { zaloId, scopes }));
      return { access: String(minted['accessToken']), phone: String(minted['phoneToken']) };
    };
    const read = (access: string, code: string, secret = app.appSecret) =>
      graph(twin, 'me/info', { access_token: access, code, secret_key: secret });
    const one = await mint(an.zaloId);
    t.is((await read(one.access, one.phone, 'wrong'))['error'], 452);
    t.is((await read('x', one.phone))['error'], 452);
    t.is((await read(one.access, 'x'))['error'], 100);
    t.is((await read((await mint(binh.zaloId)).access, one.phone))['error'], 100);
    t.deepEqual((await read(one.access, one.phone))['data'], { number: '84912345678' });
    t.is((await read(one.access, one.phone))['error'], 100);
    for (const shape of ['0', '+84'] as const) {
      twin.setKnobs({ 'info.number': shape });
      const again = await mint(an.zaloId);
      t.deepEqual((await read(again.access, again.phone))['data'], { number: `${shape}912345678` });
    }
    const late = await mint(an.zaloId);
    twin.setKnobs({ 'clock.aheadMs': 120_000 });
    t.is((await read(late.access, late.phone))['error'], 100);
    // A mini app token shows no name before consent.
    t.false('name' in (await graph(twin, 'me?fields=id,name', { access_token: late.access })));
  });
});

test('/me/info: the proof and the error numbers follow their knobs', async (t) => {
  await withTwin({ 'info.proof': 'require', 'me.proofCode': -55 }, async (twin) => {
    const scopes = ['scope.userPhonenumber'];
    const minted = await bodyOf(await lever(twin, 'POST', 'token', { zaloId: binh.zaloId, scopes }));
    const access = String(minted['accessToken']);
    const headers = {
      access_token: access,
      code: String(minted['phoneToken']),
      secret_key: app.appSecret,
    };
    t.is((await graph(twin, 'me/info', headers))['error'], -55);
    const codes = twin.knobs()['info.codes'];
    const noPhone = { error: -9, message: 'No phone' };
    await lever(twin, 'PUT', 'knobs', { 'info.codes': { ...codes, noPhone } });
    const proven = { ...headers, appsecret_proof: proof(app.appSecret, access) };
    t.like(await graph(twin, 'me/info', proven), noPhone);
    twin.setKnobs({ egress: 'foreign' });
    t.is((await graph(twin, 'me/info', proven))['error'], -501);
  });
});

test('knobs are read, set, queued and reset over HTTP; an unknown one is refused', async (t) => {
  await withTwin({}, async (twin) => {
    t.is((await lever(twin, 'PUT', 'knobs', { egress: 'foreign' })).status, 200);
    t.is((await bodyOf(await fetch(`${twin.url}/__sandbox/knobs`)))['egress'], 'foreign');
    t.is((await graph(twin, 'me', {}))['error'], -501);
    t.is((await lever(twin, 'PUT', 'knobs', { egres: 'foreign' })).status, 400);
    t.is((await lever(twin, 'PUT', 'knobs', 'x')).status, 400);
    t.is((await lever(twin, 'DELETE', 'knobs', {})).status, 200);
    const steps = [{ 'me.noToken': 9 }];
    t.is((await lever(twin, 'POST', 'queue', { endpoint: 'me', steps })).status, 200);
    t.is((await graph(twin, 'me', {}))['error'], 9);
    t.is((await graph(twin, 'me', {}))['error'], 452);
    const form = await fetch(`${twin.url}/__sandbox/token`, {
      method: 'POST',
      body: new URLSearchParams({ zaloId: an.zaloId }),
    });
    t.is(form.status, 400);
    t.is((await lever(twin, 'POST', 'code', { zaloId: '1' })).status, 404);
    t.is((await lever(twin, 'POST', 'nothing', {})).status, 404);
  });
});
