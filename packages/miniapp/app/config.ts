// Whoever serves the app says in config.json beside it where everything stands: the same build runs in
// the sandbox and in Zalo.

import * as z from 'zod/mini';

// No code is made at run time: the sandbox's content policy forbids it, and nothing here needs the speed.
z.config({ jitless: true });

const configSchema = z.object({
  issuer: z.url(),
  clientId: z.string(),
  miniAppId: z.string(),
  /** The Official Account of 1022; absent: no chat. */
  oaId: z.optional(z.string()),
  /** Base addresses by the service's code in the catalogue. What is not here is only explained. */
  services: z.record(z.string(), z.url()),
});
export type AppConfig = z.infer<typeof configSchema>;

/** @throws when it is missing or wrong: the app cannot do anything without it */
export async function readConfig(): Promise<AppConfig> {
  const response = await fetch('./config.json', { credentials: 'same-origin' });
  return configSchema.parse(await response.json());
}
