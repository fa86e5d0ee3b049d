import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../connection/redis-connection.ts';
import { recover } from '../inbox/recover.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { MessageRecalled, mutate } from './mutate.ts';
import { knowsPins, PinsFull, PinsUnknown, writePins } from './pins.ts';

const recall = (user: number, chat: number, id: number) => ({ kind: 'recall' as const, user, chat, id, date: 1 });

onEachRedis((redis) => {
  it("mutate records a mutation in the conversation's home bucket and delivers it to users of all buckets", async () => {
    const { connection } = redis;
    const [a, b] = [redis.newId(), redis.newId()];
    const record = recall(a, b, 4096);
    const before = await connection.client.xlen(connection.keys.record(connection.keys.bucket(a)));
    const entries = [a, b].map((user) => ({
      user,
      event: JSON.stringify({ kind: 'recall', user: a, chat: b, id: 4096 }),
    }));
    await mutate(connection, { record, recorded: true, recall: 4096, entries });
    const stream = await connection.client.xrange(connection.keys.record(connection.keys.bucket(a)), '-', '+');
    expect(stream.slice(before).map(([, [, text]]) => JSON.parse(text as string))).toEqual([record]);
    for (const user of [a, b]) {
      expect((await readInbox(connection, user)).map(({ text }) => text)).toEqual([entries[0]?.event]);
      expect(await connection.client.zscore(connection.keys.recalled(user), `${a}_${b}:4096`)).toBe('4096');
    }
  });

  it('mutate rejects an edit, a reaction or a pin of a recalled message, whichever bucket its users are in', async () => {
    const { connection } = redis;
    const [a, b, group] = [redis.newId(), redis.newId(), redis.newId()];
    for (const where of [{ chat: b }, { chat: group, group: true as const }]) {
      const entries = (kind: string) =>
        [a, b].map((user) => ({ user, event: JSON.stringify({ kind, ...where, id: 9 }) }));
      await mutate(connection, {
        record: { ...recall(a, b, 9), ...where },
        recorded: true,
        recall: 9,
        entries: entries('recall'),
      });
      const stream = connection.keys.record(connection.keys.home('group' in where ? `g${group}` : `${a}_${b}`));
      const recorded = await connection.client.xlen(stream);
      const change = { user: a, ...where, id: 9, date: 1 };
      for (const record of [
        { kind: 'edit' as const, ...change, body: {} },
        { kind: 'react' as const, ...change, emoji: 'x', active: false },
        { kind: 'pin' as const, ...change, active: true },
      ])
        await expect(mutate(connection, { record, recorded: true, entries: entries(record.kind) })).rejects.toThrow(
          MessageRecalled,
        );
      expect(await connection.client.xlen(stream)).toBe(recorded);
    }
    for (const user of [a, b])
      expect((await readInbox(connection, user)).map(({ text }) => JSON.parse(text).kind)).toEqual([
        'recall',
        'recall',
      ]);
  });

  it('mutate adds each change to the record stream with a ms of its own, in the order of the calls', async () => {
    const { connection } = redis;
    const [a, b] = [redis.newId(), redis.newId()];
    const stream = connection.keys.record(connection.keys.home(`${a}_${b}`));
    const ids = Array.from({ length: 50 }, (_, i) => i + 1);
    const changes = ids.map((id) => mutate(connection, { record: recall(a, b, id), recorded: true, entries: [] }));
    await Promise.all(changes);
    const entries = (await connection.client.xrange(stream, '-', '+')).filter(([, [, text]]) =>
      text?.includes(`"user":${a}`),
    );
    expect(entries.map(([, [, text]]) => JSON.parse(text as string).id)).toEqual(ids);
    expect(new Set(entries.map(([entry]) => entry.split('-')[0])).size).toBe(ids.length);
  });

  it('Redis stores a limited number of recalls per user, for the time to live of an inbox', async () => {
    const user = redis.newId();
    const connection = await redis.open({ inboxLength: 5, inboxTtl: 1000 });
    const entries = [{ user, event: '{"kind":"recall"}' }];
    for (let id = 1; id <= 30; id += 1) {
      const record = { ...recall(user, 5, id), group: true as const };
      await mutate(connection, { record, recorded: false, recall: id, entries });
    }
    const name = connection.keys.recalled(user);
    expect(await connection.client.zcard(name)).toBe(10);
    expect(await connection.client.zscore(name, 'g5:30')).toBe('30');
    expect(await connection.client.ttl(name)).toBeGreaterThan(990);
  });

  it('mutate counts pins once Redis has a copy of them, and a recall or an unpin reduces the number', async () => {
    const { connection } = redis;
    const [a, b] = [redis.newId(), redis.newId()];
    const conversation = `${a}_${b}`;
    const change = (record: Parameters<typeof mutate>[1]['record']) =>
      mutate(connection, { record, recorded: true, maxPins: 2, entries: [{ user: b, event: '{"kind":"pin"}' }] });
    const pin = (id: number, active = true) => change({ kind: 'pin', user: a, chat: b, id, date: 1, active });
    await expect(pin(1)).rejects.toThrow(PinsUnknown);
    expect(await readInbox(connection, b)).toEqual([]);
    await pin(1, false);
    await writePins(connection, conversation, [1]);
    await writePins(connection, conversation, [1, 2, 3]);
    expect(await knowsPins(connection, conversation)).toBe(true);
    await pin(2);
    await pin(1);
    await expect(pin(3)).rejects.toThrow(PinsFull);
    await change(recall(a, b, 1));
    await pin(3);
    await expect(pin(4)).rejects.toThrow(PinsFull);
    await pin(3, false);
    await pin(4);
  });

  it('mutate delivers a mutation even if the mutation must not be recorded', async () => {
    const { connection } = redis;
    const [a, b] = [redis.newId(), redis.newId()];
    const record = { kind: 'mark' as const, user: a, chat: b, read: 1 };
    await mutate(connection, { record, recorded: false, entries: [{ user: b, event: '{"kind":"mark"}' }] });
    expect(await connection.client.xlen(connection.keys.record(connection.keys.home(`${a}_${b}`)))).toBe(0);
    expect((await recover(connection, b, 'acknowledged', { device: 'd', limit: 9 })).events).toHaveLength(1);
  });
});

describe('a change that was acknowledged', () => {
  let master: RedisServer;
  let replica: RedisServer;
  beforeAll(async () => {
    [master, replica] = await Promise.all([startRedis(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all([master?.stop(), replica?.stop()]);
  });

  it('an acknowledged change survives a fail-over, because a replica has it', async () => {
    const connection = await connectRedis({ url: master.url, replicas: 1 });
    const other = new Redis(replica.url);
    const told = { record: recall(1, 2, 4096), recorded: true, entries: [{ user: 2, event: '{"kind":"recall"}' }] };
    try {
      await expect(mutate(connection, told)).rejects.toThrow('Only 0 of 1 replicas');
      await other.call('REPLICAOF', '127.0.0.1', master.port);
      await waitFor(() => mutate(connection, told).then(() => true), { timeout: 15_000 });
      await master.kill();
      await other.call('REPLICAOF', 'NO', 'ONE');
      expect(await other.xlen(connection.keys.record(1))).toBeGreaterThan(0);
    } finally {
      other.disconnect();
      await connection.close();
    }
  });
});
