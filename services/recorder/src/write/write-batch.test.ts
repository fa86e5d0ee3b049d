import { NotCommitted, writeBatch } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEntry } from '../entries/parse-entry.ts';
import { readJson } from '../entries/read-json.ts';
import { groupMessage, mark, message, recall } from '../testing/entries.ts';
import { Fixture } from '../testing/fixture.ts';

let world: Fixture;
beforeAll(async () => {
  world = await Fixture.open();
});
afterAll(() => world[Symbol.asyncDispose]());

const text = (text: string) => ({ type: 'text', text });

describe('a message between users', () => {
  it("writeBatch inserts a message into both copies, its ref only into the sender's, and updates both chats", async () => {
    const [a, b] = await world.users(2);
    await world.write({ ...message(50, a, b, 'hi'), replyTo: 40, mentions: [a, b], custom: { order: 7 } });
    const common = { id: 50, sender_id: a, body: text('hi'), reply_to: 40, mentions: [a, b], custom: { order: 7 } };
    const untouched = { edited: null, recalled: null, reactions: null };
    expect(await world.message(a, b, 50)).toEqual({ owner_id: a, peer_id: b, ref: 'r50', ...common, ...untouched });
    expect(await world.message(b, a, 50)).toEqual({ owner_id: b, peer_id: a, ref: null, ...common, ...untouched });
    const last = { last_id: 50, last_sender: a, last_body: text('hi'), hidden: false };
    expect(await world.chat(a, b)).toMatchObject({ unread: 0, ...last });
    expect(await world.chat(b, a)).toMatchObject({ unread: 1, ...last });
  });

  it('writeBatch inserts a message to oneself once and does not count it as unread', async () => {
    const [a] = await world.users(1);
    await world.write(message(1, a, a), message(2, a, a));
    expect(await world.chat(a, a)).toMatchObject({ unread: 0, last_id: 2 });
    expect(await world.message(a, a, 1)).toMatchObject({ ref: 'r1' });
  });

  it('writeBatch sets the date of a chat to that of its first message, even if the chat was opened later', async () => {
    const [a, b] = await world.users(2);
    const opened = Date.now();
    await world.pool.query('insert into chats (owner_id, peer_id, updated) values ($1, $2, $3)', [b, a, opened]);
    const id = firstMessageId(opened - 1000);
    await world.write(message(id, a, b));
    expect(await world.chat(b, a)).toMatchObject({ last_id: id, updated: opened - 1000 });
    await world.write(message(id - 5, a, b), mark(a, b, { read: id }));
    expect(await world.chat(b, a)).toMatchObject({ last_id: id, updated: opened - 1000 });
  });

  it('writeBatch stores U+FFFD in place of U+0000, which PostgreSQL rejects', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b, 'x\u0000y \\u0000 😀'));
    expect((await world.message(b, a, 1))?.body).toEqual(text('x\ufffdy \\u0000 😀'));
  });
});

describe('a replay', () => {
  it('writing a batch again changes nothing, even together with new entries', async () => {
    const [a, b, c] = await world.users(3);
    const group = await world.group([a, b, c]);
    const batch = [
      ...[message(10, a, b), message(11, b, a), message(12, a, c), message(13, a, b)],
      ...[groupMessage(10, a, group), groupMessage(11, b, group), mark(c, group, { read: 10 }, true)],
      ...[mark(b, a, { read: 10, delivered: 13 }), recall(a, b, 13, 500)],
    ];
    await world.write(...batch);
    const before = await world.everything();
    await world.write(...batch);
    expect(await world.everything()).toEqual(before);

    await world.write(...batch, message(14, a, b), groupMessage(12, a, group));
    expect(await world.chat(b, a)).toMatchObject({ unread: 2, last_id: 14 });
    expect(await world.groupUnread(group, c)).toBe(2);
  });

  it('writeBatch rolls back the batch of a recorder that lost its lease', async () => {
    const [a, b] = await world.users(2);
    const entry = parseEntry(readJson(JSON.stringify(message(1, a, b))));
    await expect(writeBatch(world.pool, [entry], () => false)).rejects.toThrow(NotCommitted);
    expect(await world.chat(a, b)).toBeUndefined();
    expect(await world.message(a, b, 1)).toBeUndefined();
  });
});

