import { expect, it } from 'vitest';
import { record } from '../messages/record.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { recordBacklog } from './record-backlog.ts';

onEachRedis((redis) => {
  it('recordBacklog returns the memory that unrecorded entries occupy', async () => {
    const before = await recordBacklog(redis.connection);
    const [user, chat] = [redis.newId(), redis.newId()];
    const body = { type: 'text', text: 'x'.repeat(1000) };
    for (let id = 1; id <= 100; id += 1) {
      await record(redis.connection, { kind: 'edit', user, chat, id, date: 1, body });
    }
    const grown = (await recordBacklog(redis.connection)) - before;
    expect(grown).toBeGreaterThan(100_000);
    expect(grown).toBeLessThan(300_000);
  });
});
