// What tnid-guard reads before it starts: everything wrong is said at once, nothing is guessed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { parse } from 'yaml';
import { parseConfig } from '../../packages/guard/forward-auth/config.ts';
import { createPeers } from '../../packages/guard/forward-auth/peers.ts';
import { readSecrets } from '../../packages/guard/forward-auth/secrets.ts';
import { identityHeaders } from '../../packages/guard/forward-auth/verdict.ts';
import { send, useFolder } from './forward-auth-setting.ts';
import { createKeyPair, startIssuer } from './issuer.ts';

const good = {
  issuer: 'https://id.tayninh.gov.vn',
  audience: 'https://hoso.dichvu.tayninh.gov.vn',
  baseUrl: 'https://hoso.dichvu.tayninh.gov.vn',
  proxy: 'nginx',
  client: { clientId: 'hoso', privateKeyFile: 'key.json' },
};
const problemsOf = (members: object): readonly string[] => {
  const config = parseConfig(JSON.stringify({ ...good, ...members }));
  return 'problems' in config ? config.problems : [];
};

test('a short configuration is enough; the rest has the careful value', (t) => {
  t.like(parseConfig(JSON.stringify(good)), {
    listen: { host: '127.0.0.1', port: 9470 },
    trustedProxies: ['127.0.0.0/8', '::1'],
    replay: 'memory',
    feed: 'poll',
    report: 'on',
  });
});

test('the configuration in docs/forward-auth.md is good, and every key stands in its table', async (t) => {
  const docs = await readFile(new URL('../../docs/forward-auth.md', import.meta.url), 'utf8');
  const config = parseConfig(/```json\n([^`]*)```/.exec(docs)?.[1] ?? '');
  t.false('problems' in config);
  for (const key of Object.keys(config)) t.true(docs.includes(`\`${key}\``), key);
});

const wrong: readonly (readonly [string, object, RegExp])[] = [
  ['an unknown key', { realm: 'x' }, /^realm: unknown key/],
  [
    'an unknown key of the client',
    { client: { ...good.client, secret: 'x' } },
    /^client\.secret: unknown key/,
  ],
  [
    'a proxy we do not know',
    { proxy: 'haproxy' },
    /^proxy: must be one of nginx, traefik, envoy, apisix, apache/,
  ],
  ['no proxy: it is never guessed', { proxy: undefined }, /^proxy: /],
  ['a listening name', { listen: 'localhost:9470' }, /^listen: /],
  ['a port beyond the last', { listen: '127.0.0.1:70000' }, /^listen: /],
  [
    'listening for others without naming the proxies',
    { listen: '0.0.0.0:9470' },
    /^trustedProxies: must name/,
  ],
  ['trusting everybody', { listen: '0.0.0.0:9470', trustedProxies: ['0.0.0.0/0'] }, /^trustedProxies: /],
  ['trusting a name', { trustedProxies: ['proxy.local'] }, /^trustedProxies: /],
  ['trusting nobody', { trustedProxies: [] }, /^trustedProxies: /],
  ['health for other machines', { healthListen: '10.0.0.1:9471' }, /^healthListen: /],
  ['polling without a client', { client: undefined }, /^client: missing/],
  ['a client without its key', { client: { clientId: 'x' } }, /^client\.privateKeyFile: /],
  ['an issuer that is no address', { issuer: 'id' }, /^issuer: /],
  ['a mode of reporting we do not know', { report: true }, /^report: /],
  ['a replay store we do not know', { replay: 'file' }, /^replay: /],
  ['a Redis without an address', { replay: { redis: {} } }, /^replay\.redis\.address: /],
];
for (const [title, members, problem] of wrong)
  test(`refused: ${title}`, (t) => {
    t.is(problemsOf(members).length, 1, problemsOf(members).join('\n'));
    t.regex(problemsOf(members)[0] ?? '', problem);
  });

test('all problems are told at once', (t) => {
  t.is(problemsOf({ issuer: 1, proxy: 'x', listen: 'y', client: 2, extra: 3 }).length, 5);
});

