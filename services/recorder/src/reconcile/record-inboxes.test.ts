import { append, connectRedis } from '@parley/redis';
import { createLog } from '@parley/service';
import { startTestRedis } from '@parley/stack';
import { expect, it } from 'vitest';
import { Fixture } from '../testing/fixture.ts';
import { recordInboxes } from './record-inboxes.ts';

it("recordInboxes stores a read mark for the peer only if the peer's inbox contains the mark", async () => {
  await using world = await Fixture.open();
  await using server = await startTestRedis({ cluster: false });
  const redis = await connectRedis({ url: server.url, name: 'test' });
  await using _closed = { [Symbol.asyncDispose]: () => redis.close() };
  const [a, b, c] = await world.users(3);
  await world.db.updateTable('users').set({ privacy: '{"readReceipts":"everyone"}' }).where('id', '=', a).execute();
  const mark = (owner: number, user: number, chat: number, read: number) => ({
    user: owner,
    event: JSON.stringify({ kind: 'mark', chat: owner === user ? chat : user, user, read }),
  });
  await append(redis, [
    ...[mark(a, a, b, 3), mark(b, a, b, 3), mark(a, a, b, 5)],
    // The inbox of the peer is shorter.
    ...[mark(b, b, c, 4)],
  ]);
  const deps = { redis, db: world.db, pool: world.pool, log: createLog({ name: 'test', level: 'silent' }) };
  await recordInboxes(deps);
  expect(await world.chat(a, b)).toMatchObject({ read_id: 5 });
  expect(await world.chat(b, a)).toMatchObject({ peer_read_id: 3 });
  expect(await world.chat(b, c)).toMatchObject({ read_id: 4 });
  expect(await world.chat(c, b)).toMatchObject({ peer_read_id: 4 });
});
