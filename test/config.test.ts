import test from 'ava';
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, readConfig, readSettings } from '../config.ts';
import { settings } from '../settings.ts';

const KEK = randomBytes(32).toString('base64url');
const good = {
  TNID_ISSUER: 'https://id.tayninh.gov.vn',
  TNID_DATABASE_URL: 'postgres://u:p@db/tnid',
  TNID_KEK: KEK,
  TNID_ZALO_APP_ID: '1234567890123456789',
  TNID_ZALO_APP_SECRET: 'zalo-secret',
  TNID_VNEID_ISSUER: 'https://vneid.example',
  TNID_VNEID_AUTHORIZATION_URL: 'https://vneid.example/auth',
  TNID_VNEID_TOKEN_URL: 'https://vneid.example/token',
  TNID_VNEID_USERINFO_URL: 'https://vneid.example/userinfo',
  TNID_VNEID_JWKS_URL: 'https://vneid.example/jwks',
  TNID_VNEID_CLIENT_ID: 'tayninh-id',
  TNID_VNEID_CLIENT_SECRET: 'vneid-secret',
  TNID_SMS_URL: 'https://sms.example',
  TNID_SMS_API_KEY: 'sms-secret',
} as const;

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

test('the least that is needed gives a whole configuration with its defaults', (t) => {
  const config = readConfig(good);
  t.is(config.TNID_ISSUER, 'https://id.tayninh.gov.vn');
  t.is(config.TNID_ACR_BASE, 'https://id.tayninh.gov.vn/acr/');
  t.deepEqual(config.TNID_LISTEN, { host: '127.0.0.1', port: 8080 });
  t.is(config.TNID_METRICS_LISTEN, undefined);
  t.is(config.TNID_TRUSTED_PROXIES, 0);
  t.is(config.TNID_DATABASE_CONNECTIONS, 10);
  t.deepEqual(config.TNID_KEK_PREVIOUS, []);
  t.is(config.TNID_LOG_LEVEL, 'info');
  t.is(config.TNID_ZALO_GRAPH_URL, 'https://graph.zalo.me');
  t.deepEqual(config.TNID_VNEID_IDP_VALUES, ['BCA']);
  t.deepEqual(config.TNID_VNEID_ALGORITHMS, ['RS256', 'ES256']);
  t.is(config.TNID_VNEID_MIN_IAL, 2);
  t.is(config.TNID_SMS_PER_HOUR, 2000);
  t.is(config.TNID_ZALO_CALLS_PER_MINUTE, 4000);
});

test('an empty environment names every missing setting at once', (t) => {
  const problems = problemsOf({});
  for (const name of Object.keys(good)) {
    if (name === 'TNID_VNEID_CLIENT_SECRET') continue;
    t.is(problems.filter((problem) => problem.startsWith(`${name} is missing`)).length, 1, name);
  }
  t.true(problems.some((problem) => /TNID_VNEID_CLIENT_SECRET or TNID_VNEID_PRIVATE_KEY/.test(problem)));
});

const wrong: readonly [name: string, value: string][] = [
  ['TNID_ISSUER', 'http://id.tayninh.gov.vn'],
  ['TNID_ISSUER', 'https://id.tayninh.gov.vn/path'],
  ['TNID_ISSUER', 'https://id.tayninh.gov.vn/?q'],
  ['TNID_ISSUER', 'https://id.tayninh.gov.vn#f'],
  ['TNID_ISSUER', 'https://id.tayninh.gov.vn:443'],
  ['TNID_ISSUER', 'https://ID.tayninh.gov.vn'],
  ['TNID_ISSUER', 'https://user:password@id.tayninh.gov.vn'],
  ['TNID_ISSUER', 'http://localhost.evil.example'],
  ['TNID_ISSUER', 'id.tayninh.gov.vn'],
  ['TNID_ISSUER', 'ftp://localhost'],
  ['TNID_SMS_URL', 'http://sms.example'],
  ['TNID_SMS_URL', 'http://10.0.0.1'],
  ['TNID_ZALO_OAUTH_URL', 'javascript:alert(1)'],
  ['TNID_LISTEN', '8080'],
  ['TNID_LISTEN', 'localhost:99999'],
  ['TNID_LISTEN', 'localhost:'],
  ['TNID_METRICS_LISTEN', 'somewhere'],
  ['TNID_TRUSTED_PROXIES', '6'],
  ['TNID_TRUSTED_PROXIES', '-1'],
  ['TNID_TRUSTED_PROXIES', 'yes'],
  ['TNID_DATABASE_URL', 'mysql://host/db'],
  ['TNID_DATABASE_CONNECTIONS', '1'],
  ['TNID_DATABASE_CONNECTIONS', '1e3'],
  ['TNID_KEK', 'tooshort-kek-value'],
  ['TNID_KEK', `${KEK}=`],
  ['TNID_KEK_PREVIOUS', `${KEK},wrong-previous-kek`],
  ['TNID_LOG_LEVEL', 'trace-everything'],
  ['TNID_SHUTDOWN_SECONDS', 'soon'],
  ['TNID_ZALO_APP_ID', '12x4'],
  ['TNID_VNEID_PRIVATE_KEY', 'not-a-jwk-at-all'],
  ['TNID_VNEID_PRIVATE_KEY', '{"kty":"EC","x":"public-half-only"}'],
  ['TNID_VNEID_ALGORITHMS', 'none'],
  ['TNID_VNEID_ALGORITHMS', 'HS256'],
  ['TNID_VNEID_MIN_IAL', '5'],
  ['TNID_SMS_PER_HOUR', '0'],
  ['TNID_ZALO_CALLS_PER_MINUTE', '0'],
  ['TNID_ZALO_CALLS_PER_MINUTE', '4001'],
  ['TNID_SMS_BRAND', 'a-brand-too-long'],
];
for (const [name, value] of wrong) {
  test(`${name}=${value} is refused by name, and the value is not repeated`, (t) => {
    const problems = problemsOf({ ...good, [name]: value });
    t.is(problems.length, 1, problems.join('\n'));
    t.true(problems[0]?.startsWith(`${name} `));
    t.false(problems[0]?.includes(value) && value.length > 4);
  });
}

