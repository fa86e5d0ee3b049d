import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readMembers } from './members.ts';
import { readPermit } from './permit.ts';
import { type PermitsCopy, writePermits } from './write-permits.ts';

onEachRedis((redis) => {
  const user = (version: number, contacts: number[] = [], blocks: number[] = []): PermitsCopy => ({
    kind: 'user',
    version,
    contacts,
    blocks,
  });
  const group = (version: number, members: number[]): PermitsCopy => ({ kind: 'group', version, members });
  const ask = (from: number, to: number) => readPermit(redis.connection, from, to);

  describe('a newer copy', () => {
    it('writePermits completely replaces an older copy of the permits', async () => {
      const id = redis.newId();
      await writePermits(redis.connection, id, user(1, [5, 6], [7]));
      expect(await writePermits(redis.connection, id, user(2, [6], []))).toBe(true);
      expect(await Promise.all([5, 6, 7].map((from) => ask(from, id)))).toEqual(['stranger', 'friend', 'stranger']);
    });

    it('writePermits does not replace a copy by an older or equal version', async () => {
      const id = redis.newId();
      await writePermits(redis.connection, id, user(10, [5]));
      expect(await writePermits(redis.connection, id, user(9, [6]))).toBe(false);
      expect(await writePermits(redis.connection, id, user(10, [6]))).toBe(false);
      expect(await ask(5, id)).toBe('friend');
      expect(await ask(6, id)).toBe('stranger');
    });

    it('whatever the order of concurrent writers, the newest version of the permits wins', async () => {
      const id = redis.newId();
      const versions = [3, 9, 1, 10, 7, 2, 8, 4, 6, 5];
      const connections = [redis.connection, await redis.open()];
      await Promise.all(
        versions.map((version, i) =>
          writePermits(connections[i % 2] ?? redis.connection, id, group(version, [version])),
        ),
      );
      expect(await readMembers(redis.connection, id)).toEqual([10]);
    });

    it('writePermits supports large version numbers', async () => {
      const id = redis.newId();
      const version = Number.MAX_SAFE_INTEGER - 1;
      expect(await writePermits(redis.connection, id, user(version, [5]))).toBe(true);
      expect(await writePermits(redis.connection, id, user(version, []))).toBe(false);
      expect(await writePermits(redis.connection, id, user(version + 1, []))).toBe(true);
      expect(await ask(5, id)).toBe('stranger');
    });
  });

  it('writePermits stores whether a user hides their presence, until the user shows it or is deleted', async () => {
    const id = redis.newId();
    const { client, keys } = redis.connection;
    const found: number[] = [];
    const write = async (copy: PermitsCopy) => {
      await writePermits(redis.connection, id, copy);
      found.push(await client.exists(keys.hidden(id)));
    };
    await write({ ...user(1), lastSeen: 'friends' } as PermitsCopy);
    await write({ ...user(2), lastSeen: 'everyone' } as PermitsCopy);
    await write({ ...user(3), lastSeen: 'nobody' } as PermitsCopy);
    await write({ kind: 'nobody', version: 4 });
    expect(found).toEqual([1, 0, 1, 0]);
  });

  describe("nobody's id", () => {
    it('Redis caches for a minute that an id belongs to nobody', async () => {
      const id = redis.newId();
      expect(await writePermits(redis.connection, id, { kind: 'nobody' })).toBe(true);
      expect(await ask(5, id)).toBe('nobody');
      const ttl = await redis.connection.client.ttl(redis.connection.keys.copy(id));
      expect(ttl).toBeGreaterThan(50);
      expect(ttl).toBeLessThanOrEqual(60);
    });

    it('writePermits replaces the entry `nobody` (an id without a user) once the id belongs to a user', async () => {
      const id = redis.newId();
      await writePermits(redis.connection, id, { kind: 'nobody' });
      expect(await writePermits(redis.connection, id, user(0, [5]))).toBe(true);
      expect(await ask(5, id)).toBe('friend');
      expect(await redis.connection.client.ttl(redis.connection.keys.copy(id))).toBe(-1);
      expect(await writePermits(redis.connection, id, { kind: 'nobody' })).toBe(false);
      expect(await ask(5, id)).toBe('friend');
    });
  });

  describe('a group that is dissolved', () => {
    it('writePermits sets the kind `nobody` for a dissolved group, and an older version does not restore the group', async () => {
      const id = redis.newId();
      await writePermits(redis.connection, id, group(3, [5, 6]));
      expect(await writePermits(redis.connection, id, { kind: 'nobody', version: 4 })).toBe(true);
      expect(await ask(5, id)).toBe('nobody');
      expect(await readMembers(redis.connection, id)).toEqual([]);
      expect(await writePermits(redis.connection, id, group(3, [5]))).toBe(false);
      expect(await writePermits(redis.connection, id, { kind: 'nobody', version: 4 })).toBe(false);
      expect(await ask(5, id)).toBe('nobody');
      expect(await redis.connection.client.ttl(redis.connection.keys.copy(id))).toBeGreaterThan(60);
    });

    it('writePermits restores the permits of a dissolved group with a newer version', async () => {
      const id = redis.newId();
      await writePermits(redis.connection, id, group(5, [5]));
      expect(await writePermits(redis.connection, id, { kind: 'nobody', version: 4 })).toBe(false);
      expect(await ask(5, id)).toBe('member');
    });
  });

  it.each([999, 1000, 1001, 5000])('writePermits completely copies permits with lists of %i users', async (length) => {
    const id = redis.newId();
    const contacts = Array.from({ length }, (_, i) => 1_000_000 + i);
    const blocks = Array.from({ length }, (_, i) => 2_000_000 + i);
    await writePermits(redis.connection, id, user(1, contacts, blocks));
    const { client, keys } = redis.connection;
    expect((await client.smembers(keys.contacts(id))).map(Number).sort()).toEqual(contacts);
    expect((await client.smembers(keys.blocks(id))).map(Number).sort()).toEqual(blocks);
    await writePermits(redis.connection, id + 64_000, group(1, contacts));
    expect((await readMembers(redis.connection, id + 64_000)).sort()).toEqual(contacts);
  });
});
