// Services that are not Node: the code of docs/languages, taken out of the pages, asked the golden vectors and
// sent to a house that runs.

import test from 'ava';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { vectorFolder } from '../guard/make-vectors.ts';
import { readCheckVectors } from '../guard/vectors/guard.ts';
import { decideFile, type VectorCase } from '../guard/vectors/read.ts';
import { clientKey, serviceClient, startHouse, type TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { faultsOf, heard, readLines } from './languages/answers.ts';
import { filesOf, readPage, run, unpack } from './languages/page.ts';
import { languages } from './languages/toolchains.ts';

const audience = 'https://hoso.dichvu.tayninh.gov.vn';
const published = z.looseObject({ actions: z.array(z.looseObject({ service: z.string() })) });

const vectors = await readCheckVectors();
const decisionVectors = decideFile.parse(
  JSON.parse(await readFile(new URL('decide.json', vectorFolder), 'utf8')),
);
const wantsNonce = (one: VectorCase): boolean => one.nonce_secret !== undefined;

let house: Promise<TestHouse>;
const folders: string[] = [];
test.before(() => {
  house = useDatabase().then(({ url }) => startHouse(url));
});
test.after.always(async () => {
  await (await house).stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

for (const { name, page, harness, missing, build } of languages) {
  const runs = missing === undefined ? test : test.skip;
  const because = missing === undefined ? '' : ` (${missing})`;
  let built: Promise<{ folder: string; ask: (args: readonly string[]) => Promise<string> }> | undefined;

  async function buildOnce() {
    const folder = await unpack(page, harness);
    folders.push(folder);
    const { program, args } = await build(folder);
    const ask = async (more: readonly string[]): Promise<string> =>
      (await run(program, [...args, ...more], { maxBuffer: 16 << 20 })).stdout;
    return { folder, ask };
  }

  runs(
    `${name}: the code of docs/languages/${page} answers every vector without a nonce${because}`,
    async (t) => {
      t.timeout(240_000, 'a first build without any cache');
      const { ask } = await (built ??= buildOnce());
      const { answers, decisions } = readLines(await ask([fileURLToPath(vectorFolder)]));
      const wrong = vectors.cases
        .filter((one) => !wantsNonce(one))
        .map((one) => [one.name, faultsOf(one, answers.get(one.name))] as const)
        .filter(([, faults]) => faults.length > 0);
      t.deepEqual(wrong, []);
      for (const { name: title, action, expect } of decisionVectors.cases) {
        // The catalogue knows levels 1 and 2; an action that asks for anything else is left out and so denied.
        if (action?.require['level'] === 0) t.like(decisions.get(title), { unreadable: true }, title);
        else t.like(decisions.get(title), { failed: expect.failed, level: expect.level }, title);
      }
    },
  );

  runs(
    `${name}: the code of docs/languages/${page} reads keys, catalogue and feed of a house${because}`,
    async (t) => {
      t.timeout(240_000, 'a first build without any cache');
      const { issuer, addClient } = await house;
      const key = await clientKey();
      const clientId = `other-${harness}`;
      await addClient(serviceClient(clientId, audience, key));
      const { folder, ask } = await (built ??= buildOnce());
      const keyFile = `${folder}/key.json`;
      await writeFile(keyFile, JSON.stringify(key.privateJwk));
      const catalogue = await (await fetch(`${issuer}/.well-known/tayninh-service-catalogue`)).text();
      const { actions } = published.parse(decodeJwt(catalogue));
      const kid = String(decodeProtectedHeader(catalogue).kid);

      const stdout = await ask(['live', issuer, audience, clientId, keyFile, kid]);
      const told = heard.parse(JSON.parse(stdout));
      t.like(told, { key: true, stranger: false });
      t.true(Math.abs(Date.now() / 1000 - told.as_of) < 30, 'the feed was read just now');
      // The file that PHP's requests read holds only what is theirs.
      const kept = name === 'PHP' ? actions.filter(({ service }) => service === audience) : actions;
      t.is(told.actions, kept.length);
      t.is(told.once, 1, 'of many equal proofs at the same moment one is let in');
    },
  );
}

test('the vectors that the pages leave out are named in docs/languages/README.md', async (t) => {
  const readme = await readPage('README.md');
  const named = [...readme.matchAll(/^- `([^`]+)`$/gm)].map(([, name]) => name);
  t.deepEqual(
    named,
    vectors.cases.filter(wantsNonce).map(({ name }) => name),
  );
});

test('every page has its code under file names, and none of it turns a check of TLS off', async (t) => {
  for (const page of ['go.md', 'python.md', 'php.md', 'spring.md', 'aspnet.md']) {
    const files = filesOf(await readPage(page));
    t.true(files.size >= 2, page);
    const code = [...files.values()].join('\n');
    t.notRegex(code, /InsecureSkipVerify|verify_peer|CERT_NONE|DangerousAccept|TODO|FIXME/, page);
  }
});