test('what is not JSON is refused without being quoted', (t) => {
  const config = parseConfig('{"d": "geheim');
  t.true('problems' in config);
  t.notRegex(JSON.stringify(config), /geheim/);
  t.true('problems' in parseConfig('[]'));
});

test('a secret others may read, that is missing or that is none stops the start', async (t) => {
  const folder = await useFolder((undo) => t.teardown(undo));
  const key = (await createKeyPair('k')).privateJwk;
  const config = parseConfig(JSON.stringify({ ...good, nonceSecretFile: 'nonce' }));
  if ('problems' in config) throw new Error('config');
  const put = async (name: string, content: string, mode: number): Promise<void> => {
    await writeFile(join(folder, name), content);
    await chmod(join(folder, name), mode);
  };
  const said = async (): Promise<string> => {
    const secrets = await readSecrets(config, folder);
    return 'problems' in secrets ? secrets.problems.join(' | ') : 'good';
  };
  t.regex(await said(), /privateKeyFile: cannot read .*ENOENT.* \| nonceSecretFile: cannot read/);
  await put('nonce', 'ab'.repeat(32), 0o640);
  for (const mode of [0o644, 0o604, 0o620, 0o666]) {
    await put('key.json', JSON.stringify(key), mode);
    t.regex(await said(), /^client\.privateKeyFile: others may read or change/);
  }
  await put('key.json', JSON.stringify(key), 0o600);
  t.is(await said(), 'good');
  const { d: secret, ...publicPart } = key;
  await put('key.json', JSON.stringify(publicPart), 0o600);
  t.regex(await said(), /must be a private ES256 key/);
  t.notRegex(await said(), new RegExp(secret ?? ''));
  await put('key.json', JSON.stringify(key), 0o400);
  await put('nonce', 'too short', 0o600);
  t.regex(await said(), /^nonceSecretFile: must hold at least 32 random bytes/);
});

test('only addresses and networks on the list are trusted, in both spellings of IPv4', (t) => {
  const peers = createPeers(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);
  for (const one of ['10.1.255.1', '::ffff:10.1.0.1', '192.0.2.7', '2001:db8::9']) t.true(peers(one), one);
  for (const one of ['10.2.0.1', '192.0.2.8', '127.0.0.1', '::1', '2001:db9::1', undefined, ''])
    t.false(peers(one), one);
});

test('the committed configurations carry all our headers, and let none in from outside', async (t) => {
  const read = async (name: string): Promise<string> =>
    readFile(new URL(`../../packages/guard/forward-auth/configs/${name}`, import.meta.url), 'utf8');
  const underscored = identityHeaders.flatMap((name) => {
    const [x = '', tn = '', last = ''] = name.split('-');
    return [`${x}_${tn}_${last}`, `${x}_${tn}-${last}`, `${x}-${tn}_${last}`];
  });
  // What PHP and its kin take for a header that changes the method; with hyphens tnid-guard refuses it.
  const overriding = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];
  const hidden = overriding.flatMap((name) => {
    const [first = '', ...rest] = name.split('-');
    const spellings = rest.reduce((all, part) => all.flatMap((one) => [`${one}_${part}`, `${one}-${part}`]), [first]);
    return spellings.filter((one) => one.includes('_'));
  }); // prettier-ignore
  const apisix = parse(await read('apisix.yaml')).routes[0].plugins;
  t.deepEqual(apisix['forward-auth'].upstream_headers, [...identityHeaders]);
  t.deepEqual(apisix['proxy-rewrite'].headers.remove, ['Authorization', 'DPoP', ...underscored, ...hidden]);
  for (const name of overriding) t.true(apisix['forward-auth'].request_headers.includes(name), name);
  t.is(apisix['forward-auth'].extra_headers['X-Original-URI'], '$real_request_uri');
  const { forwardAuth } = parse(await read('traefik.yaml')).http.middlewares['tnid-guard'];
  t.deepEqual(forwardAuth.authResponseHeaders, [...identityHeaders]);
  t.false(forwardAuth.trustForwardHeader);
  t.is(new URL(forwardAuth.address).pathname, '/auth');
  const envoy = await read('envoy.yaml');
  t.truthy(parse(envoy).static_resources.listeners[0]);
  for (const name of overriding) t.true(envoy.includes(`exact: ${name.toLowerCase()},`), name);
  for (const part of ['path_prefix: /auth\n', 'prefix: x-tn-', 'failure_mode_allow: false', 'REJECT_REQUEST'])
    t.true(envoy.includes(part), part);
  const [nginx, apache] = [await read('nginx.conf'), await read('apache.conf')];
  for (const name of identityHeaders) {
    t.true(nginx.includes(`proxy_set_header ${name} $tn_`), name);
    t.true(apache.includes(`RequestHeader set ${name} "%{TN_`), name);
  }
  for (const name of [...underscored, ...hidden])
    t.true(apache.includes(`RequestHeader unset ${name}\n`), name);
});

