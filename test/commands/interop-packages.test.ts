import test from 'ava';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Stand-ins for the machine: which packages there are, who we are, and what apt-get does.
async function machine(programs: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-packages-'));
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${body.replaceAll('CALLS', `${folder}/calls`)}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

const run = (folder: string) =>
  new Promise<{ code: number; err: string; calls: string }>((resolve) => {
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TNID_INTEROP_SECONDS: '1' };
    execFile('bin/interop-packages', [], { env }, (error, _out, err) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      void readFile(join(folder, 'calls'), 'utf8').then(
        (calls) => resolve({ code, err, calls }),
        () => resolve({ code, err, calls: '' }),
      );
    });
  });

const none = 'exit 1';
const all = "printf 'install ok installed'";
const note = 'echo "$@" >> CALLS';

const machines: [string, Record<string, string>, { calls: RegExp; err: RegExp }][] = [
  ['everything is there', { 'dpkg-query': all, 'apt-get': note }, { calls: /^$/, err: /^$/ }],
  ['we are not root', { 'dpkg-query': none, id: 'echo 1000', 'apt-get': note }, { calls: /^$/, err: /skipped.*apache2.*php-cli/ }],
  ['root and apt works', { 'dpkg-query': none, id: 'echo 0', 'apt-get': note }, { calls: /update\n.*install -y --no-install-recommends nginx-light apache2 /, err: /^$/ }],
  ['apt fails', { 'dpkg-query': none, id: 'echo 0', 'apt-get': 'exit 100' }, { calls: /^$/, err: /could not install/ }],
  ['apt never ends', { 'dpkg-query': none, id: 'echo 0', 'apt-get': 'exec sleep 30' }, { calls: /^$/, err: /could not install/ }],
]; // prettier-ignore
for (const [what, programs, wanted] of machines) {
  test.serial(`installing the packages of the interoperability tests ends well when ${what}`, async (t) => {
    const folder = await machine(programs);
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const { code, err, calls } = await run(folder);
    t.is(code, 0);
    t.regex(err, wanted.err);
    t.regex(calls, wanted.calls);
  });
}
