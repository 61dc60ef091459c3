// Our own endpoints for services, where the house is a service to itself.

import test from 'ava';
import { ask, createService, DOSSIERS } from '../support/rp.ts';
import { startTwoBrokers, tally, type TwoBrokers } from '../support/two-brokers.ts';

let brokers: TwoBrokers;
test.before(async () => {
  brokers = await startTwoBrokers();
});
test.after.always(() => brokers?.stop());

test.serial('a proof is good once, whichever broker it is shown to', async (t) => {
  const rp = await createService(brokers.house, 'hoso', DOSSIERS);
  for (const [scope, path] of [
    ['tn:signals', '/ssf/streams'],
    ['tn:revocations', '/revocations'],
  ] as const) {
    const token = String((await rp.credentials({ scope })).body['access_token']);
    const dpop = await rp.proof({ method: 'GET', path, accessToken: token });
    const replies = await brokers.race(8, (at) =>
      ask(`${at}${path}`, { headers: { authorization: `DPoP ${token}`, dpop } }),
    );
    t.deepEqual(tally(replies), { 200: 1, 401: 7 }, path);
  }
});
