// The languages of docs/languages that can run here: what each needs, how it is built and asked.

import { findProgram } from '../process.ts';
import { run } from './page.ts';

export type Language = {
  readonly name: string;
  readonly page: string;
  readonly harness: string;
  /** Why it cannot run on this machine. */
  readonly missing: string | undefined;
  /** Builds in the folder; answers the command that takes the harness's arguments. */
  build(folder: string): Promise<{ readonly program: string; readonly args: readonly string[] }>;
};

async function works(program: string | undefined, args: readonly string[]): Promise<boolean> {
  if (program === undefined) return false;
  return run(program, [...args], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

const go = findProgram('go');
const php = findProgram('php');
const [java, javac] = [findProgram('java'), findProgram('javac')];
const python = '/usr/bin/python3'; // Debian's, with Debian's python3-cryptography

// Nothing is fetched: the code uses the standard library alone.
const goEnvironment = {
  ...process.env,
  GOTOOLCHAIN: 'local',
  GOPROXY: 'off',
  GOFLAGS: '-mod=mod -buildvcs=false',
};
const [major = 0, minor = 0] = (
  await run(go ?? 'false', ['env', 'GOVERSION'], { env: goEnvironment }).catch(() => ({ stdout: '' }))
).stdout
  .replace('go', '')
  .split('.')
  .map(Number);

export const languages: readonly Language[] = [
  {
    name: 'Go',
    page: 'go.md',
    harness: 'go',
    missing: major > 1 || (major === 1 && minor >= 25) ? undefined : 'Go 1.25 is not installed',
    async build(folder) {
      await run(go ?? '', ['build', '-o', 'ask', '.'], { cwd: folder, env: goEnvironment });
      return { program: `${folder}/ask`, args: [] };
    },
  },
  {
    name: 'Python',
    page: 'python.md',
    harness: 'python',
    missing: (await works(python, ['-c', 'import cryptography, sys; sys.exit(sys.version_info < (3, 10))']))
      ? undefined
      : 'Python 3.10 with python3-cryptography is not installed',
    build: async (folder) => ({ program: python, args: ['-B', `${folder}/harness.py`] }),
  },
  {
    name: 'PHP',
    page: 'php.md',
    harness: 'php',
    missing: (await works(php, [
      '-r',
      'exit(PHP_VERSION_ID >= 80200 && extension_loaded("openssl") ? 0 : 1);',
    ]))
      ? undefined
      : 'php-cli 8.2 with openssl is not installed',
    build: async (folder) => ({ program: php ?? '', args: [`${folder}/harness.php`] }),
  },
  {
    name: 'Java',
    page: 'spring.md',
    harness: 'java',
    missing:
      java !== undefined && (await works(javac, ['--release', '17', '-version']))
        ? undefined
        : 'JDK 17 is not installed',
    async build(folder) {
      const sources = ['Harness.java', 'tnid/Guard.java', 'tnid/House.java', 'tnid/Json.java'];
      await run(javac ?? '', ['--release', '17', '-encoding', 'UTF-8', '-d', '.', ...sources], {
        cwd: folder,
      });
      return {
        program: java ?? '',
        args: ['-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8', '-cp', folder, 'Harness'],
      };
    },
  },
];
