// Apache with exactly the configuration a service gets, its addresses replaced.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFolder, type AtEnd } from '../guard/forward-auth-setting.ts';
import { findProgram, freePort, runServer } from './process.ts';

export const apache = findProgram('apache2');
const committed = new URL('../../packages/guard/forward-auth/configs/apache.conf', import.meta.url);
const modules = 'mpm_event authn_core authz_core authz_user authnz_fcgi proxy proxy_http headers';

export async function startApache(
  atEnd: AtEnd,
  guardPort: number,
  servicePort: number,
  pagePort: number,
): Promise<number> {
  if (apache === undefined) throw new Error('apache2 is not installed');
  const port = await freePort();
  const folder = await useFolder(atEnd);
  const config = (await readFile(committed, 'utf8'))
    .replace('fcgi://127.0.0.1:9470/', `fcgi://127.0.0.1:${guardPort}/`)
    .replace('http://127.0.0.1:8081/', `http://127.0.0.1:${servicePort}/`)
    .replace('http://127.0.0.1:9471/', `http://127.0.0.1:${pagePort}/`)
    .replace('<VirtualHost 127.0.0.1:8080>', `<VirtualHost 127.0.0.1:${port}>`);
  await writeFile(join(folder, 'guarded.conf'), config);
  const loads = modules
    .split(' ')
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  const user = process.getuid?.() === 0 ? 'User www-data\nGroup www-data\n' : '';
  await writeFile(
    join(folder, 'apache.conf'),
    `ServerRoot ${folder}
ServerName hoso.example
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${port}
${loads.join('\n')}
${user}StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
Include ${folder}/guarded.conf
`,
  );
  await runServer(atEnd, apache, ['-f', `${folder}/apache.conf`, '-D', 'FOREGROUND'], port);
  return port;
}
