// Proofs seen by any node of a service, in Redis or Valkey. One server decides: with replicas, read
// and write at the primary; a fail-over may forget the last moments, and eviction must be off
// (`maxmemory-policy noeviction`), because a forgotten proof could be sent again.

import type { ReplayStore } from '../sources/replay.ts';

/** `client.sendCommand` of @redis/client fits, and `redis.call(...args)` of ioredis. */
export type SendCommand = (args: string[]) => Promise<unknown>;

export type RedisReplayOptions = { readonly prefix?: string };

const defaultPrefix = 'tn:replay:';

export function createRedisReplayStore(
  sendCommand: SendCommand,
  { prefix = defaultPrefix }: RedisReplayOptions = {},
): ReplayStore {
  return {
    async insert(key, ttlMs) {
      const answer = await sendCommand([
        'SET',
        prefix + key,
        '1',
        'NX',
        'PX',
        String(Math.max(1, Math.ceil(ttlMs))),
      ]);
      if (answer === null) return false;
      // Bytes where the client was told not to decode.
      const text = answer instanceof Uint8Array ? Buffer.from(answer).toString('latin1') : answer;
      if (text === 'OK') return true;
      throw new Error('guard: Redis answered something that is neither yes nor no');
    },
  };
}
