// Addresses that are nobody's on the open internet (IANA special-purpose registries): what a client
// registers must not lead the broker into its own network.

import { BlockList, isIP } from 'node:net';

const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.0.2.0', 24], ['192.31.196.0', 24], ['192.52.193.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['192.175.48.0', 24],
  ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) special.addSubnet(network, bits, 'ipv4'); // prettier-ignore
for (const [network, bits] of [
  // Also what carries an IPv4 address inside: translated, tunnelled (64:ff9b::, 2001::, 2002::), compatible (::/96).
  ['::', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['100:0:0:1::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16],
  ['2620:4f:8000::', 48], ['3fff::', 20], ['5f00::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
] as const) special.addSubnet(network, bits, 'ipv6'); // prettier-ignore

/** For an address, IPv4-mapped ones included (BlockList looks into them). What is no address is special. */
export function isSpecialUse(address: string): boolean {
  const family = isIP(address.split('%')[0] ?? '');
  if (family === 0) return true;
  return special.check(address.split('%')[0] ?? '', family === 6 ? 'ipv6' : 'ipv4');
}
