// Our broker as production starts it, with one thing replaced: Zalo answers from inside the process,
// so that no outside system's speed is measured. Every code is a new person.

import { randomInt } from 'node:crypto';
import type { ZaloApp } from '../accounts/zalo-app.ts';
import { readConfig } from '../config.ts';
import { startBroker } from '../main.ts';
import { answerTheBench, orders } from './server-side.ts';

const { environment } = await orders();
const config = readConfig(environment);
const appId = config.TNID_ZALO_APP_ID;
let people = randomInt(1, 9_000) * 1_000_000_000_000;

const nextProfile = () => {
  const zaloId = String((people += 1)).padStart(19, '8');
  return { appId, zaloId, name: 'Bảy Lành', picture: undefined };
};
// The mini app's bench brings a Zalo of its own to another core; without one nobody is asked.
const hasZalo = environment['TNID_ZALO_GRAPH_URL'] !== 'http://127.0.0.1:9';

const broker = await startBroker(config, {
  zalo: {
    appId,
    authorizationUrl: ({ state }) => `https://zalo.bench.invalid/?state=${state}`,
    identify: async () => ({ outcome: 'identified', profile: nextProfile() }),
  },
  ...(hasZalo ? {} : { zaloApp: zaloInside() }),
});
answerTheBench({ issuer: broker.url });

// A token names its person: `<zalo id>.<anything>`.
function zaloInside(): ZaloApp {
  return {
    appId,
    identify: async (token) => {
      const zaloId = token.split('.')[0] ?? '';
      return { outcome: 'identified', profile: { appId, zaloId, name: undefined, picture: undefined, isSensitive: false } }; // prettier-ignore
    },
    readPhone: async () => ({ outcome: 'refused', reason: 'none' }),
    bindsApp: async () => 'enforced',
  };
}
