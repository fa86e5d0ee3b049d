import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readMembers } from './members.ts';
import { readPermit, readRelation } from './permit.ts';
import { hasPermits, type PermitsCopy, writePermits } from './write-permits.ts';

onEachRedis((redis) => {
  const user = (version: number, contacts: number[] = [], blocks: number[] = []): PermitsCopy => ({
    kind: 'user',
    version,
    contacts,
    blocks,
  });
  const group = (version: number, members: number[]): PermitsCopy => ({ kind: 'group', version, members });
  const ask = (from: number, to: number) => readPermit(redis.connection, from, to);

  it('readPermit returns `unknown` if Redis has no copy of the permits', async () => {
    const id = redis.newId();
    expect(await ask(5, id)).toBe('unknown');
    expect(await hasPermits(redis.connection, id)).toBe(false);
  });

  it('readPermit distinguishes contacts, strangers and blocked users', async () => {
    const id = redis.newId();
    expect(await writePermits(redis.connection, id, user(1, [5, 6], [6, 7]))).toBe(true);
    expect(await hasPermits(redis.connection, id)).toBe(true);
    const asked = await Promise.all([5, 6, 7, 8].map((from) => ask(from, id)));
    expect(asked).toEqual(['friend', 'blocked', 'blocked', 'stranger']);
  });

  it('readPermit returns `stranger` for everybody if a user has neither contacts nor blocks', async () => {
    const id = redis.newId();
    await writePermits(redis.connection, id, user(1));
    expect(await ask(5, id)).toBe('stranger');
  });

  it('readRelation returns whether a user hides their presence from another user', async () => {
    const id = redis.newId();
    const read = (from: number) => readRelation(redis.connection, from, id);
    const choices = ['everyone', 'friends', 'nobody'] as const;
    const found: unknown[] = [];
    for (const [i, lastSeen] of choices.entries()) {
      await writePermits(redis.connection, id, { kind: 'user', version: i + 1, contacts: [5], blocks: [7], lastSeen });
      found.push(await Promise.all([5, 7, 8].map(read)));
      expect(await ask(5, id)).toBe('friend');
    }
    expect(found).toEqual([
      [{ standing: 'friend' }, { standing: 'blocked' }, { standing: 'stranger' }],
      [
        { standing: 'friend' },
        { standing: 'blocked', hidesPresence: true },
        { standing: 'stranger', hidesPresence: true },
      ],
      [
        { standing: 'friend', hidesPresence: true },
        { standing: 'blocked', hidesPresence: true },
        { standing: 'stranger', hidesPresence: true },
      ],
    ]);
  });

  it('readRelation returns whether a user hides their read marks from another user', async () => {
    const id = redis.newId();
    const found: unknown[] = [];
    for (const [i, lastSeen] of (['everyone', 'friends', 'nobody'] as const).entries()) {
      const choices = { lastSeen, readReceipts: 'nobody' as const };
      await writePermits(redis.connection, id, {
        kind: 'user',
        version: i + 1,
        contacts: [5],
        blocks: [7],
        ...choices,
      });
      found.push(await Promise.all([5, 7].map((from) => readRelation(redis.connection, from, id))));
      expect(await Promise.all([5, 7, 8].map((from) => ask(from, id)))).toEqual(['friend', 'blocked', 'stranger']);
    }
    const [friend, blocked] = ['friend', 'blocked'].map((standing) => ({ standing, hidesReads: true }));
    expect(found).toEqual([
      [friend, blocked],
      [friend, { ...blocked, hidesPresence: true }],
      [
        { ...friend, hidesPresence: true },
        { ...blocked, hidesPresence: true },
      ],
    ]);
  });

  it('readPermit and readMembers return who is a member of a group', async () => {
    const id = redis.newId();
    await writePermits(redis.connection, id, group(1, [5, 6]));
    expect(await ask(5, id)).toBe('member');
    expect(await ask(7, id)).toBe('not-member');
    expect((await readMembers(redis.connection, id)).sort()).toEqual([5, 6]);
    await writePermits(redis.connection, id, group(2, []));
    expect(await ask(5, id)).toBe('not-member');
    expect(await readMembers(redis.connection, id)).toEqual([]);
  });
});
