// The SMS client against the simulated gateway, and the sandbox phone.

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import test from 'ava';
import { parse } from 'node-html-parser';
import { createSmsGateway, type SmsConfig } from '../../adapters/sms/gateway.ts';
import { Refusal } from '../../errors.ts';
import { startSms, type SmsKnobs, type SmsTwin } from '../../sandbox/sms/server.ts';

const apiKey = 'sandbox-sms-key';
const to = '+84912345678';
const text = '123456 la ma xac nhan dang nhap TN-48 tren Tay Ninh ID. Khong dua cho ai.';

async function start(
  t: { teardown(fn: () => Promise<void>): void },
  knobs: Partial<SmsKnobs> = {},
  config: Partial<SmsConfig> = {},
) {
  const twin = await startSms({ apiKey, knobs, phones: ['+84987654321'] });
  t.teardown(() => twin.close());
  return {
    twin,
    gateway: createSmsGateway({ url: twin.url, apiKey, brandName: 'TAYNINH', timeoutMs: 10_000, ...config }),
  };
}

const newest = async (twin: SmsTwin, phone = to): Promise<unknown> =>
  (await fetch(`${twin.url}/phone/${phone}.json`)).json();

test('a message arrives on the phone it was sent to, newest first', async (t) => {
  const { twin, gateway } = await start(t);
  const first = await gateway.send({ to, text, reference: 'r1' });
  const second = await gateway.send({ to, text: text.replace('123456', '654321'), reference: 'r2' });
  t.is(first.outcome, 'accepted');
  t.is(second.outcome, 'accepted');
  t.like(await newest(twin), {
    messages: [
      { reference: 'r2', text: text.replace('123456', '654321') },
      { reference: 'r1', text },
    ],
  });
  t.deepEqual(await newest(twin, '+84987654321'), { messages: [] });
});

test('the same reference sent again is accepted and delivered once', async (t) => {
  const { twin, gateway } = await start(t);
  const first = await gateway.send({ to, text, reference: 'once' });
  t.deepEqual(await gateway.send({ to, text, reference: 'once' }), first);
  t.is(twin.inbox(to).length, 1);
});

test('a lost answer is unavailable; sending again does not reach the citizen twice', async (t) => {
  const { twin, gateway } = await start(t, { outageAfterAccepting: 'reset' });
  await t.throwsAsync(gateway.send({ to, text, reference: 'once' }), { instanceOf: Refusal });
  twin.setKnobs({ outageAfterAccepting: 'none' });
  t.is((await gateway.send({ to, text, reference: 'once' })).outcome, 'accepted');
  t.is(twin.inbox(to).length, 1);
});

const rejections: readonly [knob: SmsKnobs['reject'], reason: string][] = [
  ['invalid_number', 'invalid_number'],
  ['unreachable_number', 'unreachable'],
  ['blocked_number', 'blocked'],
  ['content_not_allowed', 'content'],
  ['brand_not_registered', 'brand'],
  ['quota', 'quota'],
  ['something_new', 'other'],
];
for (const [knob, reason] of rejections) {
  test(`gateway says ${knob}: rejected as ${reason}`, async (t) => {
    const { twin, gateway } = await start(t, { reject: knob });
    t.deepEqual<unknown, unknown>(await gateway.send({ to, text, reference: 'r' }), {
      outcome: 'rejected',
      reason,
    });
    t.is(twin.inbox(to).length, 0);
  });
}

test('a wrong key is rejected as credentials', async (t) => {
  const { gateway } = await start(t, {}, { apiKey: 'wrong' });
  t.deepEqual(await gateway.send({ to, text, reference: 'r' }), {
    outcome: 'rejected',
    reason: 'credentials',
  });
});

test('the gateway reaches Vietnamese mobiles only', async (t) => {
  const { gateway } = await start(t);
  for (const number of ['0912345678', '+842763000000', '+12025550123', '']) {
    t.deepEqual(await gateway.send({ to: number, text, reference: 'r' }), {
      outcome: 'rejected',
      reason: 'invalid_number',
    });
  }
});

