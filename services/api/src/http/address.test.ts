import { Networks } from '@parley/service';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './address.ts';

describe('clientAddress', () => {
  it.each([
    ['10.0.0.1', undefined, '', '10.0.0.1'],
    ['::ffff:10.0.0.1', undefined, '', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '', '2001:db8:1:2::/64'],
    ['2001:DB8::1', undefined, '', '2001:db8:0:0::/64'],
    ['::1', undefined, '', '0:0:0:0::/64'],
    ['fe80::1%eth0', undefined, '', 'fe80:0:0:0::/64'],
    ['10.0.0.1', '1.1.1.1', '', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1', '10.0.0.2', '10.0.0.1'],
    ['10.0.0.1', '6.6.6.6, 1.1.1.1', '10.0.0.0/8', '1.1.1.1'],
    ['::ffff:10.0.0.1', '6.6.6.6,1.1.1.1', '10.0.0.0/8', '1.1.1.1'],
    // A client in the same network as the proxies forges the entries before its own address.
    ['10.0.0.1', '6.6.6.6, 10.0.0.2', '10.0.0.0/8', '10.0.0.2'],
    ['10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '10.0.0.0/8', '10.0.0.2'],
    // A proxy that is configured by its own address never counts as a client.
    ['10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '10.0.0.1,10.0.0.2', '1.1.1.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.0/8,10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', undefined, '10.0.0.0/8', '10.0.0.1'],
    ['10.0.0.1', 'unknown', '10.0.0.0/8', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1, <script>', '10.0.0.0/8', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1:4711', '10.0.0.0/8', '1.1.1.1'],
    ['fd00::1', '6.6.6.6, [2001:db8:5::1]:4711', 'fd00::/8', '2001:db8:5:0::/64'],
    ['fd00::1', '2001:db8:5::1', 'fd00::1/128', '2001:db8:5:0::/64'],
  ])(
    'the client of a request from %s, forwarded for %s, with proxies %j is %s',
    (remote, forwarded, proxies, address) => {
      expect(clientAddress(remote, forwarded, new Networks(proxies.split(',').filter(Boolean)))).toBe(address);
    },
  );
});

it('the client address skips at most the configured number of trusted proxies', () => {
  const of = (hops: number) =>
    clientAddress('10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', new Networks(['10.0.0.0/8']), hops);
  expect([of(1), of(2), of(3)]).toEqual(['10.0.0.2', '1.1.1.1', '1.1.1.1']);
});

describe('a list of networks', () => {
  it.each(['x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0', '10.0.0.0/-1'])(
    'a list of networks rejects %s',
    (entry) => {
      expect(() => new Networks([entry])).toThrow(/must be addresses and networks/);
    },
  );
});
