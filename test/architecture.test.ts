import test from 'ava';
import { fileURLToPath } from 'node:url';
import { rules, wayInto } from './support/rules.ts';
import { parse, readSources } from './support/source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(root);

for (const { title, broken } of rules) {
  test(title, (t) => {
    const complaints = sources.flatMap((source) =>
      broken(source).map((complaint) => `${source.path} ${complaint}`),
    );
    t.deepEqual(complaints, []);
  });
}

test('a fake cannot ship: nothing leads from main.ts into the sandbox', (t) => {
  t.is(wayInto('sandbox', 'main.ts', sources)?.join(' → '), undefined);
});

// The rules are worth what they catch.
const crimes: readonly [path: string, text: string][] = [
  ['audit/record.ts', `import { giveConsent } from '../consent/give.ts';`],
  ['accounts/link.ts', `import type { Catalogue } from '../catalogue/load.ts';`],
  ['catalogue/load.ts', `export { link } from '../accounts/link.ts';`],
  ['assurance/zalo.ts', `const { give } = await import('../consent/give.ts');`],
  ['consent/give.ts', `import { zalo } from '../adapters/zalo/client.ts';`],
  ['adapters/zalo/client.ts', `import { link } from '../../accounts/link.ts';`],
  ['adapters/zalo/client.ts', `import { type Link } from '../../accounts/link.ts';`],
  ['adapters/zalo/client.ts', `import type { Sso } from '../vneid/client.ts';`],
  ['provider/claims.ts', `import { page } from '../web/page.ts';`],
  ['provider/claims.ts', `import {\n  Storage,\n} from '../adapters/oidc-storage/storage.ts';`],
  ['web/login.ts', `import { open } from '../sandbox/zalo/state.ts';`],
  ['policies/decide.ts', `import { sql } from '../database.ts';`],
  ['policies/decide.ts', `import { createHash } from 'node:crypto';`],
  ['views/login.ts', `import { decide } from '#policies/decide.ts';`],
  ['packages/guard/check.ts', `import { Refusal } from '../../errors.ts';`],
  ['packages/miniapp/login.ts', `import { decide } from '../../policies/decide.ts';`],
  ['sandbox/zalo/state.ts', `import { link } from '../../accounts/link.ts';`],
  ['web/login.ts', `import Provider from 'oidc-provider';`],
  ['consent/give.ts', `import Koa from 'koa';`],
  ['audit/search.ts', `import router from '@koa/router';`],
  ['web/login.ts', `import argon2 from 'argon2';`],
  ['consent/give.ts', `import type { Knex } from 'knex';`],
  ['consent/store.ts', `import pg from 'pg';`],
  ['web/login.ts', `  const answer = await fetch(url);`],
  ['provider/keys.ts', `const secret = process.env.SECRET;`],
  ['consent/give.ts', `const at = new Date();`],
  ['policies/decide.ts', `if (Date.now() > end) return;`],
  ['web/login.ts', `export default login;`],
  ['web/login.ts', `export const enum Kind { a }`],
  ['web/login.ts', `// TODO: later`],
  ['web/login.ts', 'x;\n'.repeat(301)],
  ['web/utils/login.ts', ''],
  ['consent/index.ts', ''],
  ['consent/giveConsent.ts', ''],
  ['payments/pay.ts', ''],
  ['packages/miniapp/app/homeScreen.tsx', ''],
  ['packages/miniapp/app/home.tsx', `import { html } from '../../../views/html.ts';`],
  ['packages/miniapp/app/home.tsx', `export default HomeScreen;`],
  ['packages/miniapp/miniapp.ts', `import { render } from 'preact';`],
  ['bin/tnid.ts', `import { openBrowser } from '../test/support/browser.ts';`],
  ['main.ts', `import { openBrowser } from './test/support/browser.ts';`],
  ['web/login.ts', `export { login as default };`],
];
for (const [path, text] of crimes) {
  test(`the rules catch ${path}: ${text.slice(0, 80).replaceAll('\n', ' ')}`, (t) => {
    const complaints = rules.flatMap(({ broken }) => broken(parse(path, text)));
    // A package's home is named beside the door it came through, so one crime may be two complaints.
    t.true(complaints.length >= 1);
  });
}

const virtues: readonly [path: string, text: string][] = [
  [
    'consent/give.ts',
    `import { levelOf } from '../assurance/level.ts';\nimport { Refusal } from '../errors.ts';`,
  ],
  [
    'adapters/zalo/client.ts',
    `import type { ZaloLogin } from '../../accounts/zalo-login.ts';\nawait fetch(url);`,
  ],
  ['web/login.ts', `import { createGuard } from '../packages/guard/guard.ts';\nconst at = new Date();`],
  [
    'policies/decide.ts',
    `import { Refusal } from '../errors.ts';\n// Not new Date(): the caller knows the time.`,
  ],
  ['consent/store.ts', `import type { Knex } from 'knex';\nconst at = new Date(0);`],
  ['provider/config.ts', `const options = { fetch: settings.fetch };\nawait settings.fetch(url);`],
];
for (const [path, text] of virtues) {
  test(`the rules allow ${path}: ${text.slice(0, 80).replaceAll('\n', ' ')}`, (t) => {
    t.deepEqual(
      rules.flatMap(({ broken }) => broken(parse(path, text))),
      [],
    );
  });
}

test('a way into the sandbox is found through any number of files', (t) => {
  const house = [
    parse('main.ts', `import { start } from './web/start.ts';`),
    parse('web/start.ts', `import type { Twin } from '../sandbox/zalo/twin.ts';`),
    parse('sandbox/zalo/twin.ts', ''),
  ];
  t.deepEqual(wayInto('sandbox', 'main.ts', house), ['main.ts', 'web/start.ts', 'sandbox/zalo/twin.ts']);
});
