import { isIP, isIPv6 } from 'node:net';
import { type Networks, plainAddress } from '@parley/service';

/**
 * The address that a request counts for: that of the client, of IPv6 its network (the first 64
 * bits), since a client has all of it.
 *
 * @param remote the other end of the connection
 * @param forwarded the header `X-Forwarded-For`, to which each proxy appends the address that it
 * was called from
 * @param proxies the proxies whose header counts; what others send may be forged
 * @param hops how many proxies of the networks stand before the api. A client in the network of the
 * proxies is no proxy: what it sent before the entries of the real ones does not count. Proxies
 * named by their own address need no hop
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

/** Some proxies append the port: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
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
