// nginx with exactly the configuration a service gets, its addresses replaced.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFolder, type AtEnd } from '../guard/forward-auth-setting.ts';
import { findProgram, freePort, runServer } from './process.ts';

export const nginx = findProgram('nginx');
const committed = new URL('../../packages/guard/forward-auth/configs/nginx.conf', import.meta.url);

export async function startNginx(atEnd: AtEnd, guardPort: number, servicePort: number): Promise<number> {
  return startChangedNginx(atEnd, guardPort, servicePort, (config) => config);
}

export async function startChangedNginx(
  atEnd: AtEnd,
  guardPort: number,
  servicePort: number,
  change: (config: string) => string,
): Promise<number> {
  const port = await freePort();
  const config = (await readFile(committed, 'utf8'))
    .replace('server 127.0.0.1:9470;', `server 127.0.0.1:${guardPort};`)
    .replace('server 127.0.0.1:8081;', `server 127.0.0.1:${servicePort};`)
    .replace('listen 127.0.0.1:8080;', `listen 127.0.0.1:${port};`);
  await runNginx(atEnd, change(config), port);
  return port;
}

/** `config` is what belongs inside `http { }`. */
export async function runNginx(atEnd: AtEnd, config: string, port: number): Promise<void> {
  if (nginx === undefined) throw new Error('nginx is not installed');
  const folder = await useFolder(atEnd);
  await writeFile(join(folder, 'inside.conf'), config);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${folder}/${one};`,
  );
  // A worker of another user could not write into our folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    join(folder, 'nginx.conf'),
    `${user} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 128; }
http { access_log off; ${temporary.join(' ')} include ${folder}/inside.conf; }
`,
  );
  const args = ['-p', folder, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`];
  await runServer(atEnd, nginx, args, port);
}
