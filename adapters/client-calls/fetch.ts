// Calls to addresses that clients and services registered: back-channel logout, pushed events. One
// guard for all of them: a name is looked up here and only public addresses go on to the connection, so
// that no name, however often it changes, makes the broker reach into its own network. Hosts of ours
// that live there are named one by one.

import { lookup as resolve } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isSpecialUse } from './special-addresses.ts';

export type ClientFetch = (url: string | URL, options?: RequestInit) => Promise<Response>;

/** The address is, or resolves to, one of a network that is not the internet. */
export class SpecialAddress extends Error {
  readonly code = 'TNID_SPECIAL_ADDRESS';
  constructor() {
    super('the address is not one of the internet');
    this.name = 'SpecialAddress';
  }
}

/** @param intranetHosts exact `host:port` values (or `host` for the scheme's port) that may be private */
export function createClientFetch(intranetHosts: readonly string[]): ClientFetch {
  const dispatcher = guardedDispatcher();
  return async (url, options = {}) => {
    // `dispatcher` is undici's addition to RequestInit. The provider brings one of its own; ours refuses
    // before a connection is made, and is there whether or not the provider could build its.
    const { dispatcher: _theirs, ...plain }: RequestInit & { dispatcher?: unknown } = options;
    const { host, hostname } = new URL(url);
    if (intranetHosts.includes(host)) return fetch(url, plain);
    // An address is not looked up, so it is judged here. The URL parser has made 0x7f.1 a plain 127.0.0.1.
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && isSpecialUse(literal)) throw new SpecialAddress();
    const guarded: RequestInit & { dispatcher: unknown } = { ...plain, dispatcher };
    return fetch(url, guarded);
  };
}

const lookup: LookupFunction = (hostname, options, found) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, '', 4);
    const open = addresses.filter(({ address }) => !isSpecialUse(address));
    const [first] = open;
    if (first === undefined) return found(new SpecialAddress(), '', 4);
    if (options.all === true) return found(null, open);
    return found(null, first.address, first.family);
  });
};

// fetch takes only a dispatcher of its own undici, which Node does not export: the class is reached
// through the global one. Where that ends, the broker does not start, rather than call without a guard.
const DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'];

function guardedDispatcher(): unknown {
  void Response; // loads undici, which puts the global dispatcher in place
  const found = DISPATCHERS.map((name): unknown => Reflect.get(globalThis, Symbol.for(name)));
  const dispatcher = found.find((one) => typeof one === 'object' && one !== null);
  const Agent: unknown = typeof dispatcher === 'object' ? dispatcher?.constructor : undefined;
  if (typeof Agent !== 'function') throw new Error('calls to clients cannot be guarded on this Node');
  return Reflect.construct(Agent, [{ connect: { lookup, timeout: 3_000 }, maxHeaderSize: 16_384 }]);
}
