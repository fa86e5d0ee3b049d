import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { isIP, isIPv4, type LookupFunction } from 'node:net';
import { Networks, plainAddress } from './networks.ts';

/** Thrown for a request to an address that is not allowed. */
export class Forbidden extends Error {
  override name = 'Forbidden';

  constructor(host: string) {
    super(`${host} is at no address that may be reached`);
  }
}

/**
 * Returns whether requests to an address are allowed. Public addresses are allowed if `toPublic` is
 * true, for example because the request uses TLS. Other addresses must be in `allowed`.
 */
export function mayReach(address: string, toPublic: boolean, allowed: Networks): boolean {
  return allowed.has(address) || (toPublic && isPublic(address));
}

/**
 * Creates a `lookup` function for `http.request` that resolves host names only to allowed
 * addresses: not to this machine, its networks, or a cloud's metadata service. It checks the very
 * address that the request connects to. A name can therefore not resolve to another address after
 * the check.
 */
export function guardedLookup(toPublic: boolean, allowed: Networks, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const addresses = found.filter(({ address }) => mayReach(address, toPublic, allowed));
      const [first] = addresses;
      if (first === undefined) return callback(new Forbidden(hostname), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * Throws if the host of a URL is an IP address that is not allowed. `lookup` does not check such a
 * host, because it needs no resolution.
 */
export function checkHost(hostname: string, toPublic: boolean, allowed: Networks): void {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0 && !mayReach(bare, toPublic, allowed)) throw new Forbidden(hostname);
}

function isPublic(address: string): boolean {
  const plain = plainAddress(address);
  if (isIPv4(plain)) return !special.has(plain);
  return global.has(plain) && !special.has(plain);
}

/** The range of public IPv6 addresses. */
const global = new Networks(['2000::/3']);

/**
 * Addresses that are not public or that lead to such addresses, from IANA's registries of
 * special-purpose addresses.
 */
const special = new Networks([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]);

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;
