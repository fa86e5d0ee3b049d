import { expect, it } from 'vitest';
import { forgetUser } from '../inbox/forget-user.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readProfile, writeProfile } from './profile.ts';

onEachRedis((redis) => {
  it('readProfile returns the last written profile, or undefined after forgetUser', async () => {
    const { connection } = redis;
    const user = 64 * 91 + 7;
    expect(await readProfile(connection, user)).toBeUndefined();
    await writeProfile(connection, user, { name: 'Ann', avatar: 'https://example.com/ann.png' });
    expect(await readProfile(connection, user)).toEqual({ name: 'Ann', avatar: 'https://example.com/ann.png' });
    await writeProfile(connection, user, { name: '安', avatar: null });
    expect(await readProfile(connection, user)).toEqual({ name: '安', avatar: null });
    await forgetUser(connection, user);
    expect(await readProfile(connection, user)).toBeUndefined();
  });
});
