// What the bench says to a server it has started, and what the server says back.

import { z } from 'zod';

const publicJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});
const ordersSchema = z.object({
  port: z.number(),
  /** The public key of every client of the bench. */
  key: publicJwk,
  environment: z.record(z.string(), z.string()),
});
export type Orders = z.infer<typeof ordersSchema>;

export const standSchema = z.object({
  cpuMs: z.number(),
  rssMb: z.number(),
  heapMb: z.number(),
});
/** What a server has used up so far. */
export type Stand = z.infer<typeof standSchema>;

export const readySchema = z.object({ ready: z.object({ issuer: z.string() }) });

/** The first message of the bench. */
export function orders(): Promise<Orders> {
  return new Promise((resolve) => {
    process.once('message', (message) => resolve(ordersSchema.parse(message)));
  });
}

/** Says that the server listens; from then on answers how much it has used. Ends with the bench. */
export function answerTheBench(ready: { issuer: string }): void {
  process.on('message', (message) => {
    if (message === 'collect') globalThis.gc?.();
    process.send?.(stand());
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready });
}

function stand(): Stand {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, rssMb: rss / 1_048_576, heapMb: heapUsed / 1_048_576 };
}
