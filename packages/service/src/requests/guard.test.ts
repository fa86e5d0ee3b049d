import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkHost, guardedLookup, mayReach } from './guard.ts';
import { Networks } from './networks.ts';

const none = new Networks([]);

describe('forbidden addresses', () => {
  it.each([
    ...['127.0.0.1', '127.255.0.1', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '192.0.0.8', '224.0.0.1', '255.255.255.255', '203.0.113.5'],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:7f00:1', '::127.0.0.1', '64:ff9b::a00:1', '2002:7f00:1::', '2001:db8::1', '2001::1', 'not an address'],
  ])('mayReach does not allow the address %s', (address) => {
    expect(mayReach(address, true, none)).toBe(false);
  });
});

describe('allowed addresses', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:801::200e'])(
    'mayReach allows %s only over TLS',
    (address) => {
      expect(mayReach(address, true, none)).toBe(true);
      expect(mayReach(address, false, none)).toBe(false);
    },
  );

  it('mayReach allows the configured networks, even without TLS', () => {
    const allowed = new Networks(['10.0.0.0/8', 'fd00::/8']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1']) {
      expect(mayReach(address, false, allowed)).toBe(true);
    }
    expect(mayReach('192.168.1.1', false, allowed)).toBe(false);
  });
});

describe('a name', () => {
  const lookup = (answers: LookupAddress[][], all: boolean) => {
    const resolve = (_: string, __: object, callback: (error: null, found: LookupAddress[]) => void) =>
      callback(null, answers.shift() ?? []);
    return (name: string) => promisify(guardedLookup(true, none, resolve))(name, { all }) as Promise<unknown>;
  };
  const at = (...addresses: string[]) =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('guardedLookup resolves a host name only to its public addresses', async () => {
    const mixed = () => [at('10.0.0.1', '1.1.1.1', '::1', '2606:4700::1')];
    expect(await lookup(mixed(), true)('mixed.example')).toEqual(at('1.1.1.1', '2606:4700::1'));
    expect(await lookup(mixed(), false)('mixed.example')).toBe('1.1.1.1');
  });

  it('guardedLookup rejects a host name whose address has changed to a private one', async () => {
    const rebinding = lookup([at('1.1.1.1'), at('127.0.0.1')], true);
    expect(await rebinding('evil.example')).toEqual(at('1.1.1.1'));
    await expect(rebinding('evil.example')).rejects.toThrow(/evil.example is at no address that may be reached/);
  });
});

it.each(['127.0.0.1', '[::1]', '[::ffff:10.0.0.1]', '169.254.169.254'])(
  'checkHost rejects the address %s in a URL',
  (host) => {
    expect(() => checkHost(host, true, none)).toThrow(/may be reached/);
    expect(() => checkHost('example.com', true, none)).not.toThrow();
  },
);

it.each(['http://2130706433/', 'http://0x7f.1/', 'http://017700000001/', 'http://127.1/'])(
  'checkHost rejects a private address in the notation of %s',
  (url) => {
    expect(() => checkHost(new URL(url).hostname, true, none)).toThrow(/may be reached/);
  },
);
