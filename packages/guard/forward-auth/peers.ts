// Who may ask. A stranger who reached this port could otherwise try tokens and proofs here, and use up
// the proofs of others.

import { BlockList, isIPv6 } from 'node:net';

export type Peers = (address: string | undefined) => boolean;

export function createPeers(networks: readonly string[]): Peers {
  const list = new BlockList();
  for (const network of networks) {
    const [host = '', prefix] = network.split('/');
    const family = isIPv6(host) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(host, family);
    else list.addSubnet(host, Number(prefix), family);
  }
  return (address) => {
    if (address === undefined) return false;
    // A socket open for both families shows IPv4 peers as ::ffff:a.b.c.d.
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
    return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
}
