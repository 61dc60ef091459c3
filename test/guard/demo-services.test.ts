// The two demo services over real HTTP, in front of a small broker.

import test from 'ava';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import { startReport, reportAudience } from '../../sandbox/demo-services/report.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createApp, startIssuer, type Issuer } from './issuer.ts';

let issuer: Issuer;
let dossier: DemoService;
let report: DemoService;

test.before(async () => {
  issuer = await startIssuer();
  [dossier, report] = await Promise.all([
    startDossier({ ...issuer.options, allowedOrigins: ['https://h5.zdn.vn'] }),
    startReport(issuer.options),
  ]);
});

test.after.always(async () => {
  await Promise.all([dossier.stop(), report.stop()]);
  await issuer.stop();
});

type Call = {
  method?: 'GET' | 'POST';
  path?: string;
  body?: unknown;
  claims?: Record<string, unknown>;
  headers?: Record<string, string>;
};

async function call(
  service: DemoService,
  { method = 'POST', path = '/ho-so', body, claims = {}, headers = {} }: Call,
) {
  const app = await createApp(issuer);
  const token = await app.token({ aud: service.audience, ...claims });
  const dpop = await app.proof(token, { htm: method, htu: service.url + path });
  const response = await fetch(service.url + path, {
    method,
    headers: { Authorization: `DPoP ${token}`, DPoP: dpop, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const form = { loai: 'Đăng ký tham gia lớp tin học', noiDung: 'Tôi xin đăng ký lớp tháng 12.' };

test('a dossier is filed at level 2 and seen by its owner only', async (t) => {
  const filed = await call(dossier, { body: form, claims: { sub: 'owner' } });
  t.is(filed.status, 201);
  t.regex(String(filed.body.ma), /^HS-\d{4}-\d{6}$/);
  t.is(filed.body.trangThai, 'Đã tiếp nhận');
  const own = await call(dossier, { method: 'GET', claims: { sub: 'owner' } });
  t.like(own.body, { hoSo: [{ ma: filed.body.ma, ...form }] });
  t.deepEqual((await call(dossier, { method: 'GET', claims: { sub: 'stranger' } })).body, { hoSo: [] });
});

test('where a dossier stands is told to whoever has its code, and nothing else of it', async (t) => {
  const filed = await call(dossier, { body: form, claims: { sub: 'somebody' } });
  const asked = await fetch(`${dossier.url}/tra-cuu/${String(filed.body.ma)}`);
  t.is(asked.status, 200);
  t.deepEqual(await asked.json(), { ma: filed.body.ma, trangThai: 'Đã tiếp nhận' });
  for (const code of ['HS-2026-999999', '', '__proto__', '%00', '..%2Fho-so'])
    t.is((await fetch(`${dossier.url}/tra-cuu/${code}`)).status, 404, code);
});

test('at level 1 the dossier service asks for a step-up and stores nothing', async (t) => {
  const refused = await call(dossier, {
    body: form,
    claims: { sub: 'level-1', acr: 'https://id.tayninh.gov.vn/acr/1' },
  });
  t.is(refused.status, 401);
  t.regex(
    refused.headers.get('www-authenticate') ?? '',
    /error="insufficient_user_authentication".*max_age="900"/,
  );
  t.is(refused.headers.get('content-type'), 'application/problem+json');
  t.deepEqual((await call(dossier, { method: 'GET', claims: { sub: 'level-1' } })).body, { hoSo: [] });
});

test('what to bring can be read at level 1', async (t) => {
  const claims = { acr: 'https://id.tayninh.gov.vn/acr/1', scope: 'svc:hoso:chuan-bi', purposes: [] };
  const papers = await call(dossier, { method: 'GET', path: '/giay-to', claims });
  t.is(papers.status, 200);
  t.true(Array.isArray(papers.body.giayTo));
});

test('a report is sent at level 1', async (t) => {
  const claims = {
    acr: 'https://id.tayninh.gov.vn/acr/1',
    scope: 'svc:phananh:gui svc:phananh:xem',
    sub: 'neighbour',
    purposes: [],
  };
  const sent = await call(report, {
    path: '/phan-anh',
    claims,
    body: { noiDung: 'Đèn đường hỏng', viTri: 'Trước số 12 đường Trưng Nữ Vương' },
  });
  t.is(sent.status, 201);
  t.regex(String(sent.body.ma), /^PA-\d{4}-\d{6}$/);
  const own = await call(report, { method: 'GET', path: '/phan-anh', claims });
  t.like(own.body, { phanAnh: [{ ma: sent.body.ma, noiDung: 'Đèn đường hỏng' }] });
});

test('a token of one service is worth nothing at the other', async (t) => {
  t.is((await call(dossier, { body: form, claims: { aud: reportAudience } })).status, 401);
});

test('a wrong, missing or endless body is the sender’s mistake', async (t) => {
  for (const body of [{}, { loai: '', noiDung: 'x' }, { ...form, khac: 1 }, 'không phải JSON', '', '[]']) {
    t.is((await call(dossier, { body })).status, 400, JSON.stringify(body));
  }
  t.is((await call(dossier, { body: { ...form, noiDung: 'x'.repeat(20_000) } })).status, 413);
});

test('what no action covers is not there', async (t) => {
  t.is((await call(dossier, { path: '/ho-so/1', method: 'GET' })).status, 404);
  t.is((await fetch(`${dossier.url}/ho-so`, { method: 'DELETE' })).status, 404);
});

test('two Authorization headers on the wire are refused', async (t) => {
  const socket = connect(Number(new URL(dossier.url).port), '127.0.0.1');
  socket.write(
    'GET /ho-so HTTP/1.1\r\nHost: x\r\nAuthorization: DPoP a\r\nAuthorization: DPoP b\r\nConnection: close\r\n\r\n',
  );
  t.regex(await text(socket), /^HTTP\/1\.1 400 /);
});

test('the resource document, the home page and the decisions are open to read', async (t) => {
  const metadata = await (await fetch(`${dossier.url}/.well-known/oauth-protected-resource`)).json();
  t.like(metadata, { resource: dossier.audience, authorization_servers: [issuer.url] });
  const page = await fetch(dossier.url);
  t.regex(await page.text(), /Nộp hồ sơ trực tuyến/);
  t.truthy(page.headers.get('content-security-policy'));
  await call(report, { path: '/phan-anh', claims: { sub: 'secret-name', scope: '' }, body: {} });
  const log = await (await fetch(`${report.url}/nhat-ky?action=phananh.gui&allow=false&limit=1`)).text();
  t.like(JSON.parse(log), { nhatKy: [{ action: 'phananh.gui', allow: false, failed: ['scope'] }] });
  t.false(log.includes('secret-name'));
});

test('a browser may call from a listed origin only', async (t) => {
  const ask = (origin: string): Promise<Response> =>
    fetch(`${dossier.url}/ho-so`, { method: 'OPTIONS', headers: { Origin: origin } });
  t.is((await ask('https://h5.zdn.vn')).headers.get('access-control-allow-origin'), 'https://h5.zdn.vn');
  t.is((await ask('https://h5.zdn.vn.evil.example')).headers.get('access-control-allow-origin'), null);
});
