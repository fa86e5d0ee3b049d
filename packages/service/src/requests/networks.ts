import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Variable } from '../env/read-env.ts';

/**
 * A variable with IP addresses and networks separated by commas, such as `10.0.0.1`, `10.0.0.0/8`
 * or `fd00::/8`. Default: none.
 */
export function networks(): Variable<Networks> {
  return {
    read(text) {
      const entries = text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
      try {
        return { ok: true, value: new Networks(entries) };
      } catch (error) {
        return { ok: false, problem: (error as Error).message };
      }
    },
  };
}

/** A set of addresses. */
export class Networks {
  readonly #list = new BlockList();
  readonly #single = new BlockList();

  /** Throws if an entry is neither an IP address nor a network. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  /**
   * Returns whether the set contains an IP address. An IPv4 address in IPv6 notation counts as
   * IPv4.
   */
  has(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }

  /**
   * Returns whether an entry of the set is exactly this address. A network that contains the
   * address does not count.
   */
  hasExactly(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#single.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }

  #add(entry: string): void {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || rest.length > 0 || !(length <= most)) {
      throw new TypeError(`must be addresses and networks such as 10.0.0.0/8, not ${JSON.stringify(entry)}`);
    }
    this.#list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
    if (length === most) this.#single.addAddress(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** Removes the zone of an IP address, and converts `::ffff:1.2.3.4` to `1.2.3.4`. */
export function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
