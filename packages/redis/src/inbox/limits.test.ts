import { expect, it } from 'vitest';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { accept } from '../messages/accept.ts';
import { mutate } from '../messages/mutate.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { acknowledge } from './acknowledge.ts';
import { append } from './append.ts';
import { recover } from './recover.ts';

const GROUP = 64 * 1000;

onEachRedis((redis) => {
  const device = { device: 'phone', limit: 5000 };
  /** Two users of the same bucket as the group. */
  const pair = () => {
    const id = redis.newId() * 64;
    return [id, id + 64 * 100_000] as const;
  };
  const send = (connection: RedisConnection, from: number, to: number, ref: string, text = ref) =>
    accept(connection, { from, to, ref, body: JSON.stringify({ type: 'text', text }), record: false });
  const texts = (page: { events: { event: string }[] }) =>
    page.events
      .map(({ event }) => JSON.parse(event))
      .flatMap(({ kind, body }) => (kind === 'message' ? [body.text] : []));
  const kinds = async (user: number) => (await readInbox(redis.connection, user)).map(({ event }) => event.kind);
  const react = (connection: RedisConnection, user: number, reader: number, id: number, emoji: string, active = true) =>
    mutate(connection, {
      record: { kind: 'react', user, chat: GROUP, group: true, id, date: 1, emoji, active },
      recorded: false,
      entries: [{ user: reader, event: JSON.stringify({ kind: 'react', chat: GROUP, id, user, emoji, active }) }],
    });
  const edit = (user: number, reader: number, id: number, text: string) =>
    mutate(redis.connection, {
      record: { kind: 'edit', user, chat: reader, id, date: 1, body: {} },
      recorded: false,
      entries: [
        { user: reader, event: JSON.stringify({ kind: 'edit', chat: user, id, user, body: { type: 'text', text } }) },
      ],
    });

  it('more reactions of one user than an inbox can hold do not evict unread messages of another user', async () => {
    const [ann, victim] = pair();
    for (const ref of ['1', '2', '3', '4', '5']) await send(redis.connection, ann, victim, ref);
    const { epoch } = await recover(redis.connection, victim, 'latest', device);
    for (let i = 0; i < 1308; i += 1) await react(redis.connection, 7, victim, 4096 + i, '👍');
    const page = await recover(redis.connection, victim, { epoch, offset: 0 }, device);
    expect(texts(page)).toEqual(['1', '2', '3', '4', '5']);
    // The oldest reactions were evicted. The device reads the current reactions from the history.
    expect(page.recovered).toBe(false);
    expect(page.events.length).toBeLessThan(1100);
  });

  it('a full inbox evicts reactions instead of messages and reports the loss, in relay mode as well', async () => {
    const [ann, victim] = pair();
    const connection = await redis.open({ inboxLength: 100 });
    await send(connection, ann, victim, 'unread');
    const { epoch } = await recover(connection, victim, 'latest', device);
    for (let i = 0; i < 250; i += 1) await react(connection, 7, victim, 4096 + i, '👍');
    const page = await recover(connection, victim, { epoch, offset: 0 }, { ...device, relay: true });
    expect(page.recovered).toBe(false);
    expect(texts(page)).toEqual(['unread']);
    const end = { epoch: page.epoch, offset: page.last };
    expect(await recover(connection, victim, end, { ...device, relay: true })).toMatchObject({
      recovered: true,
      events: [],
    });
  });

  it('1,200 edits of one message leave one edit event in the inbox of a reader', async () => {
    const [ann, ben] = pair();
    const { id } = await send(redis.connection, ann, ben, 'stream');
    for (let i = 1; i <= 1200; i += 1) await edit(ann, ben, id, `${i} `.padEnd(1600, 'x'));
    expect(await kinds(ben)).toEqual(['message', 'edit']);
    const used = Number(await redis.connection.client.call('MEMORY', 'USAGE', redis.connection.keys.inbox(ben)));
    expect(used).toBeLessThan(20_000);
    const { epoch } = await recover(redis.connection, ben, 'latest', device);
    const page = await recover(redis.connection, ben, { epoch, offset: 1 }, device);
    expect(page).toMatchObject({ recovered: true, last: 1201 });
    expect(page.events.map(({ offset }) => offset)).toEqual([1201]);
    expect(JSON.parse(page.events[0]?.event ?? '').body.text).toMatch(/^1200 /);
  });

  it("an inbox stores only the newest state of each user's reaction with an emoji", async () => {
    const [ann, ben] = pair();
    for (const active of [true, false, true, false]) await react(redis.connection, ann, ben, 1, '👍', active);
    await react(redis.connection, ann, ben, 1, '🎉');
    const inbox = await readInbox(redis.connection, ben);
    expect(inbox.map(({ offset, event }) => [offset, (event as { active?: boolean }).active])).toEqual([
      [4, false],
      [5, true],
    ]);
  });

  it('an inbox stores only the newest mark of a chat, and drops an older mark that arrives later', async () => {
    const ben = redis.newId();
    const mark = (field: 'read' | 'delivered', id: number) =>
      append(redis.connection, [{ user: ben, event: JSON.stringify({ kind: 'mark', chat: 5, user: 5, [field]: id }) }]);
    await using gateway = await redis.listen(redis.connection.keys.user(ben));
    for (const id of [1, 3, 2]) await mark('read', id);
    await mark('delivered', 2);
    const inbox = await readInbox(redis.connection, ben);
    expect(inbox.map(({ event }) => event)).toEqual([
      { kind: 'mark', chat: 5, user: 5, read: 3 },
      { kind: 'mark', chat: 5, user: 5, delivered: 2 },
    ]);
    expect(await gateway.heard()).toHaveLength(3);
  });

  it('a device that resumes between two replaced marks receives the newest mark', async () => {
    const [ann, ben] = pair();
    const mark = (id: number) =>
      append(redis.connection, [
        { user: ben, event: JSON.stringify({ kind: 'mark', chat: ann, user: ann, read: id }) },
      ]);
    await mark(1);
    const { epoch, last } = await recover(redis.connection, ben, 'latest', device);
    for (let i = 2; i <= 5; i += 1) await mark(i);
    await send(redis.connection, ann, ben, 'unread');
    const page = await recover(redis.connection, ben, { epoch, offset: last }, device);
    expect(page).toMatchObject({ recovered: true });
    expect(page.events.map(({ offset }) => offset)).toEqual([5, 6]);
  });

  it('160 messages of 32 kB do not use more memory than `inboxBytes`, and the inbox reports the loss', async () => {
    const [ann, ben] = pair();
    const connection = await redis.open({ inboxBytes: 1024 * 1024 });
    await send(connection, ann, ben, 'first');
    const { epoch } = await recover(connection, ben, 'latest', device);
    for (let i = 0; i < 160; i += 1) await send(connection, ann, ben, `${i}`, `${i} `.padEnd(32_000, 'x'));
    const used = Number(await connection.client.call('MEMORY', 'USAGE', connection.keys.inbox(ben), 'SAMPLES', '0'));
    expect(used).toBeLessThan(1.1 * 1024 * 1024);
    for (const relay of [false, true]) {
      const page = await recover(connection, ben, { epoch, offset: 0 }, { ...device, relay });
      expect(page.recovered).toBe(false);
      expect(texts(page).at(-1)).toMatch(/^159 /);
      expect(page.events.length).toBeGreaterThan(15);
    }
  });

  it.each([false, true])('with relay %s, a device continues after a loss that was reported to it', async (relay) => {
    const [ann, ben] = pair();
    const connection = await redis.open({ inboxLength: 20 });
    await send(connection, ann, ben, 'first');
    const { epoch } = await recover(connection, ben, 'latest', device);
    for (let i = 0; i < 48; i += 1) {
      const event = { kind: 'edit', chat: ann, id: 4096 + i, user: ann, body: { type: 'text', text: 'edited' } };
      if (i % 3 === 0) await send(connection, ann, ben, `message ${i}`);
      await append(connection, [{ user: ben, event: JSON.stringify(event) }]);
    }
    const options = { ...device, limit: 4, relay };
    let page = await recover(connection, ben, { epoch, offset: 0 }, options);
    expect(page.recovered).toBe(false);
    const lossReported = page.lost;
    const offsets: number[] = [];
    for (let offset = 0; offset < page.last; ) {
      offsets.push(...page.events.map((event) => event.offset));
      offset = offsets.at(-1) ?? 0;
      // A poll does not know that an earlier poll reported the loss. It makes progress
      // nevertheless.
      const poll = await recover(connection, ben, { epoch, offset }, options);
      page = await recover(connection, ben, { epoch, offset }, { ...options, lossReported });
      expect(page).toEqual({ ...poll, recovered: true });
    }
    expect(offsets).toEqual((await readInbox(connection, ben)).map(({ offset }) => offset));
  });

  it('an inbox with too many bytes evicts edits before messages', async () => {
    const [ann, ben] = pair();
    const connection = await redis.open({ inboxBytes: 200_000 });
    await send(connection, ann, ben, 'unread');
    const { epoch } = await recover(connection, ben, 'latest', device);
    for (let i = 0; i < 100; i += 1) {
      const event = JSON.stringify({
        kind: 'edit',
        chat: ann,
        id: 4096 + i,
        user: ann,
        body: { text: 'x'.repeat(8000) },
      });
      await append(connection, [{ user: ben, event }]);
    }
    const page = await recover(connection, ben, { epoch, offset: 0 }, device);
    expect(page.recovered).toBe(false);
    expect(texts(page)).toEqual(['unread']);
  });

  it('in mirror mode, an inbox keeps acknowledged events that might not be in PostgreSQL yet', async () => {
    const [ann, ben] = pair();
    const { connection } = redis;
    for (let i = 1; i <= 300; i += 1) await send(connection, ann, ben, `${i}`);
    const { epoch } = await recover(connection, ben, 'latest', device);
    await acknowledge(connection, ben, 'laptop', { epoch, offset: 10 });
    await acknowledge(connection, ben, 'phone', { epoch, offset: 290 });
    expect(await readInbox(connection, ben)).toHaveLength(300);
    // Messages of the last minute may not be recorded yet.
    await acknowledge(connection, ben, 'laptop', { epoch, offset: 280 });
    expect(await readInbox(connection, ben)).toHaveLength(300);
  });
});
