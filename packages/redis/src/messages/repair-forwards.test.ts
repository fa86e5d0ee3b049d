import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { accept } from './accept.ts';
import { mutate } from './mutate.ts';
import { repairForwards } from './repair-forwards.ts';

/** Imitates a process that dies between accepting a message at home and forwarding it. */
const dying = (connection: RedisConnection): RedisConnection => ({
  ...connection,
  run: (script, keys, args) =>
    script.name === 'forward' ? Promise.reject(new Error('dead')) : connection.run(script, keys, args),
});

onEachRedis((redis) => {
  const send = (connection: RedisConnection, from: number, to: number, ref: string, members?: number[]) =>
    accept(connection, {
      from,
      to,
      ref,
      body: `{"type":"text","text":"${ref}\\n"}`,
      record: true,
      ...(members && { members }),
    });
  const refs = async (user: number) =>
    (await readInbox(redis.connection, user)).map(({ event }) =>
      (event as { body?: { text?: string } }).body?.text?.trim(),
    );
  const kept = (id: number) =>
    redis.connection.client.hlen(redis.connection.keys.forwards(redis.connection.keys.bucket(id)));
  /** Runs the repair twice, as a recorder does. */
  const finish = async (home: number) => {
    const bucket = redis.connection.keys.bucket(home);
    await repairForwards(redis.connection, bucket, await repairForwards(redis.connection, bucket, new Set()));
  };

  describe('a message whose process died before it was everywhere', () => {
    it('repairForwards delivers the messages of a crashed process once and in order, and only the sender gets the ref', async () => {
      const [a, b] = [redis.newId(), redis.newId()];
      await send(redis.connection, a, b, '0');
      for (const ref of ['1', '2']) await send(dying(redis.connection), a, b, ref).catch(() => {});
      const broken = redis.connection.clustered ? ['0'] : ['0', '1', '2'];
      expect([await refs(a), await refs(b)]).toEqual([['0', '1', '2'], broken]);
      await finish(a);
      await finish(a);
      expect([await refs(a), await refs(b)]).toEqual([
        ['0', '1', '2'],
        ['0', '1', '2'],
      ]);
      expect((await readInbox(redis.connection, b)).map(({ event }) => event)).not.toContainEqual(
        expect.objectContaining({ ref: expect.anything() }),
      );
      // A resend still creates no second message.
      expect((await send(redis.connection, a, b, '1')).duplicate).toBe(true);
      expect(await refs(b)).toEqual(['0', '1', '2']);
      await waitFor(async () => (await kept(a)) === 0);
    });

    it('the first call of repairForwards repairs nothing, because the pending messages might be in flight', async () => {
      const [a, b] = [redis.newId(), redis.newId()];
      await send(dying(redis.connection), a, b, '1').catch(() => {});
      const seen = await repairForwards(redis.connection, redis.connection.keys.bucket(a), new Set());
      expect(seen.size).toBe(redis.connection.clustered ? 1 : 0);
      expect(await refs(b)).toEqual(redis.connection.clustered ? [] : ['1']);
    });

    it('repairForwards delivers a group message to all members, including the sender', async () => {
      const group = redis.newId();
      const members = Array.from({ length: 5 }, () => redis.newId());
      const sender = members[1] as number;
      await send(dying(redis.connection), sender, group, 'g', members).catch(() => {});
      await finish(group);
      for (const member of members) expect(await refs(member)).toEqual(['g']);
      const own = await readInbox(redis.connection, sender);
      expect(own.map(({ event }) => (event as { ref?: string }).ref)).toEqual(['g']);
    });

    it('the next message to a user delivers pending messages first', async () => {
      const [a, b] = [redis.newId(), redis.newId()];
      await send(redis.connection, a, b, '0');
      for (const ref of ['1', '2']) await send(dying(redis.connection), a, b, ref).catch(() => {});
      await send(redis.connection, a, b, '3');
      expect(await refs(b)).toEqual(['0', '1', '2', '3']);
      await finish(a);
      expect(await refs(b)).toEqual(['0', '1', '2', '3']);
    });

    it('the next message to a group delivers pending messages first, each to the members at the time when it was sent', async () => {
      const group = redis.newId();
      const members = Array.from({ length: 5 }, () => redis.newId());
      const [sender = 0, , late = 0] = members;
      await send(redis.connection, sender, group, '0', members.slice(0, 2));
      await send(dying(redis.connection), sender, group, '1', members.slice(0, 2)).catch(() => {});
      await send(dying(redis.connection), sender, group, '2', members).catch(() => {});
      await send(redis.connection, sender, group, '3', members);
      expect(await refs(sender)).toEqual(['0', '1', '2', '3']);
      expect(await refs(late)).toEqual(['2', '3']);
    });

    it('repairForwards does not let a message overtake one that cannot be repaired', async () => {
      const [a, b] = [redis.newId(), redis.newId()];
      await send(redis.connection, a, b, '0');
      await send(dying(redis.connection), a, b, '1').catch(() => {});
      const home = redis.connection.keys.bucket(a);
      // The first delivery of the repair fails.
      let done = 0;
      const failing: RedisConnection = {
        ...redis.connection,
        run: (script, keys, args) =>
          script.name === 'forward' && done++ === 0
            ? Promise.reject(new Error('unreachable'))
            : redis.connection.run(script, keys, args),
      };
      await send(dying(redis.connection), a, b, '2').catch(() => {});
      const seen = await repairForwards(redis.connection, home, new Set());
      const repair = repairForwards(failing, home, seen);
      if (redis.connection.clustered) await expect(repair).rejects.toThrow('unreachable');
      else await repair;
      expect(['0', '1', '2'].slice(0, (await refs(b)).length)).toEqual(await refs(b));
      await finish(a);
      expect(await refs(b)).toEqual(['0', '1', '2']);
    });
  });

  it('repairForwards delivers a mutation once to the users who lack it', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const { id } = await send(redis.connection, a, b, 'text');
    const event = `{"kind":"recall","id":${id},"conversation":"${a}_${b}"}`;
    const record = { kind: 'recall', user: a, chat: b, id, date: 1 } as const;
    const entries = [a, b].map((user) => ({ user, event }));
    let done = 0;
    // Runs only the script of the home bucket.
    const once: RedisConnection = {
      ...redis.connection,
      run: (...call) => (done++ === 0 ? redis.connection.run(...call) : Promise.reject(new Error('dead'))),
    };
    await mutate(once, { record, recorded: true, recall: id, entries }).catch(() => {});
    const kinds = async (user: number) => (await readInbox(redis.connection, user)).map(({ event: { kind } }) => kind);
    expect(await kinds(b)).toEqual(redis.connection.clustered ? ['message'] : ['message', 'recall']);
    await finish(a);
    await finish(a);
    for (const user of [a, b]) expect(await kinds(user)).toEqual(['message', 'recall']);
    await mutate(redis.connection, { record, recorded: true, recall: id, entries });
    await waitFor(async () => (await kept(a)) === 0);
  });

  it('repairForwards delivers several mutations in the order in which they were accepted', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const made = [1, 2, 3, 4, 5];
    for (const date of made) {
      const event = `{"kind":"edit","id":${date},"conversation":"${a}_${b}","edited":${date}}`;
      const record = { kind: 'edit', user: a, chat: b, id: 1, date, body: {} } as const;
      let done = 0;
      const once: RedisConnection = {
        ...redis.connection,
        run: (...call) => (done++ === 0 ? redis.connection.run(...call) : Promise.reject(new Error('dead'))),
      };
      await mutate(once, { record, recorded: true, entries: [{ user: b, event }] }).catch(() => {});
      const before = Date.now();
      await waitFor(() => Date.now() > before);
    }
    await finish(a);
    expect((await readInbox(redis.connection, b)).map(({ event }) => (event as { edited?: number }).edited)).toEqual(
      made,
    );
  });

  it('repairForwards does not deliver a mutation to inboxes that have a newer one of its kind', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const { id } = await send(redis.connection, a, b, 'text');
    const pin = (connection: RedisConnection, active: boolean) => {
      const event = `{"kind":"pin","chat":${a},"id":${id},"user":${a},"active":${active},"date":1}`;
      const record = { kind: 'pin', user: a, chat: b, id, active, date: 1 } as const;
      return mutate(connection, { record, recorded: true, entries: [{ user: b, event }] });
    };
    let done = 0;
    const dead: RedisConnection = {
      ...redis.connection,
      run: (...call) => (done++ === 0 ? redis.connection.run(...call) : Promise.reject(new Error('dead'))),
    };
    await pin(dead, true).catch(() => {});
    await pin(redis.connection, false);
    await finish(a);
    const events = (await readInbox(redis.connection, b)).map(({ event }) => (event as { active?: boolean }).active);
    expect(events).toEqual([undefined, false]);
    await waitFor(async () => (await kept(a)) === 0);
  });

  it('repairForwards finds no work for messages that have reached every bucket', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    for (const ref of ['1', '2', '3']) await send(redis.connection, b, a, ref);
    await send(redis.connection, a, b, '4');
    await waitFor(async () => (await kept(a)) === 0);
  });
});
