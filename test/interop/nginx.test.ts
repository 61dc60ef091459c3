// The real nginx of Debian in front of a service that knows nothing of tokens.

import { readFile } from 'node:fs/promises';
import test from 'ava';
import { send } from '../guard/forward-auth-setting.ts';
import { nginx, startChangedNginx, startNginx } from './nginx-server.ts';
import { provesOutages } from './proxied-outages.ts';
import { provesPassing } from './proxied-passing.ts';
import { provesRefusals } from './proxied-refusals.ts';
import { shareSetting, startAll } from './proxied-setting.ts';

if (nginx === undefined) {
  test.skip('nginx: not tested, nginx is not installed (apt-get install nginx)', () => {});
} else {
  const all = shareSetting(test, 'nginx', startNginx);
  provesPassing(test, 'nginx', all);
  provesRefusals(test, 'nginx', all);
  provesOutages(test, 'nginx', startNginx);

  test('nginx: the lines of docs/forward-auth.md for OPTIONS answer it, and nothing else', async (t) => {
    const docs = await readFile(new URL('../../docs/forward-auth.md', import.meta.url), 'utf8');
    const lines = /```nginx\n([^`]*)```/.exec(docs)?.[1] ?? '';
    const withLines: typeof startNginx = async (atEnd, guardPort, servicePort) =>
      startChangedNginx(atEnd, guardPort, servicePort, (config) =>
        config.replace('location / {', `location / {\n${lines}`),
      );
    const own = await startAll((undo) => t.teardown(undo), 'nginx', withLines);
    const preflight = await send(own.port, { method: 'OPTIONS', path: '/ho-so' });
    t.is(preflight.status, 204);
    t.is(preflight.headers['access-control-allow-origin'], 'https://h5.zdn.vn');
    t.is((await send(own.port, { path: '/ho-so' })).status, 401);
    t.is(own.seen.length, 0);
  });
}
