// The package as an app gets it: packed, installed outside this repository, typed against Zalo's own kit.
// The README's example is run against the broker as it stands there.

import test from 'ava';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { REPORTS } from '../support/rp.ts';
import { bundle } from './bundle.ts';
import { meet, startGround, zaloOf, type Ground } from './ground.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const modules = join(root, 'node_modules');
let folder = '';

const packed = z.array(z.object({ filename: z.string() }));

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tn-miniapp-'));
  const cwd = join(root, 'packages/miniapp');
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd,
  });
  const dependencies = { '@tayninh-id/miniapp': `file:${packed.parse(JSON.parse(stdout))[0]?.filename}` };
  const project = { name: 'an-app', private: true, type: 'module', dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--install-links'], { cwd: folder });
  await Promise.all((await examples()).map(({ name, code }) => writeFile(join(folder, name), code)));
  await writeFile(join(folder, 'screens.ts'), screens);
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

async function examples(): Promise<{ name: string; code: string }[]> {
  const readme = await readFile(join(root, 'packages/miniapp/README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => ({
    name,
    code,
  }));
}

// The app's own part: what a citizen would tap.
const screens = `
export const ask = async (question: string, choices: readonly string[] = []): Promise<string> =>
  (choices[0] ?? '');
export const explain = async (_sentence: string): Promise<void> => {};
`;

test.serial('every example compiles against the installed types and those of zmp-sdk', async (t) => {
  t.true((await examples()).length >= 5);
  const typed = join(folder, 'node_modules/zmp-sdk');
  await symlink(join(modules, 'zmp-sdk'), typed);
  const compilerOptions = {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  // All of Zalo's kit fits as well, for an app that hands it in whole.
  const whole = `import * as kit from 'zmp-sdk/apis';\nimport type { Zalo } from '@tayninh-id/miniapp';\nexport const zalo: Zalo = kit;\n`;
  await writeFile(join(folder, 'whole-kit.ts'), whole);
  const files = [...(await examples()).map(({ name }) => name), 'whole-kit.ts'];
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiled = run(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', folder]).catch(
    (error: { stdout?: string }) => Promise.reject(new Error(error.stdout)),
  );
  await t.notThrowsAsync(compiled);
  await rm(typed);
});

test.serial('the example of the README signs in and sends a report', async (t) => {
  const ground: Ground = await startGround();
  t.teardown(() => ground.stop());
  const zalo = zaloOf(ground, await meet(ground));
  const kit = join(folder, 'node_modules/zmp-sdk');
  await mkdir(join(kit, 'apis'), { recursive: true });
  const tokens = { access: await zalo.getAccessToken(), phone: (await zalo.getPhoneNumber()).token };
  await writeFile(join(kit, 'package.json'), '{"type":"module","exports":{"./apis":"./apis/kit.js"}}');
  await writeFile(
    join(kit, 'apis/kit.js'),
    `export const getAccessToken = async () => ${JSON.stringify(tokens.access)};
     export const login = async () => 'Success';
     export const getPhoneNumber = async () => (${JSON.stringify({ token: tokens.phone })});
     const kept = new Map();
     export const nativeStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };`,
  );
  // The same files with the addresses of this machine.
  const settings = await readFile(join(folder, 'tay-ninh-id.ts'), 'utf8');
  const here = settings
    .replace('https://id.tayninh.gov.vn', ground.house.issuer)
    .replace("clientId: 'miniapp',", `clientId: 'miniapp', services: ${JSON.stringify(ground.services)},`);
  await writeFile(join(folder, 'tay-ninh-id.ts'), here);
  const report = await readFile(join(folder, 'report.ts'), 'utf8');
  await writeFile(
    join(folder, 'report.ts'),
    report.replace('`${reports}/phan-anh`', `'${ground.report.url}/phan-anh'`),
  );
  await writeFile(
    join(folder, 'tap.ts'),
    `import { sendReport } from './report.ts';\nconsole.log(await sendReport('Đèn đường hỏng', 'Phường Tân Ninh'));\n`,
  );
  t.true(report.includes(REPORTS));
  const { stdout } = await run(process.execPath, ['tap.ts'], { cwd: folder });
  t.regex(stdout, /^Mã phản ánh: PA-/);
});

test.serial('the tarball holds the compiled package alone', async (t) => {
  const installed = join(folder, 'node_modules/@tayninh-id/miniapp');
  const manifest = z
    .object({
      exports: z.record(z.string(), z.object({ types: z.string(), default: z.string() })),
      dependencies: z.undefined().optional(),
    })
    .parse(JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')));
  for (const { types, default: code } of Object.values(manifest.exports)) {
    await t.notThrowsAsync(readFile(join(installed, types)));
    await t.notThrowsAsync(readFile(join(installed, code)));
  }
  t.deepEqual((await readdir(installed)).sort(), ['README.md', 'dist', 'package.json']);
});

test('minified it is one file of at most 12 KB gzipped', async (t) => {
  const code = await bundle();
  const size = gzipSync(code).length;
  t.log(`${size} bytes gzipped`);
  t.true(size <= 12 * 1024, `${size} bytes`);
  t.notRegex(code, /\bimport\b\s*[{*'"]/); // nothing to fetch beside it
});

// Zalo's own template asks for the phone number from the page, with the app's secret in it (contract §4.3).
const secrets = [/secret_?key/i, /app_?secret/i, /\/me\/info/];
const keptOrAsked = [/graph\.zalo/, /localStorage|sessionStorage|indexedDB|document\.cookie/];
for (const word of [...secrets, ...keptOrAsked])
  test(`no code for a phone says ${word.source}`, async (t) => {
    const app = join(root, 'packages/miniapp');
    const files = (await readdir(app, { recursive: true })).filter(
      (path) => /\.(tsx?|js|html)$/.test(path) && !path.includes('node_modules'),
    );
    t.true(files.length >= 12);
    for (const path of files) {
      // Zalo's own kit, as the app's bundler cut it, keeps its things where it likes.
      if (keptOrAsked.includes(word) && path.includes('dist/assets/zalo-sdk')) continue;
      const text = (await readFile(join(app, path), 'utf8')).replaceAll(/^\s*(\/\/|\*).*$/gm, '');
      t.false(word.test(text), path);
    }
  });
