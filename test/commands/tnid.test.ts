import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openDatabase, sql } from '../../database.ts';
import { useDatabase } from '../support/database.ts';
import { clientKey } from '../support/broker.ts';

type Ran = { code: number; out: string; err: string };
let environment: Record<string, string>;
let folder: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tnid-commands-'));
  environment = {
    TNID_DATABASE_URL: (await useDatabase()).url,
    TNID_KEK: randomBytes(32).toString('base64url'),
    TNID_ISSUER: 'https://id.test',
  };
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

const tnid = (words: string[], env: Record<string, string> = environment) =>
  new Promise<Ran>((resolve) => {
    const child = execFile(
      'bin/tnid',
      words,
      { env: { PATH: process.env['PATH'], ...env } },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
      },
    );
    child.stdin?.end();
  });

test('every command has help', async (t) => {
  for (const words of [
    [],
    ['start'],
    ['migrate'],
    ['check-config'],
    ['keys'],
    ['keys', 'rotate'],
    ['service'],
    ['service', 'add'],
    ['catalogue'],
    ['audit', 'list'],
    ['staff', 'invite'],
    ['seed'],
  ]) {
    const { code, out } = await tnid([...words, '--help'], {});
    t.is(code, 0, words.join(' '));
    t.regex(out, /Usage: tnid/);
  }
});

test('wrong use is 2, a refusal 1, an outage 3', async (t) => {
  t.is((await tnid(['nonsense'])).code, 2);
  t.is((await tnid(['seed', '--citizens', 'many'])).code, 2);
  for (const words of [
    ['service', 'add'],
    ['catalogue', 'explain'],
    ['codes', 'stop'],
    ['staff', 'invite'],
    ['signals', 'retry'],
  ])
    t.is((await tnid(words)).code, 2, words.join(' '));
  t.is((await tnid(['check-config'], {})).code, 2);
  t.is((await tnid(['staff', 'invite', 'X', '--role', 'auditor', '--unit', 'u'])).code, 1);
  t.is(
    (await tnid(['keys', 'list'], { ...environment, TNID_DATABASE_URL: 'postgres://localhost:1/none' })).code,
    3,
  );
});

test('start with nothing configured names everything missing and no value', async (t) => {
  const { code, err } = await tnid(['start'], { TNID_KEK: 'a-secret-that-is-too-short' });
  t.is(code, 2);
  for (const name of [
    'TNID_ISSUER',
    'TNID_DATABASE_URL',
    'TNID_KEK',
    'TNID_ZALO_APP_SECRET',
    'TNID_SMS_API_KEY',
  ])
    t.true(err.includes(name), name);
  t.false(err.includes('a-secret'));
});

test('migrating a migrated database does nothing', async (t) => {
  const { code, out } = await tnid(['migrate']);
  t.is(code, 0);
  t.is(out, 'nothing to do\n');
});

test('keys rotate: next signs, the last one retires, a new next stands ready', async (t) => {
  await tnid(['keys', 'rotate']);
  const before = (await tnid(['keys', 'list'])).out;
  await tnid(['keys', 'rotate']);
  const after = (await tnid(['keys', 'list'])).out;
  const kid = (list: string, state: string) => new RegExp(`^(\\S+) +${state}$`, 'm').exec(list)?.[1];
  t.is(kid(after, 'current'), kid(before, 'next'));
  t.truthy(kid(after, 'retired'));
  t.not(kid(after, 'next'), kid(before, 'next'));
  t.regex((await tnid(['audit', 'list', '--kind', 'key.'])).out, /key\.rotated/);
});

test('service add takes public keys only, and list shows what was added', async (t) => {
  const key = await clientKey();
  const good = join(folder, 'public.json');
  const bad = join(folder, 'private.json');
  await writeFile(good, JSON.stringify({ keys: [key.publicJwk] }));
  await writeFile(bad, JSON.stringify({ keys: [key.privateJwk] }));
  const portal = (jwks: string, uri: string) => [
    'service',
    'add',
    'so-tt',
    '--kind',
    'portal',
    '--name',
    'Cổng',
    '--jwks',
    jwks,
    '--redirect-uri',
    uri,
  ];
  t.regex((await tnid(portal(bad, 'https://a.test/ve'))).err, /private key/);
  for (const uri of ['http://a.test/ve', 'javascript:alert(1)', 'https://a.test/ve#x', 'https://u@a.test/'])
    t.is((await tnid(portal(good, uri))).code, 1, uri);
  t.is((await tnid(portal(good, 'https://a.test/ve'))).code, 0);
  t.is(
    (
      await tnid([
        'service',
        'add',
        'hoso',
        '--kind',
        'service',
        '--name',
        'Hồ sơ',
        '--jwks',
        good,
        '--service',
        'hoso',
      ])
    ).code,
    0,
  );
  t.regex(
    (
      await tnid([
        'service',
        'add',
        'x1',
        '--kind',
        'service',
        '--name',
        'x',
        '--jwks',
        good,
        '--service',
        'nope',
      ])
    ).err,
    /bhyt.*hoso.*phananh/,
  );
  t.regex((await tnid([...portal(good, 'https://a.test/ve'), '--service', 'nope'])).err, /must be one of/);
  t.is((await tnid([...portal(good, 'https://a.test/ve'), '--service', 'cong'])).code, 0);
  t.regex(
    (await tnid(['service', 'list'])).out,
    /so-tt +portal +gov_portal +https:\/\/cong\.dichvu\.tayninh\.gov\.vn/,
  );
  const mini = [
    'service',
    'add',
    'mini',
    '--kind',
    'miniapp',
    '--name',
    'x',
    '--redirect-uri',
    'https://h5.zdn.vn/a',
  ];
  t.regex((await tnid([...mini, '--service', 'cong'])).err, /no personal claims/);
  t.regex(
    (await tnid(['service', 'list'])).out,
    /hoso +service +service +https:\/\/hoso\.dichvu\.tayninh\.gov\.vn/,
  );
});

test('catalogue lint says where a mistake stands, and ours has none', async (t) => {
  t.is((await tnid(['catalogue', 'lint'])).code, 0);
  const broken = await mkdtemp(join(folder, 'catalogue-'));
  await writeFile(join(broken, 'x.yaml'), 'issued: 2026-11-22\nservice: { id: nope }\n');
  const { code, err } = await tnid(['catalogue', 'lint', broken]);
  t.is(code, 1);
  t.regex(err, /x\.yaml:\d+/);
});

test('seed makes citizens with a past, and refuses where real people are', async (t) => {
  const { code, err } = await tnid(['seed', '--citizens', '20', '--months', '2']);
  t.is(code, 0, err);
  const listed = (await tnid(['audit', 'list', '--limit', '500', '--json'])).out.trim().split('\n');
  const kinds = new Set(listed.map((line) => String(JSON.parse(line).kind)));
  for (const kind of ['login.zalo', 'consent.given']) t.true(kinds.has(kind), kind);

  const db = openDatabase(environment['TNID_DATABASE_URL'] ?? '', { maxConnections: 2 });
  await db.run(sql`update zalo_link set app_id = '1234567890' where id = (select id from zalo_link limit 1)`);
  const refused = await tnid(['seed', '--citizens', '1']);
  await db.close();
  t.is(refused.code, 1);
  t.regex(refused.err, /not seeded/);
});
