// Secrets of a demo, made once and kept beside its data, readable by their owner only. Another
// start on the same data must open what the last one sealed.

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';

export const demoClients = ['portal', 'hoso', 'phananh', 'bhyt'] as const;
export type DemoClient = (typeof demoClients)[number];
export type ClientKey = { readonly privateKey: JWK; readonly publicKey: JWK };

const keySchema = z.looseObject({ kty: z.literal('EC'), d: z.string(), kid: z.string() });
const fileSchema = z.record(z.string(), keySchema);

/** The key-encryption key of the demo's broker: 32 bytes, base64url. */
export function keptKek(folder: string): Promise<string> {
  return kept(folder, 'demo-kek', async () => randomBytes(32).toString('base64url'));
}

/** A key for each client of the demo. */
export async function keptClientKeys(folder: string): Promise<Readonly<Record<DemoClient, ClientKey>>> {
  const text = await kept(folder, 'demo-keys.json', async () => JSON.stringify(await newKeys()));
  const keys = fileSchema.parse(JSON.parse(text));
  const pairs = demoClients.map((name) => {
    const privateKey = keys[name];
    if (privateKey === undefined)
      throw new Error(`${join(folder, 'demo-keys.json')} has no key for ${name}: remove the file`);
    const { d: _, ...publicKey } = privateKey;
    return [name, { privateKey, publicKey }] as const;
  });
  return Object.fromEntries(pairs) as Record<DemoClient, ClientKey>; // one entry for each of demoClients
}

async function newKeys(): Promise<Record<string, JWK>> {
  const entries = demoClients.map(async (name) => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(privateKey);
    return [name, { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

// Written beside and moved, so that a kill in the middle leaves no half secret.
async function kept(folder: string, name: string, make: () => Promise<string>): Promise<string> {
  const path = join(folder, name);
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found !== undefined) return found.trim();
  await mkdir(folder, { recursive: true });
  const made = await make();
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
