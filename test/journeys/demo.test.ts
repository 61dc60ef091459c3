// bin/demo as a program: what it prints, how it ends, and that nothing of it stays behind.

import test, { type ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { usualPorts } from '../../bin/demo-stage.ts';
import { readQr } from '../../cards/qr.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { openFolder } from '../../sandbox/postgres-binaries.ts';
import { wordsOf } from '../../views/words/words.ts';

const words = wordsOf('vi');
const root = fileURLToPath(new URL('../..', import.meta.url));
const readySchema = z.object({
  issuer: z.url(),
  urls: z.record(z.string(), z.url()),
  portal: z.url(),
  phone: z.url(),
  services: z.object({ dossier: z.url(), report: z.url() }),
  sandbox: z.object({ zalo: z.url(), vneid: z.url(), register: z.url(), sms: z.url() }),
  citizens: z.array(
    z.object({
      name: z.string(),
      personalNumber: z.string().regex(/^999\d{9}$/),
      phone: z.string().regex(/^09\d{8}$/),
      inbox: z.url(),
      zalo: z.object({ id: z.string() }),
      vneid: z.object({ sub: z.string() }),
    }),
  ),
  officers: z.array(z.object({ login: z.string(), invitation: z.url().optional() })).length(2),
  cards: z.array(
    z.object({
      name: z.string(),
      personalNumber: z.string().regex(/^999\d{9}$/),
      birthdate: z.string(),
      qr: z.string().optional(),
      chip: z.url(),
      isChild: z.boolean(),
    }),
  ),
  views: z.url(),
});

let dataDir = '';
test.before('a data folder', async () => {
  dataDir = await mkdtemp(join(openFolder(), 'tnid-demo-'));
});
test.after.always('no data folder', () => rm(dataDir, { recursive: true, force: true }));

type Demo = {
  readonly child: ChildProcess;
  readonly ready: z.output<typeof readySchema>;
  readonly told: () => string;
};

async function start(t: ExecutionContext, ...options: string[]): Promise<Demo> {
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    [join(root, 'bin/demo.ts'), '--json', '--data', dataDir, ...options],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.teardown(() => void child.kill('SIGKILL'));
  let told = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    return { child, ready: readySchema.parse(JSON.parse(line)), told: () => told };
  }
  throw new Error(`bin/demo said nothing:\n${told}`);
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Programs that work on our data: a PostgreSQL left behind would be one. */
async function leftBehind(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(dataDir) && Number(pid) !== process.pid)
      found.push(`${pid} ${command.replaceAll('\0', ' ')}`);
  }
  return found;
}

async function nothingLeftWithin(timeoutMs: number): Promise<string[]> {
  const giveUpAt = Date.now() + timeoutMs;
  let found = await leftBehind();
  while (found.length > 0 && Date.now() < giveUpAt) {
    await sleep(100);
    found = await leftBehind();
  }
  return found;
}

test.serial(
  'ports that are taken are passed over, and it says so; SIGTERM leaves no program behind',
  async (t) => {
    const squatters = await Promise.all(
      [usualPorts.portal, usualPorts.sms].map(async (port) => {
        const server = createServer().listen(port, '127.0.0.1');
        // Somebody else may hold it already, which serves as well.
        await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => undefined);
        return server;
      }),
    );
    t.teardown(() => squatters.forEach((server) => server.close()));
    const { child, ready, told } = await start(t, '--no-story');
    t.not(new URL(ready.portal).port, String(usualPorts.portal));
    t.not(new URL(ready.sandbox.sms).port, String(usualPorts.sms));
    t.regex(
      told(),
      new RegExp(`port ${usualPorts.portal} is taken, portal uses ${new URL(ready.portal).port}`),
    );

    const discovery = await fetch(`${ready.issuer}/.well-known/openid-configuration`);
    t.like(await discovery.json(), { issuer: ready.issuer });
    for (const url of Object.values(ready.urls)) {
      const { status } = await fetch(url, { redirect: 'manual' });
      t.true(status < 500, `${url} answers`);
    }
    for (const page of ['/views', '/views/consent', '/views/consent?lang=en']) {
      const response = await fetch(`${ready.portal}${page}`);
      t.is(response.status, 200);
      t.regex(response.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    }
    t.is((await fetch(`${ready.portal}/views/nothing`)).status, 404);
    const tryout = await (await fetch(`${ready.portal}/dung-thu`)).text();
    for (const { name, qr, birthdate, chip } of ready.cards) {
      t.true(tryout.includes(name) && tryout.includes(chip), name);
      t.is(qr === undefined, birthdate.length === 4);
      if (qr !== undefined) t.deepEqual(readQr(qr, new Date()).errors, [], name);
      t.is((await fetch(chip)).status, 200, name);
    }
    for (const { login, invitation } of ready.officers) {
      t.is((await fetch(invitation ?? '')).status, 200, login);
    }
    t.deepEqual(
      ready.cards.filter(({ isChild }) => isChild).map(({ name }) => name),
      ['Phạm Bảo Ngọc'],
    );
    const inboxes = await Promise.all(ready.citizens.map(async ({ inbox }) => (await fetch(inbox)).json()));
    t.deepEqual(inboxes[0], { messages: [] });

    child.kill('SIGTERM');
    t.is(await ended(child), 0);
    t.deepEqual(await nothingLeftWithin(2_000), []);
  },
);

test.serial('its secrets are readable by their owner only', async (t) => {
  for (const name of ['demo-kek', 'demo-keys.json', 'demo.log']) {
    t.is((await stat(join(dataDir, name))).mode & 0o777, 0o600, name);
  }
});

test.serial(
  'after kill -9 the next start works on the same data, within ten seconds, and tells the story',
  async (t) => {
    const first = await start(t, '--no-story');
    const [hoa] = first.ready.officers;
    const officer = openBrowser();
    await officer.open(hoa?.invitation ?? '');
    await officer.press(words.staff.button, { password: 'ngôi nhà nhỏ bên sông Vàm Cỏ' });
    first.child.kill('SIGKILL');
    await ended(first.child);
    t.deepEqual(await nothingLeftWithin(5_000), [], 'PostgreSQL ends when its master is gone');

    const startedAt = performance.now();
    const second = await start(t, '--exit');
    t.true(performance.now() - startedAt < 10_000);
    t.is(await ended(second.child), 0, second.told());
    t.regex(second.told(), /✓ 5\. Sổ kiểm toán/);
    const [hoaLater, binhLater] = second.ready.officers;
    t.is(hoaLater?.invitation, undefined, 'who has accepted keeps the password');
    t.truthy(binhLater?.invitation, 'who has not is invited again');
    t.not(binhLater?.invitation, first.ready.officers[1]?.invitation);
    t.deepEqual(await nothingLeftWithin(2_000), []);
  },
);

test.serial('no personal number, phone, token or code reaches the log', async (t) => {
  const log = await readFile(join(dataDir, 'demo.log'), 'utf8');
  t.true(log.length > 1_000);
  t.notRegex(log, /(?<!\d)999\d{9}(?!\d)|\+?84\d{9}(?!\d)|(?<![\w.])0\d{9}(?!\d)|eyJ/);
});

test.serial('a wrong option is explained and starts nothing', async (t) => {
  const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'bin/demo.ts'), '--exti'], {
    stdio: 'ignore',
  });
  t.is(await ended(child), 2);
});
