import { expect, it } from 'vitest';
import { forgetUser } from './forget-user.ts';
import { readProfile, writeProfile } from './profile.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  it('knows how a user is shown as last said, and nothing of those it was not told of or shall forget', async () => {
    const { link } = redis;
    const user = 64 * 91 + 7;
    expect(await readProfile(link, user)).toBeUndefined();
    await writeProfile(link, user, { name: 'Ann', avatar: 'https://example.com/ann.png' });
    expect(await readProfile(link, user)).toEqual({ name: 'Ann', avatar: 'https://example.com/ann.png' });
    await writeProfile(link, user, { name: '安', avatar: null });
    expect(await readProfile(link, user)).toEqual({ name: '安', avatar: null });
    await forgetUser(link, user);
    expect(await readProfile(link, user)).toBeUndefined();
  });
});
