// The real Apache of Debian in front of a service that knows nothing of tokens.

import test from 'ava';
import { apache, startApache } from './apache-server.ts';
import { provesProxy } from './proxied.ts';

if (apache === undefined)
  test.skip('apache: not tested, apache2 is not installed (apt-get install apache2)', () => {});
else provesProxy(test, 'apache', startApache);
