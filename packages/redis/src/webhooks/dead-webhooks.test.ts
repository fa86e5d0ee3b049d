import { waitFor } from '@parley/stack';
import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { claimWebhooks } from './claim-webhooks.ts';
import { countWebhooks, getDeadWebhook, listDeadWebhooks, removeDeadWebhook } from './dead-webhooks.ts';
import { pushWebhooks } from './push-webhooks.ts';
import { replayWebhook } from './replay-webhook.ts';
import { settleWebhook } from './settle-webhook.ts';

const event = (id: string) => ({ id, text: JSON.stringify({ id, type: 'message.sent', data: { text: '李 "x" ' } }) });
const many = (count: number) => Array.from({ length: count }, (_, i) => event(`e${i}`));

onEachRedis((redis) => {
  const endpoint = () => `endpoint-${redis.newId()}`;
  const push = (to: string, ...ids: string[]) => pushWebhooks(redis.connection, to, ids.map(event), 1000);
  const claim = (to: string, limit = 10, lease = 60_000) => claimWebhooks(redis.connection, to, limit, lease);
  const die = (to: string, id: string, keep = 100) =>
    settleWebhook(redis.connection, to, id, { is: 'dead', attempts: 3, error: 'answered "500"', keep });

  it('the webhook queue passes an event unchanged to a single worker', async () => {
    const to = endpoint();
    await push(to, 'a', 'b');
    const [one, two] = await Promise.all([claim(to), claim(to)]);
    const all = [...one, ...two];
    expect(all.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(all.find(({ id }) => id === 'a')).toEqual({ ...event('a'), failures: 0 });
    expect(await claim(to)).toEqual([]);
  });

  it('the webhook queue accepts an event once, and again after it was delivered', async () => {
    const to = endpoint();
    await push(to, 'a');
    await push(to, 'a', 'a');
    expect(await claim(to)).toHaveLength(1);
    await push(to, 'a');
    expect(await claim(to)).toEqual([]);
    expect(await settleWebhook(redis.connection, to, 'a', { is: 'done' })).toBe(true);
    expect(await settleWebhook(redis.connection, to, 'a', { is: 'done' })).toBe(false);
    await push(to, 'a');
    expect(await claim(to)).toHaveLength(1);
  });

  it('the webhook queue passes the event of a dead worker to another worker after the lease', async () => {
    const to = endpoint();
    await push(to, 'a');
    expect(await claim(to, 1, 50)).toHaveLength(1);
    await waitFor(async () => (await claim(to)).length === 1);
  });

  it('the webhook queue retries a failed event later and counts its attempts', async () => {
    const to = endpoint();
    await push(to, 'a', 'b');
    await claim(to);
    await settleWebhook(redis.connection, to, 'a', { is: 'again', failures: 1, after: 30 });
    await settleWebhook(redis.connection, to, 'b', { is: 'again', failures: 1, after: 60_000 });
    const again = await waitFor(async () => (await claim(to))[0]);
    expect(again).toEqual({ ...event('a'), failures: 1 });
    await settleWebhook(redis.connection, to, 'a', { is: 'again', failures: 2, after: 0 });
    expect(await claim(to)).toEqual([{ ...event('a'), failures: 2 }]);
    expect(await countWebhooks(redis.connection, to)).toEqual({ waiting: 2, dead: 0 });
  });

  it('the webhook queue lists failed events, the newest first, and replays or deletes them', async () => {
    const to = endpoint();
    await push(to, 'a', 'b', 'c');
    await claim(to);
    for (const id of ['a', 'b', 'c']) await die(to, id);
    const listed = await listDeadWebhooks(redis.connection, to, Number.MAX_SAFE_INTEGER, 2);
    expect(listed.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(listed[1]).toEqual({
      id: 'b',
      attempts: 3,
      error: 'answered "500"',
      died: expect.any(Number),
      event: JSON.parse(event('b').text),
    });
    const rest = await listDeadWebhooks(redis.connection, to, listed[1]?.died ?? 0, 2);
    expect(rest.map(({ id }) => id)).toEqual(['a']);

    expect(await replayWebhook(redis.connection, to, 'b')).toBe(true);
    expect(await replayWebhook(redis.connection, to, 'b')).toBe(false);
    const [replayed] = await claim(to);
    expect(replayed).toMatchObject({ id: 'b', failures: 0 });
    expect(JSON.parse(replayed?.text ?? '')).toEqual(JSON.parse(event('b').text));
    expect(await removeDeadWebhook(redis.connection, to, 'c')).toBe(true);
    expect(await removeDeadWebhook(redis.connection, to, 'c')).toBe(false);
    expect(await getDeadWebhook(redis.connection, to, 'c')).toBeUndefined();
    expect(await countWebhooks(redis.connection, to)).toEqual({ waiting: 1, dead: 1 });
  });

  it('the webhook queue stores only the newest failed events', async () => {
    const to = endpoint();
    await push(to, 'a', 'b', 'c', 'd');
    for (const id of ['a', 'b', 'c', 'd']) await die(to, id, 2);
    const kept = await listDeadWebhooks(redis.connection, to, Number.MAX_SAFE_INTEGER, 10);
    expect(kept.map(({ id }) => id)).toEqual(['d', 'c']);
    expect(await getDeadWebhook(redis.connection, to, 'a')).toBeUndefined();
  });

  it('the webhook queue drops and counts events beyond its maximum', async () => {
    const to = endpoint();
    expect(await pushWebhooks(redis.connection, to, many(3), 5)).toBe(0);
    expect(await pushWebhooks(redis.connection, to, many(8), 5)).toBe(3);
    expect((await countWebhooks(redis.connection, to)).waiting).toBe(5);
  });

  it('claimWebhooks claims a thousand events in the order in which they are due', async () => {
    const to = endpoint();
    await pushWebhooks(redis.connection, to, many(1000), 10_000);
    expect(await claim(to, 700)).toHaveLength(700);
    expect(await claim(to, 700)).toHaveLength(300);
  });
});
