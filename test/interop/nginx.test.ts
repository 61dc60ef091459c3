// The real nginx of Debian in front of a service that knows nothing of tokens.

import test from 'ava';
import { nginx, startNginx } from './nginx-server.ts';
import { provesProxy } from './proxied.ts';

if (nginx === undefined)
  test.skip('nginx: not tested, nginx is not installed (apt-get install nginx)', () => {});
else provesProxy(test, 'nginx', startNginx);