describe('a mark', () => {
  it("a mark advances the user's read mark and the peer's copy of it, and never moves them back", async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b), message(2, a, b), message(3, a, b), mark(b, a, { delivered: 3 }));
    await world.write(mark(b, a, { read: 2 }));
    expect(await world.chat(b, a)).toMatchObject({ unread: 1, read_id: 2, delivered_id: 3 });
    expect(await world.chat(a, b)).toMatchObject({ peer_read_id: 2, peer_delivered_id: 3, read_id: 0 });
    await world.write(mark(b, a, { read: 1, delivered: 1 }));
    expect(await world.chat(b, a)).toMatchObject({ unread: 1, read_id: 2, delivered_id: 3 });
  });

  it('a private read mark is stored only for its user, while the delivered mark is stored for both users', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b), message(2, a, b), mark(b, a, { delivered: 2 }));
    await world.write(mark(b, a, { read: 1 }), { ...mark(b, a, { read: 2 }), private: true });
    expect(await world.chat(b, a)).toMatchObject({ unread: 0, read_id: 2, delivered_id: 2 });
    expect(await world.chat(a, b)).toMatchObject({ peer_read_id: 1, peer_delivered_id: 2 });
  });

  it('a read mark that is in one batch with messages keeps newer messages unread', async () => {
    const [a, b, c] = await world.users(3);
    for (const peer of [b, c]) await world.write(message(1, a, peer), message(2, a, peer), message(3, a, peer));
    await world.write(mark(b, a, { read: 2 }), message(4, a, b), mark(c, a, { read: 3 }), message(4, a, c));
    expect(await world.chat(b, a)).toMatchObject({ unread: 2, read_id: 2 });
    expect(await world.chat(c, a)).toMatchObject({ unread: 1, read_id: 3 });
  });

  it('a read mark that is recorded before its messages covers them, but the chat is listed only when they are recorded', async () => {
    const [a, b] = await world.users(2);
    await world.write(mark(b, a, { read: 2 }));
    expect(await world.chat(b, a)).toMatchObject({ unread: 0, read_id: 2, hidden: true });
    await world.write(message(1, a, b), message(2, a, b), message(3, a, b));
    expect(await world.chat(b, a)).toMatchObject({ unread: 1, hidden: false });
    expect(await world.chat(a, b)).toMatchObject({ peer_read_id: 2, hidden: false });
  });
});

describe('a message to a group', () => {
  it('writeBatch inserts a group message once and counts it as unread for all members except its sender', async () => {
    const users = await world.users(50);
    const [a, b] = users;
    const group = await world.group(users);
    const versions = async () =>
      (
        await world.db
          .selectFrom('group_members')
          .select(['user_id', 'seen_count'])
          .where('group_id', '=', group)
          .execute()
      ).filter((member) => member.user_id !== a && member.seen_count > 0);
    await world.write(groupMessage(10, a, group), groupMessage(11, a, group));
    expect(await world.message(group, group, 10)).toMatchObject({ sender_id: a, ref: 'r10' });
    expect([await world.groupUnread(group, a), await world.groupUnread(group, b)]).toEqual([0, 2]);
    expect(await versions()).toEqual([]);
    expect(await world.chat(b, group)).toBeUndefined();
  });

  it('writeBatch deletes a group message if the group was dissolved before the message is recorded', async () => {
    const [a, b] = await world.users(2);
    const group = await world.group([a, b]);
    await world.write(groupMessage(5, a, group));
    await world.db.updateTable('groups').set({ dissolved: 1 }).where('id', '=', group).execute();
    await world.write(groupMessage(6, b, group), recall(a, group, 5, 9, true), message(7, a, b));
    await world.write(groupMessage(6, b, group));
    expect([await world.message(group, group, 5), await world.message(group, group, 6)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await world.message(a, b, 7)).toBeDefined();
  });

  it('a group message that was accepted before a member joined is not unread for that member', async () => {
    const [a, b, c] = await world.users(3);
    const group = await world.group([a, b]);
    await world.join(group, [c], 20);
    await world.write(groupMessage(19, a, group), groupMessage(20, b, group), groupMessage(21, b, group));
    expect(await world.groupUnread(group, c)).toBe(1);
    expect(await world.groupUnread(group, b)).toBe(1);
    expect(await world.groupUnread(group, a)).toBe(2);
  });
});
