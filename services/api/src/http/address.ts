import { isIP, isIPv6 } from 'node:net';
import { type Networks, plainAddress } from '@parley/service';

/**
 * Returns the client address that a request counts towards. For IPv6, this is the client's network
 * (the first 64 bits), because a client can use every address in its network.
 *
 * @param remote the other end of the TCP connection
 * @param forwarded the header `X-Forwarded-For`, to which each proxy appends the address of its own
 * client
 * @param proxies the proxies whose header is trusted. Entries that other hosts added might be
 * forged
 * @param hops maximum number of trusted proxies in front of the api. A client can be in the same
 * network as the proxies; this limit makes sure that entries which such a client forged do not
 * count. Proxies that are configured by a single address do not count as hops
 */
export function clientAddress(remote: string, forwarded: string | undefined, proxies: Networks, hops = 1): string {
  let address = plainAddress(remote);
  let left = hops;
  for (const hop of (forwarded ?? '').split(',').reverse()) {
    const before = hopAddress(hop.trim());
    if (!proxies.has(address) || isIP(before) === 0) break;
    if (!proxies.hasExactly(address)) left -= 1;
    if (left < 0) break;
    address = before;
  }
  return isIPv6(address) ? network(address) : address.slice(0, 64);
}

/**
 * Returns the address in an entry of `X-Forwarded-For`. Some proxies append the port:
 * `1.2.3.4:5678`, `[2001:db8::1]:5678`.
 */
function hopAddress(hop: string): string {
  const [, bare] = /^(?:\[([^\]]+)\](?::\d+)?)$/.exec(hop) ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop) ?? [];
  return plainAddress(bare ?? hop);
}

function network(address: string): string {
  const [before = '', after] = address.toLowerCase().split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