test('several mistakes are told together', (t) => {
  const problems = problemsOf({
    ...good,
    TNID_KEK: 'x',
    TNID_LISTEN: 'x',
    TNID_SMS_URL: undefined,
    TNID_NEW: '1',
  });
  t.deepEqual(problems.map((problem) => problem.replace(/ .*/, '')).toSorted(), [
    'TNID_KEK',
    'TNID_LISTEN',
    'TNID_NEW',
    'TNID_SMS_URL',
  ]);
});

test('http is taken for this machine only', (t) => {
  for (const url of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
    t.deepEqual(problemsOf({ ...good, TNID_ISSUER: url, TNID_SMS_URL: url }), [], url);
});

test('a name that nobody knows stops the start, and other programs keep theirs', (t) => {
  t.deepEqual(problemsOf({ ...good, TNID_ZALO_APP_SECRETS: 'x' }), [
    'TNID_ZALO_APP_SECRETS is not a setting',
  ]);
  t.deepEqual(problemsOf({ ...good, TNID_KEK_FILE_FILE: 'x' }), ['TNID_KEK_FILE_FILE is not a setting']);
  t.deepEqual(problemsOf({ ...good, PATH: '/bin', NODE_ENV: 'production' }), []);
});

test('an empty value counts as not given', (t) => {
  t.true(problemsOf({ ...good, TNID_ZALO_APP_SECRET: '' })[0]?.startsWith('TNID_ZALO_APP_SECRET is missing'));
  t.is(readConfig({ ...good, TNID_LOG_LEVEL: '' }).TNID_LOG_LEVEL, 'info');
});

test('each setting may come from a file, line end and all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-config-'));
  for (const name of Object.keys(good) as (keyof typeof good)[]) {
    // the keys of a literal
    const file = join(folder, name);
    await writeFile(file, `${good[name]}\n`);
    const config = readConfig({ ...good, [name]: undefined, [`${name}_FILE`]: file });
    t.is(config[name], good[name], name);
  }
});

test('a setting given twice is refused', async (t) => {
  const file = join(await mkdtemp(join(tmpdir(), 'tnid-config-')), 'kek');
  await writeFile(file, KEK);
  t.deepEqual(problemsOf({ ...good, TNID_KEK_FILE: file }), ['TNID_KEK and TNID_KEK_FILE are both set']);
});

test('a file that cannot be read is named by its setting: the "path" may be the secret itself', (t) => {
  const problems = problemsOf({ ...good, TNID_KEK: undefined, TNID_KEK_FILE: KEK });
  t.true(problems.some((problem) => problem.startsWith('TNID_KEK_FILE ')));
  t.false(problems.join('\n').includes(KEK));
});

test('an empty secret file is no secret', async (t) => {
  const file = join(await mkdtemp(join(tmpdir(), 'tnid-config-')), 'empty');
  await writeFile(file, '\n');
  const problems = problemsOf({ ...good, TNID_SMS_API_KEY: undefined, TNID_SMS_API_KEY_FILE: file });
  t.is(problems.length, 1);
  t.true(problems[0]?.startsWith('TNID_SMS_API_KEY '));
});

