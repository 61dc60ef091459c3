// The package as a service gets it: packed, installed in a project outside this repository, compiled
// against its types and run. Every example of the README compiles.

import test from 'ava';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApp, startIssuer } from './issuer.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const modules = join(root, 'node_modules');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tn-guard-'));
  const guardFolder = join(root, 'packages/guard');
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: guardFolder,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[]; // what npm prints
  const project = {
    name: 'a-service',
    private: true,
    type: 'module',
    dependencies: { '@tayninh-id/guard': `file:${packed?.filename}`, jose: `file:${join(modules, 'jose')}` },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--install-links'], { cwd: folder });
  // What the examples use beside the guard; the guard itself needs none of it.
  await mkdir(join(folder, 'node_modules/@hono'));
  for (const name of ['express', 'fastify', 'hono', 'koa', 'pg', '@redis', '@types', '@hono/node-server'])
    await symlink(join(modules, name), join(folder, 'node_modules', name));
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

const compiler = {
  compilerOptions: {
    target: 'esnext',
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  },
};

const service = `
import { createServer } from 'node:http';
import { createGuard, type DecisionRecord } from '@tayninh-id/guard';
import { protect } from '@tayninh-id/guard/node';

const { issuer, audience, client } = JSON.parse(process.argv[2] ?? '');
const records: DecisionRecord[] = [];
const guard = createGuard({
  issuer, audience, client,
  baseUrl: 'https://hoso.example',
  onDecision: (record) => void records.push(record),
});
await guard.start();
const server = createServer(protect(guard, 'hoso.nop', (_request, response, { principal }) => {
  response.end(JSON.stringify({ sub: principal.sub, level: principal.level, records: records.length }));
}));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(address?.port);
});
`;

test.serial(
  'a service compiles against the installed types, and so does every example of the README',
  async (t) => {
    const readme = await readFile(join(root, 'packages/guard/README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    t.true(examples.length >= 9);
    await writeFile(join(folder, 'service.ts'), service);
    const names = await Promise.all(
      examples.map(async (code, index) => {
        const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `example-${index}.ts`;
        await writeFile(join(folder, name), `${code}\nexport {};\n`);
        return name;
      }),
    );
    // Our own types are read in full; those of Express and Fastify are not our business.
    await t.notThrowsAsync(compile('own.json', ['service.ts'], false));
    await t.notThrowsAsync(compile('examples.json', names, true));
  },
);

async function compile(name: string, files: readonly string[], skipLibCheck: boolean): Promise<void> {
  const { compilerOptions } = compiler;
  const settings = { compilerOptions: { ...compilerOptions, skipLibCheck }, files };
  await writeFile(join(folder, name), JSON.stringify(settings));
  await run(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', join(folder, name)]).catch(
    (error: { stdout?: string }) => Promise.reject(new Error(error.stdout)),
  );
}

test.serial('the service runs from the tarball and checks a real token and proof', async (t) => {
  const issuer = await startIssuer();
  const app = await createApp(issuer);
  const facts = JSON.stringify({ ...issuer.options, audience: 'https://hoso.dichvu.tayninh.gov.vn' });
  await writeFile(join(folder, 'service.ts'), service);
  const child = spawn(process.execPath, ['service.ts', facts], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    child.kill();
    await issuer.stop();
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer]; // one line: the port
  const url = `http://127.0.0.1:${line.toString().trim()}/ho-so`;
  const token = await app.token();
  const { headers } = await app.request(token);
  const allowed = await fetch(url, { method: 'POST', headers });
  t.deepEqual(await allowed.json(), { sub: 'pairwise-1', level: 2, records: 1 });
  const replayed = await fetch(url, { method: 'POST', headers });
  t.is(replayed.status, 401);
  t.regex(replayed.headers.get('www-authenticate') ?? '', /error="invalid_dpop_proof"/);
  t.is((await fetch(url, { method: 'POST' })).status, 401);
});

test.serial('the tarball holds what the exports name, and no sources or secrets', async (t) => {
  const installed = join(folder, 'node_modules/@tayninh-id/guard');
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string; default: string }>;
    dependencies: Record<string, string>;
  };
  t.deepEqual(Object.keys(manifest.dependencies), ['jose']);
  for (const target of Object.values(manifest.exports)) {
    for (const path of typeof target === 'string' ? [] : [target.types, target.default])
      await t.notThrowsAsync(readFile(join(installed, path)), path);
  }
  for (const name of ['check', 'decide', 'routes'])
    await t.notThrowsAsync(readFile(join(installed, `vectors/${name}.json`)));
  await t.throwsAsync(readFile(join(installed, 'guard.ts')), { code: 'ENOENT' });
});
