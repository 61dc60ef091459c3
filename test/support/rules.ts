// The walls of ARCHITECTURE.md as data. A rule answers the complaints about one file.

import type { Import, Source } from './source.ts';

export type Rule = { readonly title: string; broken(source: Source): string[] };

const policies = ['policies', 'keys', 'tries.ts'];
const catalogue = ['audit', 'catalogue', ...policies];
const accounts = ['audit', 'accounts', ...policies];
const assurance = [
  'audit',
  'signals',
  'authenticators',
  'cards',
  'catalogue',
  'accounts',
  'codes',
  'assurance',
  ...policies,
];
const consent = [...assurance, 'consent'];

// Left may import right. A room is a top folder, or a file at the top; in adapters/ and packages/
// each folder is a room. Every room may import itself. `types`: `import type` only.
const doors: Record<string, { values: readonly string[]; types?: readonly string[] }> = {
  'errors.ts': { values: [] },
  'gather.ts': { values: ['errors.ts'] },
  'database.ts': { values: ['errors.ts', 'gather.ts'] },
  'tries.ts': { values: ['database.ts'] },
  'settings.ts': { values: [] },
  'config.ts': { values: ['errors.ts', 'settings.ts'] },
  policies: { values: ['errors.ts'] },
  views: { values: ['errors.ts'] },
  audit: { values: ['errors.ts', 'database.ts', ...policies] },
  cards: { values: ['errors.ts', 'policies'] },
  authenticators: { values: ['errors.ts', 'database.ts', 'audit', ...policies] },
  catalogue: { values: ['errors.ts', 'database.ts', ...catalogue] },
  codes: { values: ['errors.ts', 'database.ts', 'audit', ...policies] },
  accounts: { values: ['errors.ts', 'database.ts', ...accounts] },
  signals: { values: ['errors.ts', 'database.ts', 'catalogue', ...accounts] },
  charts: { values: ['errors.ts'] },
  assurance: { values: ['errors.ts', 'database.ts', ...assurance] },
  consent: { values: ['errors.ts', 'database.ts', ...consent] },
  hotline: { values: ['errors.ts', 'database.ts', ...consent] },
  staff: { values: ['errors.ts', 'database.ts', 'audit', 'authenticators', ...policies] },
  counter: { values: ['errors.ts', 'database.ts', ...assurance, 'staff', 'cards', 'safety'] },
  safety: { values: ['errors.ts', 'database.ts', ...assurance] },
  assisted: { values: ['errors.ts', 'database.ts', ...assurance] },
  adapters: { values: ['errors.ts', 'database.ts', 'policies', 'keys'], types: [...consent, 'safety'] },
  provider: {
    values: [
      'errors.ts',
      'database.ts',
      ...consent,
      'counter',
      'safety',
      'hotline',
      'assisted',
      'views',
      'packages/guard',
    ],
  },
  web: {
    values: [
      'errors.ts',
      'database.ts',
      ...consent,
      'views',
      'provider',
      'staff',
      'counter',
      'safety',
      'hotline',
      'assisted',
      'charts',
      'packages/guard',
    ],
  },
  keys: { values: ['errors.ts', 'database.ts'] },
  operations: { values: ['errors.ts', 'database.ts'] },
  migrations: { values: ['errors.ts', 'database.ts'] },
  // The demo hotline answers on Zalo with the client that the contract suite tests.
  sandbox: { values: ['errors.ts', 'packages/guard', 'views', 'adapters/zalo'] },
  'packages/guard': { values: ['policies'] },
  'packages/miniapp': { values: [] },
};
// These know every room. What main.ts must not reach is a rule of its own.
const everywhere = ['main.ts', 'upstream.ts', 'bin', 'test', 'bench'];

export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'adapters' || top === 'packages' ? `${top}/${second}` : top;
}

const doorOf = (room: string) => doors[room] ?? doors[room.split('/')[0] ?? ''];

function mayEnter(from: string, { target, isType }: Import): boolean {
  const door = doorOf(from);
  const to = roomOf(target);
  if (from === to) return true;
  if (door === undefined)
    return everywhere.includes(from) && (to !== 'test' || from === 'test' || from === 'bench');
  return door.values.includes(to) || (isType && (door.types ?? []).includes(to));
}

