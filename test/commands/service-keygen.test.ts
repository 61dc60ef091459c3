import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { calculateJwkThumbprint, importJWK } from 'jose';

let folder = '';
test.before(async () => void (folder = await mkdtemp(join(tmpdir(), 'tnid-keygen-'))));
test.after.always(() => rm(folder, { recursive: true, force: true }));

const keygen = (out: string) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const env = { PATH: process.env['PATH'] };
    execFile('bin/tnid', ['service', 'keygen', '--out', out], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    );
  });
const parsed = async (file: string) => JSON.parse(await readFile(file, 'utf8'));

test('keygen writes a private key for its owner alone and the public half as a key set', async (t) => {
  const out = join(folder, 'thuvien');
  t.is((await keygen(out)).code, 0);
  t.is((await stat(`${out}.private.json`)).mode & 0o777, 0o600);
  const privateJwk = await parsed(`${out}.private.json`);
  const { keys } = await parsed(`${out}.jwks.json`);
  t.is(keys.length, 1);
  t.false('d' in keys[0], 'the private half stays');
  t.is(keys[0].kid, privateJwk.kid);
  t.is(keys[0].kid, await calculateJwkThumbprint(privateJwk));
  await t.notThrowsAsync(importJWK(privateJwk, 'ES256'));
});

test('keygen prints no key, replaces none, and says so when it cannot write', async (t) => {
  const out = join(folder, 'twice');
  const first = await keygen(out);
  const before = await parsed(`${out}.private.json`);
  t.false(first.said.includes(before.d));
  const again = await keygen(out);
  t.is(again.code, 1);
  t.regex(again.said, /there already/);
  t.deepEqual(await parsed(`${out}.private.json`), before);
  const nowhere = await keygen(join(folder, 'no-such-folder', 'x'));
  t.is(nowhere.code, 1);
  t.regex(nowhere.said, /cannot be written: ENOENT/);
});
