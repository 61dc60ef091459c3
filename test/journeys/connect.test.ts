// docs/connect-a-service.md, played as it is written: its file in the catalogue, its commands, its
// service from the packed guard in a project of its own, and the trial at the end. Only the folders
// and the ports are this test's own.

import test, { type ExecutionContext } from 'ava';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { anyPorts, startStage, type Stage } from '../../bin/demo-stage.ts';
import { tryCall } from '../../sandbox/developer/try-call.ts';
import { useDatabase } from '../support/database.ts';
import { anyFreePort as freePort } from '../../sandbox/ports.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
let doc = '';
let folder = '';
let stage: Stage | undefined;
let service = { code: '', privateKey: '', url: '' };

/** The fenced block that has these words, which must be one. */
function block(language: string, words: string): string {
  const blocks = [...doc.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const found = blocks.filter(([, kind, text = '']) => kind === language && text.includes(words));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${language} with ${words} in the page`);
  return found[0]?.[2] ?? '';
}

const changed = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`the page does not say ${from} any more`);
  return text.replaceAll(from, to);
};

/** A block of the page in a shell, in the repository. */
async function shell(script: string, env: Readonly<Record<string, string>> = {}) {
  const { stdout } = await run('sh', ['-eu', '-c', script], { cwd: root, env: { ...process.env, ...env } });
  return stdout;
}

test.before('the file is written, the house is open, the key is registered', async () => {
  doc = await readFile(join(root, 'docs/connect-a-service.md'), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'tnid-connect-'));
  const services = join(folder, 'services');
  await cp(join(root, 'policies/services'), services, { recursive: true });
  const name = /save it as `policies\/services\/(\w+\.yaml)`/.exec(doc)?.[1] ?? '';
  await writeFile(join(services, name), block('yaml', 'service:'));

  const { url } = await useDatabase();
  stage = await startStage({ databaseUrl: url, dataDir: join(folder, 'data'), ports: anyPorts, services });
  await writeFile(join(folder, 'demo.env'), Object.entries(stage.environment).map(([key, value]) => `${key}='${value}'\n`).join('')); // prettier-ignore
  const commands = changed(changed(block('sh', 'service keygen'), '.data/demo.env', `${folder}/demo.env`), '.data/', `${folder}/`); // prettier-ignore
  await shell(commands);
  service = {
    code: block('js', 'createGuard'),
    privateKey: join(folder, `${name.replace('.yaml', '')}.private.json`),
    url: '',
  };
});

test.after.always(async () => {
  await stage?.stop();
  await rm(folder, { recursive: true, force: true });
});

test.serial('the file of the page passes every rule, and the citizen is told what it asks for', async (t) => {
  const [lint = '', explain = ''] = block('sh', 'catalogue lint').trim().split('\n');
  const services = join(folder, 'services');
  t.regex(await shell(changed(lint, 'lint ', `lint ${services} `)), /no problems in \d+ files/);
  const told = await shell(changed(explain, 'thuvien.muon ', `thuvien.muon ${services} `));
  t.regex(told, /Người đã xác minh danh tính \(mức 2\)/);
});

test.serial('the service of the page, with the packed guard, is ready', async (t) => {
  const project = join(folder, 'project');
  await mkdir(project);
  // The page lets npm fetch jose, the only dependency; here it comes from the folder beside us.
  const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: join(root, 'packages/guard') }); // prettier-ignore
  const dependencies = {
    '@tayninh-id/guard': `file:${join(folder, packed.trim())}`,
    jose: `file:${join(root, 'node_modules/jose')}`,
  };
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'a', type: 'module', dependencies }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--install-links'], { cwd: project });

  const url = await startService(t, project, 'service.mjs');
  t.deepEqual(await tried(url), { wrong: [], lines: 16 });
  t.is((await fetch(`${url}/sach`)).status, 200, 'the public route is public');
  t.is((await fetch(`${url}/khac`)).status, 401, 'what nobody listed is not');
});

test.serial(
  'a forgotten "service add" is 503 for the citizen and a sentence for the developer',
  async (t) => {
    const project = join(folder, 'project');
    const said: string[] = [];
    const url = await startService(t, project, 'forgotten.mjs', {
      change: (code) => changed(code, "clientId: 'thuvien'", "clientId: 'thuvien-2'"),
      said,
    });
    const { wrong } = await tried(url);
    t.regex(wrong.join(), /503, .*TNID_GUARD.*service add/);
    t.regex(said.join(''), /TNID_GUARD.*client thuvien-2 with this key \(tnid service add\)/);
  },
);

async function tried(url: string) {
  if (stage === undefined) throw new Error('no house');
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  const { party } = await stage.scene(tell);
  const [, method = '', path = '', body = ''] =
    /bin\/try (\w+) http:\/\/localhost:9000(\S+) --json '(.*)'/.exec(block('sh', 'bin/try')) ?? [];
  const ground = { issuer: stage.issuer, party, sandbox: stage.sandbox, tell };
  const wrong = await tryCall(ground, { method, url: url + path, body });
  return { wrong, lines: lines.length };
}

async function startService(
  t: ExecutionContext,
  project: string,
  name: string,
  { change = (code: string) => code, said = [] as string[] } = {},
): Promise<string> {
  const port = await freePort();
  const here = changed(changed(service.code, '9000', String(port)), 'http://localhost:8080', stage?.issuer ?? ''); // prettier-ignore
  await writeFile(join(project, name), change(here));
  const child = spawn(process.execPath, [name, service.privateKey], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => void said.push(text));
  t.teardown(async () => {
    const ended = once(child, 'exit');
    if (child.kill()) await ended;
  });
  const url = `http://localhost:${port}`;
  for (let round = 0; round < 400; round += 1) {
    if (child.exitCode !== null) throw new Error(`the service ended: ${said.join('')}`);
    if (await fetch(`${url}/.well-known/oauth-protected-resource`).then((answer) => answer.ok, () => false)) return url; // prettier-ignore
    await pause(25);
  }
  throw new Error('the service does not answer');
}
