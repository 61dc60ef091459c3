// A real Apache with mod_auth_openidc before an application that shows what it was told.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULES = '/usr/lib/apache2/modules';
const BINARY = '/usr/sbin/apache2';

/** Undefined when both are there; otherwise what is missing, for the title of a skipped test. */
export async function missingApache(): Promise<string | undefined> {
  for (const file of [BINARY, `${MODULES}/mod_auth_openidc.so`]) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (!found) return file;
  }
  return undefined;
}

export type Apache = {
  readonly url: string;
  /** What Apache has written to its error log. */
  log(): Promise<string>;
  stop(): Promise<void>;
};

/** `site`: directives of the virtual host, given its own address and that of the application behind it. */
export async function startApache(
  port: number,
  site: (here: { url: string; folder: string; application: string }) => string,
  files: Readonly<Record<string, string>>,
): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-apache-'));
  await chmod(folder, 0o755); // as root Apache's workers are another user
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const application = await startApplication();
  const url = `http://localhost:${port}`;
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'proxy', 'proxy_http', 'auth_openidc']; // prettier-ignore
  const asRoot = process.getuid?.() === 0 ? 'User www-data\nGroup www-data\n' : '';
  const text = `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/pid
Mutex file:${folder}
Listen 127.0.0.1:${port}
${asRoot}${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
StartServers 1
ThreadsPerChild 8
MinSpareThreads 1
MaxSpareThreads 8
MaxRequestWorkers 8
LogLevel warn auth_openidc:info
ErrorLog ${folder}/error.log
${site({ url, folder, application: application.url })}
`;
  await writeFile(join(folder, 'apache.conf'), text);
  const child = spawn(BINARY, ['-X', '-f', join(folder, 'apache.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const log = async () => `${said}${await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')}`;
  const gone = once(child, 'exit');
  const apache: Apache = {
    url,
    log,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await gone;
      await application.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const giveUpAt = Date.now() + 10_000;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const up = await fetch(`${url}/`, { redirect: 'manual' }).then(
      () => true,
      () => false,
    );
    if (up) return apache;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const why = `${await log()} ${child.signalCode ?? ''}`;
  await apache.stop();
  throw new Error(`Apache did not start: ${why}`);
}

// Knows the person only by the headers that the module sets.
async function startApplication(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const told = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => name.startsWith('oidc_')),
    );
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<h1>${JSON.stringify({ path: request.url, ...told })}</h1>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
