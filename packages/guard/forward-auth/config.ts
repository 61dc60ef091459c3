// The file `tnid-guard --config` reads. Every problem is told at once, an unknown key is one, and
// nothing is guessed: which proxy asks decides which headers are believed.

import { isIP } from 'node:net';
import { isRecord } from '../json.ts';

export const proxies = ['nginx', 'traefik', 'envoy', 'apisix', 'apache'] as const;
export type Proxy = (typeof proxies)[number];

export type Address = { readonly host: string; readonly port: number };
export type Redis = Address & { readonly passwordFile: string | undefined };

export type Config = {
  readonly issuer: string;
  readonly audience: string;
  readonly baseUrl: string;
  readonly acrBase: string | undefined;
  readonly proxy: Proxy;
  readonly listen: Address;
  /** /healthz over HTTP for this machine, where `listen` speaks FastCGI or belongs to the proxy alone. */
  readonly healthListen: Address | undefined;
  /** Addresses and networks whose word about a request is believed. */
  readonly trustedProxies: readonly string[];
  readonly client: { readonly clientId: string; readonly privateKeyFile: string } | undefined;
  readonly replay: 'memory' | Redis;
  readonly nonceSecretFile: string | undefined;
  readonly feed: 'poll' | 'off-for-public';
  readonly report: 'on' | 'off';
};

export const defaultListen = '127.0.0.1:9470';
const loopback: readonly string[] = ['127.0.0.0/8', '::1'];

export function parseConfig(text: string): Config | { readonly problems: readonly string[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the file, and somebody may have pasted a key into it.
    const at = error instanceof Error ? /position \d+/.exec(error.message)?.[0] : undefined;
    return { problems: [`the file is not JSON${at === undefined ? '' : ` (${at})`}`] };
  }
  if (!isRecord(document)) return { problems: ['the file must hold one JSON object'] };
  const problems: string[] = [];
  const config = readMembers(document, problems);
  return problems.length === 0 && config !== undefined ? config : { problems };
}

const keys = [
  'issuer', 'audience', 'baseUrl', 'acrBase', 'proxy', 'listen', 'healthListen', 'trustedProxies', 'client', 'replay',
  'nonceSecretFile', 'feed', 'report',
]; // prettier-ignore

function readMembers(document: Record<string, unknown>, problems: string[]): Config | undefined {
  const say = (problem: string): undefined => void problems.push(problem);
  refuseUnknown(document, keys, '', say);
  const issuer = web('issuer', document.issuer, say);
  const audience = text('audience', document.audience, say);
  const baseUrl = web('baseUrl', document.baseUrl, say);
  const acrBase = document.acrBase === undefined ? undefined : web('acrBase', document.acrBase, say);
  const proxy = oneOf('proxy', document.proxy, proxies, say);
  const listen = address('listen', document.listen ?? defaultListen, say);
  const healthListen =
    document.healthListen === undefined ? undefined : address('healthListen', document.healthListen, say);
  if (healthListen !== undefined && !isLoopback(healthListen.host))
    say('healthListen: only an address of this machine itself (127.0.0.1)');
  const trustedProxies = networks(document.trustedProxies, say);
  if (listen !== undefined && !isLoopback(listen.host) && document.trustedProxies === undefined)
    say('trustedProxies: must name the proxies when listen is reachable from other machines');
  const client = document.client === undefined ? undefined : readClient(document.client, say);
  const feed = oneOf('feed', document.feed ?? 'poll', ['poll', 'off-for-public'] as const, say);
  if (feed === 'poll' && document.client === undefined)
    say('client: missing; without a client of its own a service must say "feed": "off-for-public"');
  const report = oneOf('report', document.report ?? 'on', ['on', 'off'] as const, say);
  const replay = readReplay(document.replay ?? 'memory', say);
  const nonceSecretFile =
    document.nonceSecretFile === undefined
      ? undefined
      : text('nonceSecretFile', document.nonceSecretFile, say);
  if (
    issuer === undefined || audience === undefined || baseUrl === undefined || proxy === undefined ||
    listen === undefined || feed === undefined || report === undefined || replay === undefined
  ) return undefined; // prettier-ignore
  return {
    issuer, audience, baseUrl, acrBase, proxy, listen, healthListen, client, replay, nonceSecretFile, feed, report,
    trustedProxies: trustedProxies ?? loopback,
  }; // prettier-ignore
}

type Say = (problem: string) => undefined;

function refuseUnknown(
  record: Record<string, unknown>,
  known: readonly string[],
  where: string,
  say: Say,
): void {
  for (const key of Object.keys(record))
    if (!known.includes(key)) say(`${where}${key.slice(0, 40)}: unknown key; known: ${known.join(', ')}`);
}

function text(name: string, value: unknown, say: Say): string | undefined {
  return typeof value === 'string' && value !== '' ? value : say(`${name}: must be a text`);
}

// What makes an address good is judged by createGuard as well; here only what a typing error breaks.
function web(name: string, value: unknown, say: Say): string | undefined {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
    ? value
    : say(`${name}: must be an https address`);
}

function oneOf<T extends string>(
  name: string,
  value: unknown,
  allowed: readonly T[],
  say: Say,
): T | undefined {
  return allowed.find((one) => one === value) ?? say(`${name}: must be one of ${allowed.join(', ')}`);
}

function address(name: string, value: unknown, say: Say): Address | undefined {
  const wrong = `${name}: must be an IP address and a port, such as 127.0.0.1:9470 or [::1]:9470`;
  if (typeof value !== 'string') return say(wrong);
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(value);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = Number(parts?.[3]);
  return isIP(host) !== 0 && port <= 65_535 ? { host, port } : say(wrong);
}

function networks(value: unknown, say: Say): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const wrong =
    'trustedProxies: must be a list of addresses or networks, such as ["10.0.0.5", "10.1.0.0/16"]';
  if (!Array.isArray(value) || value.length === 0) return say(wrong);
  const list = value.filter((one): one is string => typeof one === 'string' && isNetwork(one));
  return list.length === value.length ? list : say(wrong);
}

function isNetwork(value: string): boolean {
  const [host = '', prefix, ...more] = value.split('/');
  const family = isIP(host);
  if (family === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  // /0 would trust everybody: then the list says nothing.
  return /^\d{1,3}$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= (family === 4 ? 32 : 128);
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

function readClient(value: unknown, say: Say): Config['client'] {
  if (!isRecord(value)) return say('client: must be an object with clientId and privateKeyFile');
  refuseUnknown(value, ['clientId', 'privateKeyFile'], 'client.', say);
  const clientId = text('client.clientId', value.clientId, say);
  const privateKeyFile = text('client.privateKeyFile', value.privateKeyFile, say);
  return clientId === undefined || privateKeyFile === undefined ? undefined : { clientId, privateKeyFile };
}

function readReplay(value: unknown, say: Say): Config['replay'] | undefined {
  if (value === 'memory') return 'memory';
  if (!isRecord(value) || !isRecord(value.redis))
    return say('replay: must be "memory" or {"redis": {"address": "127.0.0.1:6379"}}');
  refuseUnknown(value, ['redis'], 'replay.', say);
  refuseUnknown(value.redis, ['address', 'passwordFile'], 'replay.redis.', say);
  const at = address('replay.redis.address', value.redis.address, say);
  const passwordFile =
    value.redis.passwordFile === undefined
      ? undefined
      : text('replay.redis.passwordFile', value.redis.passwordFile, say);
  return at === undefined ? undefined : { ...at, passwordFile };
}
