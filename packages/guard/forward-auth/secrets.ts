// The files the configuration names. A missing one stops the start, and so does one that strangers on
// the machine could read: it would no longer be a secret.

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JWK } from 'jose';
import { isRecord } from '../json.ts';
import type { Config } from './config.ts';

export type Secrets = {
  readonly privateKey: JWK | undefined;
  readonly nonceSecret: Uint8Array | undefined;
  readonly redisPassword: string | undefined;
};

const minNonceBytes = 32;
const maxBytes = 64 * 1024;

/** Paths are relative to the folder of the configuration file. */
export async function readSecrets(
  config: Config,
  folder: string,
): Promise<Secrets | { readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const read = async <T>(
    name: string,
    path: string | undefined,
    parse: (bytes: Uint8Array) => T | string,
  ): Promise<T | undefined> => {
    if (path === undefined) return undefined;
    const bytes = await readSecret(resolve(folder, path));
    const value = typeof bytes === 'string' ? bytes : parse(bytes);
    if (typeof value !== 'string') return value;
    problems.push(`${name}: ${value}`);
    return undefined;
  };
  const privateKey = await read('client.privateKeyFile', config.client?.privateKeyFile, parseKey);
  const nonce = await read('nonceSecretFile', config.nonceSecretFile, parseNonce);
  const redisFile = config.replay === 'memory' ? undefined : config.replay.passwordFile;
  const password = await read('replay.redis.passwordFile', redisFile, parsePassword);
  if (problems.length > 0) return { problems };
  return { privateKey, nonceSecret: nonce?.bytes, redisPassword: password?.password };
}

async function readSecret(path: string): Promise<Uint8Array | string> {
  try {
    const { mode, size } = await stat(path);
    // A group may read it (root:tnid-guard 0640, and what systemd's LoadCredential makes); nobody else.
    if ((mode & 0o037) !== 0)
      return `others may read or change ${path}: set its mode to 0600 or 0640 (it is 0${(mode & 0o777).toString(8)})`;
    if (size > maxBytes) return `${path} is too large`;
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return `cannot read ${path} (${code})`;
  }
}

function parseKey(bytes: Uint8Array): JWK | string {
  const wrong = 'must be a private ES256 key as JWK, as `tnid service keygen` writes it';
  try {
    const key: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(key) || key.kty !== 'EC' || key.crv !== 'P-256' || typeof key.d !== 'string') return wrong;
    if (typeof key.x !== 'string' || typeof key.y !== 'string') return wrong;
    const { kid, d, x, y } = key;
    return { kty: 'EC', crv: 'P-256', d, x, y, ...(typeof kid === 'string' ? { kid } : {}) };
  } catch {
    return wrong;
  }
}

// Text, so that it can be made with `openssl rand -hex 32` and looked at.
function parseNonce(bytes: Uint8Array): { readonly bytes: Uint8Array } | string {
  const text = new TextDecoder().decode(bytes).trim();
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(text) || text.length / 2 < minNonceBytes)
    return `must hold at least ${minNonceBytes} random bytes in hex (openssl rand -hex ${minNonceBytes})`;
  return { bytes: Buffer.from(text, 'hex') };
}

function parsePassword(bytes: Uint8Array): { readonly password: string } | string {
  const password = new TextDecoder().decode(bytes).trim();
  return password === '' ? 'is empty' : { password };
}
