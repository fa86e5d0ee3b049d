import calculateSlot from 'cluster-key-slot';
import { describe, expect, it } from 'vitest';
import { createKeys } from './keys.ts';

const keys = createKeys(64);

describe('names', () => {
  it('all keys that one script uses are in one cluster slot', () => {
    for (const user of [1, 63, 64, 748418, Number.MAX_SAFE_INTEGER]) {
      const names = [
        keys.inbox(user),
        keys.cursors(user),
        keys.user(user),
        keys.presence(user),
        keys.online(user),
        keys.seen(user),
        keys.focus(user),
        keys.copy(user),
        keys.contacts(user),
        keys.blocks(user),
        keys.members(user),
        keys.revoked(user),
        keys.profile(user),
        keys.rate('send', user),
        keys.conversation(`${user}_${Number.MAX_SAFE_INTEGER}`),
        keys.conversation(`g${user}`),
        keys.permitFence(`${user}_${Number.MAX_SAFE_INTEGER}`),
        keys.arrived(keys.bucket(user), '1_2'),
        keys.upload(user),
        keys.record(keys.bucket(user)),
        keys.requests(keys.bucket(user)),
        keys.recordDead(keys.bucket(user)),
        keys.mark(keys.bucket(user)),
        keys.lease(keys.bucket(user)),
        keys.probe(keys.bucket(user), 'gateway'),
      ];
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(names.map(calculateSlot)).size).toBe(1);
    }
  });

  it("a conversation of two users is in the bucket of the smaller user id, and one of a group in the group's bucket", () => {
    expect(keys.home('70_200')).toBe(6);
    expect(keys.conversation('70_200')).toBe('{6}:conv:70_200');
    expect(keys.home('g130')).toBe(2);
    expect(keys.conversation('g130')).toBe('{2}:conv:g130');
  });

  it.each(['', '200_70', 'x', 'g', '5', '{1}'])('`home` throws for %j, which is not a conversation', (text) => {
    expect(() => keys.conversation(text)).toThrow(TypeError);
    expect(() => keys.home(text)).toThrow(TypeError);
  });

  it('`spread` distributes strings evenly over all buckets', () => {
    const tags = Array.from(
      { length: 2000 },
      (_, i) => keys.rate('sign-in', `198.51.${i >> 8}.${i & 255}`).split(':')[0],
    );
    expect(new Set(tags).size).toBe(64);
  });

  it('every key contains its bucket as the only hash tag, whatever strings it contains', () => {
    const name = keys.rate('sign-in', '{5}}{');
    expect(calculateSlot(name)).toBe(calculateSlot(name.slice(0, name.indexOf('}') + 1)));
  });

  it('the buckets are distributed evenly over three masters', () => {
    const masters = Array.from({ length: 64 }, (_, bucket) =>
      Math.floor(calculateSlot(keys.record(bucket)) / (16384 / 3)),
    );
    for (const master of [0, 1, 2]) expect(masters.filter((each) => each === master).length).toBeGreaterThan(12);
  });
});
