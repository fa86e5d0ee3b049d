import { expect, it } from 'vitest';
import { isRevoked, revokeSession } from './control.ts';
import { forgetUser } from './forget-user.ts';
import { append } from './scripts/append.ts';
import { readPermit } from './scripts/permit.ts';
import { writePermits } from './scripts/write-permits.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  it('leaves nothing of a user but that they are nobody and which sessions ended, and nothing less of others', async () => {
    const { link } = redis;
    const [ann, ben] = [64 * 90 + 1, 64 * 90 + 65];
    for (const user of [ann, ben]) {
      await writePermits(link, user, { kind: 'user', version: 1, contacts: [5], blocks: [6] });
      await append(link, [{ user, event: '{}' }]);
    }
    await writePermits(link, ann, { kind: 'nobody', version: 2 });
    await revokeSession(link, ann, 's1', Date.now() + 60_000);
    await forgetUser(link, ann);
    const { client, keys } = link;
    expect(await client.exists(keys.inbox(ann), keys.contacts(ann), keys.blocks(ann))).toBe(0);
    expect(await client.exists(keys.inbox(ben), keys.contacts(ben), keys.blocks(ben))).toBe(3);
    expect(await readPermit(link, 5, ann)).toBe('nobody');
    expect(await isRevoked(link, ann, 's1')).toBe(true);
    await forgetUser(link, ann);
  });
});
