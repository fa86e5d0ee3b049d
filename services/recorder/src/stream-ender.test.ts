import { groupConversation, userConversation } from '@parley/protocol';
import { accept, readStream, writePermits } from '@parley/redis';
import { startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lease } from './lease/lease.ts';
import { StreamEnder } from './stream-ender.ts';
import { testConnection } from './testing/running.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(async () => {
  await redis?.stop();
});

it('StreamEnder ends a stream to a group only once it knows the members, and removes streams whose data is lost', async () => {
  await using link = await testConnection(redis.url, 1);
  const [a, b, group] = [1, 2, 3];
  const lost = Array.from({ length: 100 }, (_, i) => [1, `${userConversation(a, b)}:${i + 1}`]).flat();
  await link.client.zadd(link.keys.streams(0), ...lost);
  const { id, conversation } = await accept(link, {
    ...{ from: a, to: group, ref: 'r', body: '{"type":"text","text":"so far"}', record: true, members: [a, b] },
    stream: { text: '"so far"', idle: 1, time: 9, facts: { chars: 6, record: 1, slot: 's' } },
  });
  expect(conversation).toBe(groupConversation(group));
  let rebuilds = 0;
  const rebuild = async () => {
    rebuilds += 1;
    // PostgreSQL is unavailable at first.
    if (rebuilds > 1) await writePermits(link, group, { kind: 'group', version: 1, members: [a, b] });
  };
  const ender = new StreamEnder(
    link,
    () => [new Lease(0, Number.POSITIVE_INFINITY)],
    rebuild,
    (error) => expect.fail(`${error}`),
  );
  ender.start();
  try {
    expect(await waitFor(async () => (await readStream(link, conversation, id)) === undefined)).toBe(true);
  } finally {
    await ender.stop();
  }
  const events = await link.client.xrange(link.keys.inbox(b), '-', '+');
  expect(events.map(([, [, event = '']]) => JSON.parse(event).kind)).toEqual(['message', 'edit']);
  expect(await link.client.zcard(link.keys.streams(0))).toBe(0);
});
