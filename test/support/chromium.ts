// Unpacks the Chromium that @sparticuz/chromium carries, once for each user of the machine, and
// says how to start it. Run as a program (by `chromium()` below) it only unpacks.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Chromium = {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  readonly args: string[];
};

/** Ready to be started: 2–5 s the first time after an upgrade, nothing later. */
export function chromium(): Chromium {
  const home = unpacked();
  return {
    executablePath: join(home, 'chromium'),
    env: {
      PATH: '/usr/bin:/bin',
      HOME: home,
      TMPDIR: tmpdir(),
      // The libraries a bare Debian lacks come with the package.
      LD_LIBRARY_PATH: join(home, 'al2023/lib'),
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--font-render-hinting=none',
      // Screenshots of the same page are the same picture on every machine.
      '--force-color-profile=srgb',
    ],
  };
}

function unpacked(): string {
  const uid = process.getuid?.() ?? 0; // absent on Windows only, which this does not run on
  const manifest = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url);
  // Every installed package has a version.
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const home = join(tmpdir(), `tnid-chromium-${version}-${uid}`);
  const found = lstatSync(home, { throwIfNoEntry: false });
  if (found?.isDirectory() && found.uid === uid && existsSync(join(home, 'fonts.conf'))) return home;
  if (found !== undefined) rmSync(home, { recursive: true, force: true });

  // Into a folder of its own, moved when whole: test files start side by side and the second one
  // would run half a program. In a process of its own: the package unpacks to TMPDIR and nowhere else.
  const fresh = mkdtempSync(`${home}.`);
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env: {
      PATH: '/usr/bin:/bin',
      TMPDIR: fresh,
      // Without these it leaves out the libraries. They name a machine like ours, not where we run.
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x',
    },
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`Chromium cannot be unpacked: ${stderr}`);
  }
  // The package's own fonts.conf looks in /tmp/fonts only. Written last: it marks a whole copy.
  writeFileSync(
    join(fresh, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${home}/fonts/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${home}/fonts-cache</cachedir></fontconfig>\n`,
  );
  try {
    renameSync(fresh, home);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true }); // another test file was first
    if (!existsSync(join(home, 'fonts.conf'))) throw error;
  }
  return home;
}

if (import.meta.main) {
  const { default: packed } = await import('@sparticuz/chromium');
  await packed.executablePath();
}
