import { isIPv6 } from 'node:net';

/**
 * Who to count requests by: the address of the client, of IPv6 its network (the first 64 bits), since a client has all of it.
 *
 * @param remote the other end of the connection
 * @param forwarded the header `X-Forwarded-For`
 * @param proxies how many proxies in front of us append to it; what stands before theirs may be forged
 */
export function clientAddress(remote: string, forwarded: string | undefined, proxies: number): string {
  const hops = [...(forwarded ?? '').split(',').map((hop) => hop.trim()), remote].filter((hop) => hop !== '');
  const address = hops.at(-1 - Math.min(proxies, hops.length - 1)) ?? remote;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  return isIPv6(address) ? network(address) : address.slice(0, 64);
}

function network(address: string): string {
  const [before = '', after] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
