import { firstMessageId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { type ForwardedMessage, forward } from './forward.ts';

onEachRedis((redis) => {
  /** Messages of a conversation. Default: a minute apart. */
  const conversation = (apart = 60_000) => {
    const [from, to] = [redis.newId(), redis.newId()];
    const id = (place: number) => (place === 0 ? 0 : firstMessageId(Date.UTC(2026, 0, 1) + place * apart));
    const message = (place: number): ForwardedMessage => ({
      id: id(place),
      before: () => id(place - 1),
      conversation: `${from}_${to}`,
      from,
      participants: [to],
      event: `{"kind":"message","id":${id(place)},"conversation":"${from}_${to}","body":{}`,
      ref: `"r${place}"`,
    });
    const arrived = async () => {
      const inbox = await readInbox(redis.connection, to);
      return inbox.map(({ event }) => [1, 2, 3, 4, 5].find((place) => id(place) === event.id));
    };
    return { from, to, message, arrived };
  };

  describe('a message forwarded to another bucket', () => {
    it('forward delivers a message once, even if it is called repeatedly and concurrently', async () => {
      const { message, arrived } = conversation();
      await Promise.all([1, 1, 1].map((place) => forward(redis.connection, message(place))));
      await forward(redis.connection, message(2));
      await Promise.all([1, 2, 1, 2].map((place) => forward(redis.connection, message(place))));
      expect(await arrived()).toEqual([1, 2]);
    });

    it('forward waits until the previous message is delivered', async () => {
      const { message, arrived } = conversation(1);
      const sent: Promise<unknown>[] = [];
      for (const place of [3, 2]) {
        sent.push(forward(redis.connection, message(place)));
        // When this resolves, the other call is waiting.
        await redis.connection.client.get(
          redis.connection.keys.arrived(redis.connection.keys.bucket(message(1).participants[0] as number), 'x'),
        );
      }
      expect(await arrived()).toEqual([]);
      await forward(redis.connection, message(1));
      await Promise.all(sent);
      expect(await arrived()).toEqual([1, 2, 3]);
    });

    it('forward delivers a message if an earlier one was lost, and can still deliver the earlier one afterwards', async () => {
      const { message, arrived } = conversation(1);
      await forward(redis.connection, message(1));
      await forward(redis.connection, message(3));
      await forward(redis.connection, message(4));
      expect(await arrived()).toEqual([1, 3, 4]);
      await forward(redis.connection, message(2));
      await forward(redis.connection, message(2));
      expect(await arrived()).toEqual([1, 3, 4, 2]);
    });

    it('forward does not deliver a message twice, even after many other events', async () => {
      const { message, to, arrived } = conversation();
      await forward(redis.connection, message(1));
      await forward(redis.connection, message(2));
      for (let i = 0; i < 120; i += 1)
        await redis.connection.client.xadd(redis.connection.keys.inbox(to), '*', 'e', '{"kind":"mark"}');
      await forward(redis.connection, message(1));
      expect((await arrived()).filter(Boolean)).toEqual([1, 2]);
    });

    it("forward adds the ref (idempotency key) only to the sender's copy of the message", async () => {
      const { message, from, to } = conversation();
      const other = to + 64;
      await forward(redis.connection, { ...message(1), from: to, participants: [other, to] });
      expect((await readInbox(redis.connection, to))[0]?.event.ref).toBe('r1');
      expect((await readInbox(redis.connection, other))[0]?.event.ref).toBeUndefined();
      expect(await readInbox(redis.connection, from)).toEqual([]);
    });

    it('forward returns whether another participant is connected, even when it is repeated', async () => {
      const { message, to } = conversation();
      const { client, keys } = redis.connection;
      await client.hset(keys.online(to), 'gateway', 1);
      expect(await forward(redis.connection, message(1))).toMatchObject({ online: false });
      await using _device = await redis.listen(keys.user(to));
      expect(await forward(redis.connection, message(2))).toMatchObject({ online: true });
      expect(await forward(redis.connection, message(2))).toMatchObject({ online: true });
      expect(await forward(redis.connection, { ...message(3), from: to })).toMatchObject({ online: false });
    });

    it('forward delivers a message although the inbox contains a message of another conversation with the same id', async () => {
      const { message, to, arrived } = conversation();
      const { client, keys } = redis.connection;
      for (const place of [2, 1]) {
        const other = message(place).event.replace(/"conversation":"[^"]+"/, '"conversation":"1_2"');
        await client.xadd(keys.inbox(to), '*', 'e', `${other}}`);
      }
      await forward(redis.connection, message(2));
      await forward(redis.connection, message(1));
      expect((await arrived()).slice(2)).toEqual([2, 1]);
    });

    it('Redis stores for more than a day which message was forwarded last', async () => {
      const { message, to } = conversation();
      await forward(redis.connection, message(1));
      const { client, keys } = redis.connection;
      expect(await client.ttl(keys.arrived(keys.bucket(to), message(1).conversation))).toBeGreaterThan(86_400);
    });
  });
});