// Where an outside package lives. Its types are at home in the same places.
const homes: readonly { readonly packages: RegExp; readonly home: RegExp }[] = [
  { packages: /^oidc-provider$/, home: /^(provider|adapters\/oidc-storage)\// },
  { packages: /^(koa|@koa\/.*)$/, home: /^(provider|web|sandbox)\/|^main\.ts$/ },
  { packages: /^(argon2|@simplewebauthn\/.*)$/, home: /^authenticators\// },
  { packages: /^knex$/, home: /^database\.ts$|^migrations\/|\/store\.ts$|^audit\/search\.ts$/ },
  { packages: /^mrz$/, home: /^cards\// },
  { packages: /^vega(-.*)?$/, home: /^charts\// },
  { packages: /^@peculiar\//, home: /^cards\// },
  { packages: /^@fastify\/busboy$/, home: /^web\// },
  { packages: /^fast-xml-parser$/, home: /^(adapters|sandbox)\// },
  { packages: /^(preact|vite|zmp-sdk)$/, home: /^packages\/miniapp\/app\// },
  { packages: /^pg$/, home: /^database\.ts$|^(migrations|sandbox)\// },
];
const outsideTheHouse = /^(test|bench)\//;

const drawers = /(^|\/)(utils?|helpers?|lib|common|managers?|misc|services)\//;

export const rules: readonly Rule[] = [
  {
    title: 'every room has its doors written down',
    broken: ({ path }) =>
      doorOf(roomOf(path)) === undefined && !everywhere.includes(roomOf(path))
        ? [`lies in a room that test/support/rules.ts does not know`]
        : [],
  },
  {
    title: 'a file imports only from the rooms its own room has a door to',
    broken: ({ path, imports }) =>
      imports
        .filter((one) => one.isLocal && !mayEnter(roomOf(path), one))
        .map(({ target, isType }) => {
          const allowed = (doorOf(roomOf(path))?.types ?? []).includes(roomOf(target)) && !isType;
          return allowed
            ? `may import only types from ${target}: write \`import type\``
            : `may not import ${target}`;
        }),
  },
  {
    title: 'policies and views use nothing from outside',
    broken: ({ path, imports }) =>
      /^(policies|views)\//.test(path)
        ? imports.filter(({ isLocal }) => !isLocal).map(({ target }) => `may not import ${target}`)
        : [],
  },
  {
    title: 'each outside package has one home',
    broken: ({ path, imports }) =>
      outsideTheHouse.test(path)
        ? []
        : imports.flatMap(({ target, isLocal }) =>
            homes
              .filter(({ packages, home }) => !isLocal && packages.test(target) && !home.test(path))
              .map(({ home }) => `imports ${target}, whose home is ${home.source}`),
          ),
  },
  forbidden(
    'only adapters, packages and the sandbox call fetch',
    /(?<![\w$.])fetch\(|\bglobalThis\.fetch\b/,
    /^(adapters|packages|sandbox|test|bench|bin)\//,
  ),
  forbidden(
    'only config.ts reads the environment',
    /\bprocess\.env\b/,
    /^(config\.ts$|bin\/|test\/|bench\/)/,
  ),
  forbidden(
    'the domain is handed the time',
    /\bnew Date\(\s*\)|\bDate\.now\(/,
    /^(?!(accounts|assurance|cards|catalogue|charts|signals|consent|audit|staff|counter|safety|hotline|assisted|policies|views)\/)/,
  ),
  forbidden(
    'nothing is exported as default, but for what AVA loads',
    /^export\s+default\b|^export\s*\{[^}]*\bas default\b/m,
    /^test\/support\/cluster\.ts$/,
  ),
  forbidden('types are erasable: no enum', /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w/m, /^$/),
  {
    title: 'nothing is left to do',
    broken: ({ path, text }) =>
      !path.startsWith('test/') && /\b(TODO|FIXME)\b/.test(text) ? ['has a TODO or FIXME'] : [],
  },
  {
    title: 'a file has at most 300 lines',
    broken: ({ lines }) => (lines > 300 ? [`has ${lines} lines: look for the second noun inside`] : []),
  },
  {
    title: 'a thing belongs to a noun: no drawers and no barrels',
    broken: ({ path }) => [
      ...(drawers.test(path) && !path.startsWith('policies/services/') ? ['lies in a drawer'] : []),
      ...(/(^|\/)index\.tsx?$/.test(path) ? ['is a barrel'] : []),
      ...(/(^|\/)[^/]*[A-Z_][^/]*\.tsx?$/.test(path) ? ['is not named in kebab-case'] : []),
    ],
  },
];

function forbidden(title: string, pattern: RegExp, allowed: RegExp): Rule {
  return {
    title,
    broken: ({ path, code }) => {
      const found = allowed.test(path) ? null : pattern.exec(code);
      return found === null ? [] : [`has \`${found[0].trim()}\``];
    },
  };
}

/** The way from `start` into `room`, as paths, or undefined. `import type` counts: it may lose its word. */
export function wayInto(room: string, start: string, sources: readonly Source[]): string[] | undefined {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const ways = [[start]];
  const seen = new Set([start]);
  for (const way of ways) {
    const here = way[way.length - 1] ?? '';
    if (roomOf(here) === room) return way;
    for (const { target, isLocal } of byPath.get(here)?.imports ?? []) {
      if (!isLocal || seen.has(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  return undefined;
}
