// Our broker as production starts it, with one thing replaced: Zalo answers from inside the process,
// so that no outside system's speed is measured. Every code is a new person.

import { randomInt } from 'node:crypto';
import { readConfig } from '../config.ts';
import { startBroker } from '../main.ts';
import { answerTheBench, orders } from './server-side.ts';

const { environment } = await orders();
const config = readConfig(environment);
const appId = config.TNID_ZALO_APP_ID;
let people = randomInt(1, 9_000) * 1_000_000_000_000;

const broker = await startBroker(config, {
  zalo: {
    appId,
    authorizationUrl: ({ state }) => `https://zalo.bench.invalid/?state=${state}`,
    identify: async () => {
      const zaloId = String((people += 1)).padStart(19, '8');
      return { outcome: 'identified', profile: { appId, zaloId, name: 'Bảy Lành', picture: undefined } };
    },
  },
});
answerTheBench({ issuer: broker.url });
