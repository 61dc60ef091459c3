// What a question to tnid-guard adds to a request that passes nginx anyway: the same service behind two
// nginx, one that asks and one that does not. A token seen before with a new proof each time, which is
// what an app in use sends. One request at a time, the two ways in turn, so that a neighbour on the
// machine disturbs both alike.
//   node bench/forward-auth.ts [requests=2000]

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { audience, clientId, createApp, startIssuer } from '../test/guard/issuer.ts';
import { runNginx, startNginx } from '../test/interop/nginx-server.ts';
import { freePort, runServer } from '../test/interop/process.ts';
import { quantile } from './rounds.ts';

const count = Number(process.argv[2] ?? 2000);
const warmUp = 200;
const baseUrl = 'https://hoso.example';
const undos: (() => Promise<void>)[] = [];
const atEnd = (undo: () => Promise<void>): void => void undos.push(undo);

const issuer = await startIssuer();
atEnd(issuer.stop);
const service = createServer((_, response) => response.writeHead(200, { 'Content-Length': 2 }).end('ok'));
service.listen(0, '127.0.0.1');
await once(service, 'listening');
atEnd(async () => {
  service.close();
  service.closeAllConnections();
});
const servicePort = Number(Object(service.address()).port);

const folder = await mkdtemp(join(tmpdir(), 'tnid-bench-'));
atEnd(async () => rm(folder, { recursive: true }));
const guardPort = await freePort();
await writeFile(join(folder, 'key.json'), JSON.stringify(issuer.client.privateJwk), { mode: 0o600 });
await writeFile(
  join(folder, 'guard.json'),
  JSON.stringify({
    issuer: issuer.url,
    audience,
    baseUrl,
    proxy: 'nginx',
    listen: `127.0.0.1:${guardPort}`,
    client: { clientId, privateKeyFile: 'key.json' },
    report: 'off',
  }),
);
const program = fileURLToPath(new URL('../packages/guard/forward-auth/main.ts', import.meta.url));
await runServer(atEnd, process.execPath, [program, '--config', join(folder, 'guard.json')], guardPort);

const guardedPort = await startNginx(atEnd, guardPort, servicePort);
const directPort = await freePort();
await runNginx(
  atEnd,
  `upstream service { server 127.0.0.1:${servicePort}; keepalive 32; }
server {
    listen 127.0.0.1:${directPort};
    location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
}`,
  directPort,
);

const app = await createApp(issuer);
const token = await app.token();
const proofs = await Promise.all(
  Array.from({ length: count + warmUp }, () => app.proof(token, { htm: 'GET', htu: `${baseUrl}/ho-so` })),
);
const agent = new Agent({ keepAlive: true });
const times = { direct: [] as number[], guarded: [] as number[] };
for (const [index, proof] of proofs.entries()) {
  const ways = [['direct', directPort] as const, ['guarded', guardedPort] as const];
  // First the one, then the other: what one leaves to the other is shared out evenly.
  for (const [way, port] of index % 2 === 0 ? ways : ways.toReversed()) {
    const took = await ask(port, proof);
    if (index >= warmUp) times[way].push(took);
  }
}
agent.destroy();
for (const undo of undos.toReversed()) await undo();

const [direct, guarded] = [times.direct, times.guarded].map((all) => all.toSorted((a, b) => a - b));
for (const share of [0.5, 0.9, 0.99]) {
  const [without, asking] = [quantile(direct ?? [], share), quantile(guarded ?? [], share)];
  console.log(
    `p${share * 100}: nginx ${without.toFixed(2)} ms, with tnid-guard ${asking.toFixed(2)} ms, added ${(asking - without).toFixed(2)} ms`,
  );
}

async function ask(port: number, proof: string): Promise<number> {
  const startedAt = performance.now();
  const asked = httpRequest({
    host: '127.0.0.1',
    port,
    agent,
    path: '/ho-so',
    headers: { Authorization: `DPoP ${token}`, DPoP: proof },
  });
  asked.end();
  const message = await new Promise<IncomingMessage>((resolve, reject) =>
    asked.once('response', resolve).once('error', reject),
  );
  message.resume();
  await once(message, 'end');
  if (message.statusCode !== 200) throw new Error(`answered ${message.statusCode}`);
  return performance.now() - startedAt;
}
