// bin/try: what it says of a service that checks everything, and of one that checks too little.

import test from 'ava';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { tryCall } from '../../sandbox/developer/try-call.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function ground() {
  const { issuer, sandbox, scene } = stage.current();
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  const { party } = await scene(tell);
  return { lines, ground: { issuer, party, sandbox, tell } };
}

test('a service with the guard is ready: one good call after a step-up, and fourteen refusals', async (t) => {
  const { lines, ground: where } = await ground();
  const url = `${stage.current().services.dossier}/ho-so`;
  const wrong = await tryCall(where, { method: 'POST', url, body: '{"loai":"a","noiDung":"b"}' });
  t.deepEqual(wrong, []);
  t.regex(lines[0] ?? '', /hoso\.nop, mức 2, trong 900 giây/);
  t.regex(lines[1] ?? '', /✓ được yêu cầu thêm bước xác minh .*401 insufficient_user_authentication/);
  t.regex(lines[2] ?? '', /✓ .* đủ điều kiện: 201/);
  t.is(lines.filter((line) => line.includes('✓ phải từ chối')).length, 14);
});

test('a service that only verifies the signature is told what it let through', async (t) => {
  const { issuer } = stage.current();
  const resource = 'https://phananh.dichvu.tayninh.gov.vn';
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const careless = createServer((request, response) => {
    if (request.url === '/.well-known/oauth-protected-resource') {
      response.end(JSON.stringify({ resource, authorization_servers: [issuer] }));
      return;
    }
    const token = request.headers.authorization?.split(' ')[1] ?? '';
    jwtVerify(token, keys, { issuer, audience: resource }).then(
      () => response.writeHead(201).end('{}'),
      () => response.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token"' }).end('{}'),
    );
  }).listen(0, 'localhost');
  await once(careless, 'listening');
  t.teardown(() => careless.close());
  const address = careless.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const { ground: where } = await ground();
  const wrong = await tryCall(where, {
    method: 'POST',
    url: `http://localhost:${port}/phan-anh`,
    body: '{}',
  });
  const told = wrong.join('\n');
  for (const finding of ['Bearer', 'thiếu bằng chứng', 'lần thứ hai', 'khoá khác', 'hai đầu Authorization'])
    t.true(told.includes(finding), `${finding} is named`);
  t.false(told.includes('chữ ký của mã'), 'what it does check is not complained about');
});

test('an action the catalogue does not know, and a service that is not there, are sentences', async (t) => {
  const { ground: where } = await ground();
  const unknown = tryCall(where, { method: 'GET', url: `${stage.current().services.dossier}/khong-co` });
  await t.throwsAsync(unknown, { message: /GET \/khong-co không thuộc việc nào/ });
  const nobody = tryCall(where, { method: 'GET', url: 'http://localhost:1/x' });
  await t.throwsAsync(nobody, { message: /dịch vụ đã chạy chưa/ });
});

test('a public route, a wrong baseUrl and a guard without a client are told apart', async (t) => {
  const { ground: where } = await ground();
  const open = tryCall(where, { method: 'GET', url: `${stage.current().services.dossier}/` });
  await t.throwsAsync(open, { message: /GET \/ là đường công khai/ });

  const { issuer } = stage.current();
  const audience = 'https://phananh.dichvu.tayninh.gov.vn';
  const start = async (answer: { status: number; headers: Record<string, string> }) => {
    const server = createServer((request, response) => {
      if (request.url === '/.well-known/oauth-protected-resource')
        return void response.end(JSON.stringify({ resource: audience, authorization_servers: [issuer] }));
      response.writeHead(answer.status, answer.headers).end('{}');
    }).listen(0, 'localhost');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const address = server.address();
    return `http://localhost:${typeof address === 'object' ? address?.port : 0}/phan-anh`;
  };
  const elsewhere = 'DPoP error="invalid_dpop_proof", resource_metadata="http://localhost:1/.well-known/x"';
  const moved = await start({ status: 401, headers: { 'www-authenticate': elsewhere } });
  const told = await tryCall(where, { method: 'POST', url: moved, body: '{}' });
  t.regex(told.join(), /tự cho là ở http:\/\/localhost:1, .* sửa baseUrl/);
  const silent = await start({ status: 503, headers: {} });
  t.regex(
    (await tryCall(where, { method: 'POST', url: silent, body: '{}' })).join(),
    /TNID_GUARD.*service add/,
  );
});
