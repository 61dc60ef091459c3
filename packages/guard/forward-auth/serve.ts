// Puts the forward-auth server together, and takes it down again.

import { createGuard, type Guard, type GuardOptions } from '../guard.ts';
import type { Address, Config } from './config.ts';
import { closeDoor, openDoor } from './door.ts';
import { createFastcgiServer } from './fastcgi-server.ts';
import { createAuthServer, createPageServer, type Pages } from './http-server.ts';
import { createSeldom, recordLine, type Log } from './log.ts';
import { createPeers } from './peers.ts';
import { createRedisClient, createSharedReplayStore } from './redis.ts';
import type { Secrets } from './secrets.ts';
import { createJudge } from './verdict.ts';

export type ForwardAuth = {
  readonly address: Address;
  readonly healthAddress: Address | undefined;
  /** Takes nothing new, lets what runs finish, hands over what is left to report. */
  stop(): Promise<void>;
};

export async function serveForwardAuth(
  config: Config,
  secrets: Secrets,
  log: Log,
  given: Pick<GuardOptions, 'now' | 'feedIntervalMs'> = {},
): Promise<ForwardAuth> {
  const { replay } = config;
  const redis = replay === 'memory' ? undefined : createRedisClient(replay, secrets.redisPassword);
  const guard = createGuard({
    ...given,
    issuer: config.issuer,
    audience: config.audience,
    baseUrl: config.baseUrl,
    feed: config.feed,
    report: config.report,
    onDecision: (record) => log('decision', recordLine(record)),
    ...(config.acrBase === undefined ? {} : { acrBase: config.acrBase }),
    ...(secrets.nonceSecret === undefined ? {} : { nonceSecret: secrets.nonceSecret }),
    ...(redis === undefined ? {} : { replay: createSharedReplayStore(redis) }),
    ...(config.client === undefined || secrets.privateKey === undefined
      ? {}
      : { client: { clientId: config.client.clientId, privateKey: secrets.privateKey } }),
  });
  const peers = createPeers(config.trustedProxies);
  const judge = createJudge(guard, config.issuer, createSeldom(log, given.now ?? (() => new Date())));
  const pages = pagesOf(guard);
  const door =
    config.proxy === 'apache'
      ? createFastcgiServer(peers, judge)
      : createAuthServer(config.proxy, peers, judge, pages);
  const pageDoor = config.healthListen === undefined ? undefined : createPageServer(pages);

  const stop = async (): Promise<void> => {
    await Promise.all([closeDoor(door), pageDoor === undefined ? undefined : closeDoor(pageDoor)]);
    await guard.stop();
    redis?.close();
  };

  // Keys and catalogue first: the proxy's first question then finds them.
  await guard.start();
  try {
    const address = await openDoor(door, config.listen);
    const healthAddress =
      pageDoor === undefined || config.healthListen === undefined
        ? undefined
        : await openDoor(pageDoor, config.healthListen);
    log('started', { proxy: config.proxy, host: address.host, port: address.port });
    return {
      address,
      healthAddress,
      async stop() {
        await stop();
        log('stopped');
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function pagesOf(guard: Guard): Pages {
  return {
    ready: async () => (await guard.route('GET', '/')) !== 'unavailable',
    metadata: () => guard.protectedResourceMetadata(),
  };
}