const outages: readonly [SmsKnobs['outage'], string][] = [
  ['hang', 'timeout'],
  ['reset', 'network'],
  ['truncate', 'network'],
  ['http500', 'status'],
  ['http503', 'status'],
  ['redirect', 'status'],
  ['garbage', 'bad_answer'],
  ['huge', 'too_large'],
];
for (const [outage, word] of outages) {
  test(`gateway ${outage}: unavailable (${word}), without code, number or key in the error`, async (t) => {
    const { gateway } = await start(t, { outage }, outage === 'hang' ? { timeoutMs: 300 } : {});
    const error = await t.throwsAsync(gateway.send({ to, text, reference: 'r' }), { instanceOf: Refusal });
    t.is(error.kind, 'unavailable');
    t.is(error.reason, `sms_${word}`);
    const logged = inspect(error, { depth: Infinity, showHidden: true });
    for (const hidden of ['123456', '912345678', apiKey]) t.false(logged.includes(hidden));
  });
}

test('a lost message was accepted and never arrives; a slow one arrives later', async (t) => {
  const { twin, gateway } = await start(t, { lose: true });
  t.is((await gateway.send({ to, text, reference: 'lost' })).outcome, 'accepted');
  t.is(twin.inbox(to).length, 0);
  twin.setKnobs({ lose: false, delayMs: 150 });
  await gateway.send({ to, text, reference: 'slow' });
  t.is(twin.inbox(to).length, 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is(twin.inbox(to).length, 1);
});

test('the phone page is large, Vietnamese, refreshes itself and shows the code', async (t) => {
  const { twin, gateway } = await start(t);
  await gateway.send({ to, text: `${text} <b>&"`, reference: 'r' });
  for (const address of [`/phone/${to}`, `/phone/${encodeURIComponent(to)}`]) {
    const html = await (await fetch(twin.url + address)).text();
    const page = parse(html);
    t.is(page.querySelector('html')?.getAttribute('lang'), 'vi');
    t.is(page.querySelector('h1')?.textContent, 'Tin nhắn của 0912 345 678');
    t.is(page.querySelector('.code')?.textContent, '123456');
    t.is(page.querySelector('header')?.textContent, 'MÔ PHỎNG');
    t.truthy(page.querySelector('meta[http-equiv=refresh]'));
    t.is(page.querySelectorAll('article b').length, 0);
  }
});

test('the list of phones names seeded phones and those that received something', async (t) => {
  const { twin, gateway } = await start(t);
  await gateway.send({ to, text, reference: 'r' });
  const page = parse(await (await fetch(`${twin.url}/phone`)).text());
  t.deepEqual(
    page.querySelectorAll('main li a').map((link) => link.textContent),
    ['0912 345 678', '0987 654 321'],
  );
});

test('a phone that cannot exist is 404', async (t) => {
  const { twin } = await start(t);
  for (const path of [
    '/phone/',
    '/phone/0912345678',
    '/phone/+12025550123',
    '/phone/..%2f',
    '/phone/+84912345678/x',
  ]) {
    t.is((await fetch(twin.url + path)).status, 404, path);
  }
});

const reporting: readonly [knob: SmsKnobs['report'], soon: number, later: number][] = [
  ['prompt', 1, 1],
  ['never', 0, 0],
  ['late', 0, 1],
  ['duplicated', 2, 2],
];
for (const [knob, soon, later] of reporting) {
  test(`delivery reports ${knob}: signed over their bytes, naming the reference and nothing of the message`, async (t) => {
    const secret = 'x'.repeat(32);
    const got: { body: string; signature: string | undefined }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => (body += String(bytes)));
      request.on('end', () => {
        got.push({ body, signature: String(request.headers['x-signature']) });
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const twin = await startSms({ apiKey, knobs: { report: knob, reportLateMs: 900 }, reportTo: { url: `http://127.0.0.1:${port}/`, secret } }); // prettier-ignore
    t.teardown(() => twin.close());
    await createSmsGateway({ url: twin.url, apiKey, brandName: 'TAYNINH' }).send({
      to,
      text,
      reference: 'ref-1',
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    t.is(got.length, soon);
    await new Promise((resolve) => setTimeout(resolve, 900));
    t.is(got.length, later);
    for (const { body, signature } of got) {
      t.is(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
      t.like(JSON.parse(body), { reference: 'ref-1', state: 'delivered' });
      t.notRegex(body, /912345678|123456/);
    }
  });
}
