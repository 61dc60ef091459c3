// The real Apache of Debian in front of a service that knows nothing of tokens.

import test from 'ava';
import { apache, startApache } from './apache-server.ts';
import { provesOutages } from './proxied-outages.ts';
import { provesPassing } from './proxied-passing.ts';
import { provesRefusals } from './proxied-refusals.ts';
import { shareSetting } from './proxied-setting.ts';

if (apache === undefined) {
  test.skip('apache: not tested, apache2 is not installed (apt-get install apache2)', () => {});
} else {
  const all = shareSetting(test, 'apache', startApache);
  provesPassing(test, 'apache', all);
  provesRefusals(test, 'apache', all);
  provesOutages(test, 'apache', startApache);
}
