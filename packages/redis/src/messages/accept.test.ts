import { firstMessageId, messageDate } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { writePermits } from '../permits/write-permits.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox, readRecord } from '../test/inbox.ts';
import { accept, type NewMessage } from './accept.ts';
import { SlowModeError } from './slow-mode-error.ts';

const body = (text: string) => JSON.stringify({ type: 'text', text });

const send = (connection: RedisConnection, from: number, to: number, ref: string, more: Partial<NewMessage> = {}) =>
  accept(connection, { from, to, ref, body: body(ref), record: true, ...more });

onEachRedis((redis) => {
  /** Returns two users of one bucket. One script reaches both, also on a Redis Cluster. */
  const neighbours = () => {
    const a = redis.newId();
    return [a, a + 64_000] as const;
  };
  /** Returns two users of different buckets. */
  const strangers = () => [redis.newId(), redis.newId()] as const;
  const pairs = { 'of one bucket': neighbours, 'of two buckets': strangers };

  describe.each(Object.entries(pairs))('a message between two users %s', (_, pair) => {
    it('accept derives the id and the date of a message from the clock of Redis', async () => {
      const [a, b] = pair();
      const before = Date.now();
      const { id, date, duplicate, conversation } = await send(redis.connection, b, a, 'r');
      expect(id).toBeGreaterThanOrEqual(firstMessageId(before));
      expect(id).toBeLessThan(firstMessageId(Date.now() + 1));
      expect(date).toBe(messageDate(id));
      expect(duplicate).toBe(false);
      expect(conversation).toBe(`${a}_${b}`);
    });

    it("accept adds a message to both inboxes and the record stream, and adds the ref (idempotency key) only to the sender's copy", async () => {
      const [a, b] = pair();
      const { id, date, conversation } = await send(redis.connection, b, a, 'r1', { extra: ',"replyTo":7' });
      const event = {
        kind: 'message',
        id,
        conversation,
        from: b,
        to: a,
        date,
        body: { type: 'text', text: 'r1' },
        replyTo: 7,
      };
      expect((await readInbox(redis.connection, a)).map((entry) => entry.event)).toEqual([event]);
      expect((await readInbox(redis.connection, b)).map((entry) => entry.event)).toEqual([{ ...event, ref: 'r1' }]);
      const home = redis.connection.keys.bucket(a);
      expect(await readRecord(redis.connection, home, conversation)).toEqual([{ ...event, ref: 'r1' }]);
    });

    it("accept publishes to each user the event's offset and the same bytes as in the user's inbox", async () => {
      const [a, b] = pair();
      await using hearA = await redis.listen(redis.connection.keys.user(a));
      await using hearB = await redis.listen(redis.connection.keys.user(b));
      await send(redis.connection, a, b, 'r1');
      await send(redis.connection, b, a, 'r2');
      for (const [user, hear] of [
        [a, hearA],
        [b, hearB],
      ] as const) {
        const stored = await readInbox(redis.connection, user);
        expect(stored).toHaveLength(2);
        expect(await hear.heard()).toEqual(
          stored.map(({ cursor, text }) => `{"type":"event","cursor":"${cursor}","event":${text}}`),
        );
      }
    });

    it("accept returns the first message's id for a repeated ref and delivers nothing again", async () => {
      const [a, b] = pair();
      await using hear = await redis.listen(redis.connection.keys.user(b));
      const first = await send(redis.connection, a, b, 'r');
      const again = await send(redis.connection, a, b, 'r', { body: body('other words') });
      expect(again).toEqual({ ...first, duplicate: true });
      expect(await hear.heard()).toHaveLength(1);
      expect(await readInbox(redis.connection, a)).toHaveLength(1);
      expect(await readInbox(redis.connection, b)).toHaveLength(1);
      expect(await readRecord(redis.connection, redis.connection.keys.bucket(a), first.conversation)).toHaveLength(1);
    });

    it('accept treats the same ref from another user as another message', async () => {
      const [a, b] = pair();
      const one = await send(redis.connection, a, b, 'r');
      const other = await send(redis.connection, b, a, 'r');
      expect(other.duplicate).toBe(false);
      expect(other.id).toBeGreaterThan(one.id);
    });

    it('accept returns whether a device of the other user is connected', async () => {
      const [a, b] = pair();
      const ask = async (ref: string) => (await send(redis.connection, a, b, ref)).online;
      const { client, keys } = redis.connection;
      await client.hset(keys.online(a), 'gateway', 1);
      await using _own = await redis.listen(redis.connection.keys.user(a));
      expect(await ask('only the sender is here')).toBe(false);
      await client.hset(keys.online(b), 'gateway', 1);
      expect(await ask('counted, but the gateway is gone')).toBe(false);
      await using _other = await redis.listen(redis.connection.keys.user(b));
      expect(await ask('here')).toBe(true);
      expect(await ask('here')).toBe(true);
      await client.del(keys.online(b));
      expect(await ask('somebody listens, but no device is connected')).toBe(false);
    });

    it('accept does not add a message to the record stream in relay mode', async () => {
      const [a, b] = pair();
      const { conversation } = await send(redis.connection, a, b, 'r', { record: false });
      expect(await readInbox(redis.connection, b)).toHaveLength(1);
      expect(await readRecord(redis.connection, redis.connection.keys.bucket(a), conversation)).toEqual([]);
    });

    it('accept recognises a resend after 200 other messages', async () => {
      const [a, b] = pair();
      const ref = 'c3b9d1a4-5e46-4f0f-9a41-6a3f5d1c2b7e';
      const first = await send(redis.connection, a, b, ref);
      for (let i = 1; i <= 200; i += 1) await send(redis.connection, i % 2 ? b : a, i % 2 ? a : b, `r${i}`);
      expect(await send(redis.connection, a, b, ref)).toMatchObject({ id: first.id, duplicate: true });
      expect(await send(redis.connection, b, a, ref)).toMatchObject({ duplicate: false });
    });

    it('accept removes refs that are older than `refWindow` and keeps newer ones', async () => {
      const [a, b] = pair();
      const { client, keys } = redis.connection;
      const { conversation } = await send(redis.connection, a, b, 'r');
      const idAt = (minutes: number) => (Date.now() - minutes * 60_000 - 1_735_689_600_000) * 4096;
      await client.del(keys.conversation(conversation));
      await client.zadd(keys.conversation(conversation), String(idAt(11)), `${a}:old`, String(idAt(9)), `${a}:new`);
      await send(redis.connection, a, b, 'next');
      expect(await client.zrange(keys.conversation(conversation), '0', '-1')).toEqual([`${a}:new`, `${a}:next`]);
    });

    it('messages from several gateways have the same order without gaps in both inboxes', async () => {
      const [a, b] = pair();
      const connections = [redis.connection, await redis.open()];
      const accepted = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          i % 4 < 2
            ? send(connections[i % 2] as RedisConnection, a, b, `${i}`)
            : send(connections[i % 2] as RedisConnection, b, a, `${i}`),
        ),
      );
      const ids = accepted.map(({ id }) => id).sort((x, y) => x - y);
      expect(new Set(ids).size).toBe(100);
      for (const user of [a, b]) {
        const inbox = await readInbox(redis.connection, user);
        expect(inbox.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
        expect(inbox.map(({ event }) => event.id)).toEqual(ids);
      }
    });
  });

  describe('a message to a group', () => {
    it('a group message reaches each member in order while members join and leave', async () => {
      const [group, a, ...others] = Array.from({ length: 8 }, () => redis.newId()) as [number, number, ...number[]];
      const connections = [redis.connection, await redis.open()];
      const sent = Array.from({ length: 120 }, (_, i) => {
        const members = [a, ...others.filter((_, n) => (i >> 3) % (n + 2) !== 0)];
        const accepted = send(connections[i % 2] as RedisConnection, a, group, `${i}`, { members });
        return accepted.then(({ id }) => ({ id, members }));
      });
      const messages = (await Promise.all(sent)).sort((x, y) => x.id - y.id);
      for (const user of [a, ...others]) {
        const inbox = await readInbox(redis.connection, user);
        const mine = messages.filter(({ members }) => members.includes(user)).map(({ id }) => id);
        expect(inbox.map(({ event }) => event.id)).toEqual(mine);
      }
      const { client, keys } = redis.connection;
      const reach = keys.reach(`g${group}`);
      if (redis.connection.clustered) expect(await client.ttl(reach)).toBeGreaterThan(86_400);
      else expect(await client.exists(reach)).toBe(0);
    });
  });

  describe('ids of a conversation', () => {
    it.each([
      ['a minute', 60_000],
      ['an hour', 3_600_000],
      ['a month', 30 * 86_400_000],
    ])('message ids ascend when the clock steps back by %s', async (_, ms) => {
      const [a, b] = neighbours();
      const { conversation } = await send(redis.connection, a, b, 'before');
      const last = firstMessageId(Date.now() + ms) + 4095;
      await redis.connection.client.zadd(
        redis.connection.keys.conversation(conversation),
        last,
        `${a}:from the future`,
      );
      const next = await send(redis.connection, a, b, 'next');
      expect(next.id).toBe(last + 1);
      expect(next.date).toBe(messageDate(last) + 1);
      expect((await send(redis.connection, b, a, 'after')).id).toBe(last + 2);
    });

    it('accept does not reuse message ids if the clock is slow after a day without messages', async () => {
      const [a, b] = neighbours();
      const name = redis.connection.keys.conversation(`${a}_${b}`);
      await redis.connection.client.zadd(name, firstMessageId(Date.now() + 10 * 86_400_000), `${a}:from the future`);
      await send(redis.connection, a, b, 'next');
      expect(await redis.connection.client.ttl(name)).toBeGreaterThan(11 * 86_400 - 60);
    });

    it('the message ids of the year 2090 are exact numbers', async () => {
      const [a, b] = neighbours();
      const last = firstMessageId(Date.UTC(2090, 0, 1)) + 4094;
      await redis.connection.client.zadd(redis.connection.keys.conversation(`${a}_${b}`), last, `${a}:x`);
      const { id } = await send(redis.connection, a, b, 'r');
      expect(id).toBe(last + 1);
      expect((await readInbox(redis.connection, b))[0]?.text).toContain(`"id":${last + 1},`);
      expect((await send(redis.connection, a, b, 'r')).id).toBe(id);
    });

    it('message ids continue from the clock after Redis has lost the conversation', async () => {
      const [a, b] = neighbours();
      const first = await send(redis.connection, a, b, 'r');
      await redis.connection.client.del(redis.connection.keys.conversation(first.conversation));
      const now = Date.now();
      const next = await send(redis.connection, a, b, 'r');
      expect(next.duplicate).toBe(false);
      expect(next.id).toBeGreaterThanOrEqual(firstMessageId(now));
    });
  });

  it('a resend completes a message that reached only its home bucket', async () => {
    const [a, b] = strangers();
    const first = await send(redis.connection, a, b, 'r');
    await send(redis.connection, a, b, 'later');
    const { client, keys } = redis.connection;
    // Imitates a gateway that dies after the home script.
    await client.xdel(keys.inbox(b), ...(await readInbox(redis.connection, b)).slice(0, 1).map(({ cursor }) => cursor));
    const again = await send(redis.connection, a, b, 'r');
    expect(again).toMatchObject({ id: first.id, duplicate: true });
    await send(redis.connection, a, b, 'r');
    const ids = (await readInbox(redis.connection, b)).map(({ event }) => event.id);
    // On one server one script does everything, so this cannot happen.
    expect(ids.filter((id) => id === first.id)).toHaveLength(redis.connection.clustered ? 1 : 0);
    expect(await readInbox(redis.connection, a)).toHaveLength(2);
  });

  it('accept delivers a message to oneself once and reports that nobody else is connected', async () => {
    const user = redis.newId();
    await redis.connection.client.hset(redis.connection.keys.online(user), 'gateway', 1);
    await using hear = await redis.listen(redis.connection.keys.user(user));
    const { id, conversation, online } = await send(redis.connection, user, user, 'note');
    expect(conversation).toBe(`${user}_${user}`);
    expect(online).toBe(false);
    expect((await readInbox(redis.connection, user)).map(({ event }) => [event.id, event.ref])).toEqual([[id, 'note']]);
    expect(await hear.heard()).toHaveLength(1);
  });

  describe('a message to a group', () => {
    it("a group message reaches each of 150 members once, and only the sender's copy has the ref", async () => {
      const group = redis.newId();
      const members = Array.from({ length: 150 }, () => redis.newId());
      const from = members[40] as number;
      const { id, conversation } = await send(redis.connection, from, group, 'r', { members });
      expect(conversation).toBe(`g${group}`);
      for (const member of members) {
        const inbox = await readInbox(redis.connection, member);
        expect(inbox.map(({ event }) => [event.id, event.to, event.ref])).toEqual([
          [id, group, member === from ? 'r' : undefined],
        ]);
      }
      expect(await readRecord(redis.connection, redis.connection.keys.bucket(group), conversation)).toMatchObject([
        { id, ref: 'r' },
      ]);
      expect(await send(redis.connection, from, group, 'r', { members })).toMatchObject({ id, duplicate: true });
      for (const member of members) expect(await readInbox(redis.connection, member)).toHaveLength(1);
    });

    it("with slow mode, accept rejects a member's next message until the time has passed, but accepts resends and other members", async () => {
      const [group, a, b] = [redis.newId(), redis.newId(), redis.newId()];
      let version = 0;
      const setSlowMode = (seconds: number, exempt: number[] = []) =>
        writePermits(redis.connection, group, {
          ...{ kind: 'group', version: ++version, members: [a, b], slowMode: { seconds, exempt } },
        });
      const say = (from: number, ref: string) =>
        send(redis.connection, from, group, ref, { members: [a, b], permit: 'member' });
      await setSlowMode(3600);
      const { id } = await say(a, 'r1');
      await say(b, 'r1');
      const error = await say(a, 'r2').catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SlowModeError);
      expect((error as SlowModeError).retryAfter).toBeGreaterThan(3_000_000);
      expect(await say(a, 'r1')).toMatchObject({ id, duplicate: true });
      expect(await readInbox(redis.connection, b)).toHaveLength(2);
      // The clock of Redis stepped back by a day.
      const { client, keys } = redis.connection;
      await client.zadd(keys.slow(group), Date.now() + 86_400_000, String(a));
      await setSlowMode(60);
      await expect(say(a, 'r2')).rejects.toMatchObject({ retryAfter: 60_000 });
      // The wait has begun.
      expect(Number(await client.zscore(keys.slow(group), String(a)))).toBeLessThanOrEqual(Date.now());
      expect(await client.pttl(keys.slow(group))).toBeGreaterThan(0);
      await client.zadd(keys.slow(group), Date.now() - 61_000, String(a));
      expect(await say(a, 'r2')).toMatchObject({ duplicate: false });
      await setSlowMode(3600, [a]);
      expect(await say(a, 'r3')).toMatchObject({ duplicate: false });
    });

    it('a sender who is not a member of the group gets no copy of the message', async () => {
      const [group, member, from] = [redis.newId(), redis.newId(), redis.newId()];
      await send(redis.connection, from, group, 'r', { members: [member] });
      expect(await readInbox(redis.connection, from)).toEqual([]);
      expect((await readInbox(redis.connection, member))[0]?.event.ref).toBeUndefined();
    });

    it('accept does not count members who hide their presence as connected', async () => {
      const [group, from, other] = [redis.newId(), redis.newId(), redis.newId()];
      const { client, keys } = redis.connection;
      await client.hset(keys.online(other), 'gateway', 1);
      await using _other = await redis.listen(keys.user(other));
      const ask = async (ref: string) =>
        (await send(redis.connection, from, group, ref, { members: [from, other] })).online;
      const found: boolean[] = [];
      for (const [i, lastSeen] of (['friends', 'nobody', 'everyone'] as const).entries()) {
        await writePermits(redis.connection, other, {
          kind: 'user',
          version: i + 1,
          contacts: [from],
          blocks: [],
          lastSeen,
        });
        found.push(await ask(`r${i}`), await ask(`r${i}`));
      }
      expect(found).toEqual([false, false, false, false, true, true]);
      await client.del(keys.online(other));
      expect(await ask('offline')).toBe(false);
    });

    it('accept records a group message even if the group has no members left', async () => {
      const [group, from] = [redis.newId(), redis.newId()];
      const { id, online } = await send(redis.connection, from, group, 'r', { members: [] });
      expect(online).toBe(false);
      expect(await readRecord(redis.connection, redis.connection.keys.bucket(group), `g${group}`)).toMatchObject([
        { id },
      ]);
    });

    it('concurrent messages of many members have the same order for all members of the group', async () => {
      const group = redis.newId();
      const members = Array.from({ length: 6 }, () => redis.newId());
      const connections = [redis.connection, await redis.open()];
      await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          send(connections[i % 2] as RedisConnection, members[i % 6] as number, group, `${i}`, { members }),
        ),
      );
      const orders = await Promise.all(
        members.map(async (member) => (await readInbox(redis.connection, member)).map(({ event }) => event.id)),
      );
      for (const order of orders) expect(order).toEqual([...(orders[0] as number[])].sort((x, y) => x - y));
    });
  });

  describe('times to live', () => {
    const ttls = (connection: RedisConnection, a: number, b: number) =>
      Promise.all(
        [connection.keys.conversation(`${a}_${b}`), connection.keys.inbox(a), connection.keys.inbox(b)].map((name) =>
          connection.client.ttl(name),
        ),
      );

    it('the first message sets the times to live: over a day for the conversation, `inboxTtl` for the inboxes', async () => {
      const [a, b] = strangers();
      const connection = await redis.open({ inboxTtl: 5000 });
      await send(connection, a, b, 'r');
      const [conversation, one, other] = await ttls(connection, a, b);
      expect(conversation).toBeGreaterThan(86_400);
      for (const ttl of [one, other]) expect(ttl).toBeGreaterThan(4990);
    });

    it('accept renews times to live each hour, so that no key expires within an hour of a message', async () => {
      const [a, b] = neighbours();
      await send(redis.connection, a, b, 'r');
      const { client, keys } = redis.connection;
      const name = keys.conversation(`${a}_${b}`);
      await client.zadd(name, firstMessageId(Date.now() - 3_600_000), `${a}:r`);
      for (const key of [name, keys.inbox(a), keys.inbox(b)]) await client.expire(key, 100);
      await send(redis.connection, a, b, 'next');
      for (const ttl of await ttls(redis.connection, a, b)) expect(ttl).toBeGreaterThan(86_400);
    });

    it('an inbox with a short time to live does not expire within an hour of a message', async () => {
      const [a, b] = neighbours();
      const connection = await redis.open({ inboxTtl: 60 });
      await send(connection, a, b, 'r');
      const [, one, other] = await ttls(connection, a, b);
      expect(Math.min(one as number, other as number)).toBeGreaterThan(3600);
    });

    it('a new inbox gets its time to live even if the conversation is old', async () => {
      const [a, b] = neighbours();
      await send(redis.connection, a, b, 'r1');
      await redis.connection.client.del(redis.connection.keys.inbox(b));
      await send(redis.connection, a, b, 'r2');
      expect(await redis.connection.client.ttl(redis.connection.keys.inbox(b))).toBeGreaterThan(86_400);
    });
  });

  it('accept trims an inbox to about `inboxLength` events and continues its offsets', async () => {
    const [a, b] = neighbours();
    const connection = await redis.open({ inboxLength: 100 });
    for (let i = 0; i < 10; i += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, k) => send(connection, a, b, `${i}.${k}`)));
    }
    const inbox = await readInbox(connection, b);
    expect(inbox.length).toBeGreaterThanOrEqual(100);
    expect(inbox.length).toBeLessThan(300);
    expect(inbox.map(({ offset }) => offset)).toEqual(inbox.map((_, i) => 500 - inbox.length + 1 + i));
  });

  it('an inbox continues its offsets after all its entries were removed', async () => {
    const [a, b] = neighbours();
    for (const ref of ['r1', 'r2']) await send(redis.connection, a, b, ref);
    const before = await readInbox(redis.connection, b);
    await redis.connection.client.xdel(redis.connection.keys.inbox(b), ...before.map(({ cursor }) => cursor));
    await send(redis.connection, a, b, 'r3');
    const [next] = await readInbox(redis.connection, b);
    expect(next?.cursor).toBe(before[1]?.cursor.replace('-2', '-3'));
  });

  it('accept delivers any ref and any body unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }), fc.json(), async (ref, text) => {
        const [a, b] = strangers();
        const { id } = await send(redis.connection, a, b, ref, { body: text });
        const own = (await readInbox(redis.connection, a)).find(({ event }) => event.id === id);
        const other = (await readInbox(redis.connection, b)).find(({ event }) => event.id === id);
        expect(own?.event.ref).toBe(ref);
        expect(own?.text).toContain(`,"body":${text},"ref":`);
        expect(other?.text.endsWith(`,"body":${text}}`)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['"', '\\', '\\"}', "'", ':', '1:2', '{}', '%s %.0f', '\n\r\t\0', 'ä漢字👩‍👩‍👧', '\u2028', ' '])(
    'accept recognises a resend with the ref %j',
    async (ref) => {
      const [a, b] = strangers();
      const first = await send(redis.connection, a, b, ref);
      expect((await readInbox(redis.connection, a))[0]?.event.ref).toBe(ref);
      expect(await send(redis.connection, a, b, ref)).toEqual({ ...first, duplicate: true });
    },
  );

  it('random concurrent sends get one id per ref, and the same id in both inboxes', async () => {
    const connections = [redis.connection, await redis.open()];
    const step = fc.record({
      by: fc.nat({ max: 1 }),
      over: fc.nat({ max: 1 }),
      ref: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 8 }),
        fc.boolean(),
        async (rounds, near) => {
          const users = near ? neighbours() : strangers();
          const ids = new Map<string, number>();
          for (const round of rounds) {
            await Promise.all(
              round.map(async ({ by, over, ref }) => {
                const { id } = await send(
                  connections[over] as RedisConnection,
                  users[by] as number,
                  users[1 - by] as number,
                  ref,
                );
                const known = ids.get(`${by}:${ref}`) ?? id;
                expect(id).toBe(known);
                ids.set(`${by}:${ref}`, id);
              }),
            );
          }
          const expected = [...ids.values()].sort((x, y) => x - y);
          for (const user of users) {
            const inbox = await readInbox(redis.connection, user);
            expect(inbox.map(({ event }) => event.id)).toEqual(expected);
            expect(inbox.map(({ offset }) => offset)).toEqual(expected.map((_, i) => i + 1));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  describe('inbox epochs that a caller cached', () => {
    const offsets = async (user: number) => (await readInbox(redis.connection, user)).map(({ cursor }) => cursor);

    it('an inbox that expired gets a new epoch, although the sender cached the old epoch', async () => {
      const [a, b] = neighbours();
      await send(redis.connection, a, b, 'r1');
      const before = redis.connection.epochs.get(b);
      await redis.connection.client.del(redis.connection.keys.inbox(b));
      // The epoch of an inbox is the ms of its first event.
      await waitFor(() => Date.now() > Number(before));
      await send(redis.connection, a, b, 'r2');
      const epoch = redis.connection.epochs.get(b);
      expect(Number(epoch)).toBeGreaterThan(Number(before));
      await send(redis.connection, a, b, 'r3');
      expect(await offsets(b)).toEqual([`${epoch}-1`, `${epoch}-2`]);
      expect(await redis.connection.client.ttl(redis.connection.keys.inbox(b))).toBeGreaterThan(0);
    });

    it('accept ignores the cached epoch if the inbox has a newer one', async () => {
      const [a, b] = neighbours();
      await send(redis.connection, a, b, 'r1');
      const epoch = redis.connection.epochs.get(b);
      redis.connection.epochs.set(b, '1000');
      await send(redis.connection, a, b, 'r2');
      expect(await offsets(b)).toEqual([`${epoch}-1`, `${epoch}-2`]);
      expect(redis.connection.epochs.get(b)).toBe(epoch);
    });

    it('an inbox on a promoted server gets the newer epoch that the sender cached', async () => {
      const [a, b] = neighbours();
      await send(redis.connection, a, b, 'r1');
      const before = redis.connection.epochs.get(b);
      const epoch = String(Number(before) + 5);
      redis.connection.epochs.set(b, epoch);
      await send(redis.connection, a, b, 'r2');
      await send(redis.connection, a, b, 'r3');
      expect(await offsets(b)).toEqual([`${before}-1`, `${epoch}-2`, `${epoch}-3`]);
    });
  });
});
