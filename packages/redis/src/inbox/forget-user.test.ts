import { expect, it } from 'vitest';
import { readPermit } from '../permits/permit.ts';
import { writePermits } from '../permits/write-permits.ts';
import { isRevoked, revokeSession } from '../presence/control.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { append } from './append.ts';
import { forgetUser } from './forget-user.ts';

onEachRedis((redis) => {
  it('forgetUser keeps only the permits and the revoked sessions of the user, and changes no other user', async () => {
    const { connection } = redis;
    const [ann, ben] = [64 * 90 + 1, 64 * 90 + 65];
    for (const user of [ann, ben]) {
      await writePermits(connection, user, { kind: 'user', version: 1, contacts: [5], blocks: [6] });
      await append(connection, [{ user, event: '{}' }]);
    }
    await writePermits(connection, ann, { kind: 'nobody', version: 2 });
    await revokeSession(connection, ann, 's1', Date.now() + 60_000);
    await forgetUser(connection, ann);
    const { client, keys } = connection;
    expect(await client.exists(keys.inbox(ann), keys.contacts(ann), keys.blocks(ann))).toBe(0);
    expect(await client.exists(keys.inbox(ben), keys.contacts(ben), keys.blocks(ben))).toBe(3);
    expect(await readPermit(connection, 5, ann)).toBe('nobody');
    expect(await isRevoked(connection, ann, 's1')).toBe(true);
    await forgetUser(connection, ann);
  });
});