test('the error text holds no value at all', (t) => {
  const marker = 'MARKER-7f3a';
  const environment = Object.fromEntries(Object.keys(settings).map((name) => [name, marker]));
  const error = t.throws(() => readConfig(environment), { instanceOf: ConfigurationError });
  t.false(`${error?.message}${error?.stack}`.includes(marker));
});

test('a command may ask for some settings only', (t) => {
  t.deepEqual(readSettings({ TNID_DATABASE_URL: 'postgres://db/tnid' }, ['TNID_DATABASE_URL']), {
    TNID_DATABASE_URL: 'postgres://db/tnid',
  });
  t.throws(() => readSettings({}, ['TNID_DATABASE_URL']), { instanceOf: ConfigurationError });
});

test('every setting says what it is, and secrets are marked', (t) => {
  for (const [name, setting] of Object.entries(settings)) {
    t.true(setting.about.length >= 10, name);
    const looksSecret = /SECRET|KEK|PRIVATE_KEY|API_KEY|REFRESH_TOKEN|DATABASE_URL/.test(name);
    t.is('secret' in setting, looksSecret, name);
  }
});

test('the register is asked under declared terms or not at all', (t) => {
  const url = { TNID_REGISTER_URL: 'https://lgsp.example/congdan' };
  const terms = {
    TNID_REGISTER_INTEGRATION: 'TNID',
    TNID_REGISTER_SERVICE: '1.000001.000.00.00.H80',
    TNID_REGISTER_OFFICER: 'tnid-system',
    TNID_REGISTER_LEGAL_BASIS: 'art19_1_c',
    TNID_REGISTER_LEGAL_REF: 'Luật 91/2025 Đ.19.1.c',
  };
  t.deepEqual(
    problemsOf({ ...good, ...url }).map((problem) => problem.split(' ')[0]),
    Object.keys(terms),
  );
  t.deepEqual(problemsOf({ ...good, ...url, ...terms }), []);
  t.is(readConfig(good).TNID_REGISTER_MATCH, 'on');
  t.is(problemsOf({ ...good, TNID_REGISTER_MATCH: 'maybe' }).length, 1);
  t.is(problemsOf({ ...good, TNID_REGISTER_URL: 'http://lgsp.example/congdan' }).length, 1);
});

test('codes through Zalo need an account, its token and a template; notices are a choice of their own', (t) => {
  const account = { TNID_ZNS_OA_ID: '2718281828459045235' };
  const terms = { TNID_ZNS_REFRESH_TOKEN: 'refresh', TNID_ZNS_CODE_TEMPLATE: '100001' };
  t.deepEqual(
    problemsOf({ ...good, ...account }).map((problem) => problem.split(' ')[0]),
    Object.keys(terms),
  );
  t.is(readConfig({ ...good, ...account, ...terms }).TNID_ZNS_NOTICE_TEMPLATE, undefined);
  const both = { ...good, ...account, ...terms, TNID_ZNS_NOTICE_TEMPLATE: '100002' };
  t.is(readConfig(both).TNID_ZNS_NOTICE_TEMPLATE, '100002');
  t.is(problemsOf({ ...both, TNID_ZNS_NOTICE_TEMPLATE: 'thong-bao' }).length, 1);
});

test('the hotline is set up wholly or not at all; events need the account or mini app they are about', (t) => {
  const hotline = {
    TNID_HOTLINE_OA_ID: '1022000000000001022',
    TNID_HOTLINE_APP_ID: '1022314159265358979',
    TNID_HOTLINE_OA_SECRET: 'oa-secret-of-the-hotline',
  };
  t.is(readConfig({ ...good, ...hotline }).TNID_HOTLINE_OA_ID, '1022000000000001022');
  for (const name of Object.keys(hotline)) {
    t.is(problemsOf({ ...good, ...hotline, [name]: undefined }).length, 1, name);
    t.notRegex(problemsOf({ ...good, ...hotline, [name]: undefined }).join(), /oa-secret-of/);
  }
  t.true(problemsOf({ ...good, ...hotline, TNID_HOTLINE_OA_ID: 'abc' }).length > 0);
  t.is(problemsOf({ ...good, TNID_OA_SECRET: 'x' }).length, 1);
  t.is(problemsOf({ ...good, TNID_ZALO_MINIAPP_API_KEY: 'x' }).length, 1);
  t.is(problemsOf({ ...good, TNID_ZALO_MINIAPP_ID: '1', TNID_ZALO_MINIAPP_API_KEY: 'x' }).length, 0);
});