const program = fileURLToPath(new URL('../../packages/guard/forward-auth/main.ts', import.meta.url));
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}

test('tnid-guard --check says what is wrong, and starts nothing', async (t) => {
  const folder = await useFolder((undo) => t.teardown(undo));
  await writeFile(join(folder, 'key.json'), JSON.stringify((await createKeyPair('k')).privateJwk), {
    mode: 0o600,
  });
  await writeFile(join(folder, 'good.json'), JSON.stringify(good));
  await writeFile(join(folder, 'bad.json'), JSON.stringify({ ...good, proxy: 'x', extra: 1 }));
  const checked = await run('--config', join(folder, 'good.json'), '--check');
  t.deepEqual(checked, { code: 0, out: 'the configuration is good\n', err: '' });
  const bad = await run('--config', join(folder, 'bad.json'), '--check');
  t.is(bad.code, 2);
  t.regex(bad.err, /tnid-guard: extra: unknown key.*\ntnid-guard: proxy: must be one of/);
  for (const mode of [0o666, 0o664, 0o602]) {
    await chmod(join(folder, 'good.json'), mode);
    const open = await run('--config', join(folder, 'good.json'), '--check');
    t.is(open.code, 2);
    t.regex(open.err, /others may change .*good\.json/);
  }
  await writeFile(join(folder, 'far.json'), JSON.stringify({ ...good, baseUrl: 'http://far.example' }));
  t.regex(
    (await run('--config', join(folder, 'far.json'), '--check')).err,
    /baseUrl must be an https address/,
  );
  t.regex((await run()).err, /--config FILE/);
  t.is((await run('--config', join(folder, 'none.json'))).code, 2);
});

test('tnid-guard starts, answers and stops at SIGTERM; the log has no token', async (t) => {
  const issuer = await startIssuer();
  t.teardown(() => issuer.stop());
  const folder = await useFolder((undo) => t.teardown(undo));
  await writeFile(join(folder, 'key.json'), JSON.stringify(issuer.client.privateJwk), { mode: 0o600 });
  const config = { ...good, issuer: issuer.url, listen: '127.0.0.1:0', report: 'off' };
  await writeFile(join(folder, 'guard.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [program, '--config', join(folder, 'guard.json')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => void child.kill('SIGKILL'));
  const err = text(child.stderr);
  let out = '';
  const started = new Promise<number>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      const port = /"event":"started".*"port":(\d+)/.exec(out)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const port = await started;
  t.is((await send(port, { path: '/healthz' })).status, 200);
  const headers: [string, string][] = [
    ['X-Original-Method', 'GET'],
    ['X-Original-URI', '/ho-so?ten=bi-mat'],
    ['Authorization', 'DPoP very.secret.token'],
  ];
  t.is((await send(port, { path: '/auth', headers })).status, 401);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  t.is(code, 0, await err);
  t.regex(out, /"event":"decision".*"action":"hoso\.xem","allow":false.*\n.*"event":"stopped"/s);
  t.notRegex(out, /secret|bi-mat/);
});
