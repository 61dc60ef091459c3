// Puts the forward-auth server together, and takes it down again.

import { createGuard, type Guard, type GuardOptions } from '../guard.ts';
import { createRedisReplayStore } from '../stores/redis.ts';
import type { Address, Config } from './config.ts';
import { closeDoor, openDoor } from './door.ts';
import { createFastcgiServer } from './fastcgi-server.ts';
import { createAuthServer, createPageServer, type Pages } from './http-server.ts';
import { createSeldom, recordLine, type Log } from './log.ts';
import { createPeers } from './peers.ts';
import { createRedisClient } from './redis.ts';
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
    ...guardOptionsOf(config, secrets),
    onDecision: (record) => log('decision', recordLine(record)),
    onTrouble: ({ source, why }) => log('trouble', { source, why: why ?? 'over' }),
    ...(redis === undefined
      ? {}
      : { replay: createRedisReplayStore(async (args) => redis.sendCommand(args)) }),
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

/** What createGuard judges: `--check` asks it as well. */
export function guardOptionsOf(config: Config, secrets: Secrets): GuardOptions {
  const { issuer, audience, baseUrl, acrBase, feed, report, client } = config;
  const { nonceSecret, privateKey } = secrets;
  return {
    issuer,
    audience,
    baseUrl,
    feed,
    report,
    ...(acrBase === undefined ? {} : { acrBase }),
    ...(nonceSecret === undefined ? {} : { nonceSecret }),
    ...(client === undefined || privateKey === undefined
      ? {}
      : { client: { clientId: client.clientId, privateKey } }),
  };
}

function pagesOf(guard: Guard): Pages {
  return {
    ready: async () => (await guard.route('GET', '/')) !== 'unavailable',
    metadata: () => guard.protectedResourceMetadata(),
  };
}
