// The address a visitor comes from.

import type { Context } from 'koa';

/** The visitor's address: the socket's, or what the nearest of our own proxies saw. */
export function addressOf(ctx: Pick<Context, 'req' | 'get'>, trustedProxies: number): string {
  const socket = ctx.req.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return socket;
  const hops = ctx
    .get('x-forwarded-for')
    .split(',')
    .map((hop) => hop.trim())
    .filter(Boolean);
  return hops.at(-trustedProxies) ?? socket;
}

/** What one customer holds: an IPv4 address, or a whole IPv6 network, in which ever new ones cost nothing. */
export const customerOf = (address: string): string => (address.includes('.') ? address : networkOf(address));

/** The /24 or /56 an address lies in: limits on a network must not be dodged by changing host bits. */
export function networkOf(address: string): string {
  const v4 = /(?:^|:)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const groups = address.split('::')[0]?.split(':') ?? [];
  const first = groups
    .concat(Array(8).fill('0'))
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'));
  return first.join('').slice(0, 14);
}
