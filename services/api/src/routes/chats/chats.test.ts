import type { Chat, Message, Problem } from '@parley/protocol';
import { accept } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const chatsOf = async (person: Person) => (await person.get<{ items: Chat[] }>('/v1/chats')).body.items;
const messagesOf = async (person: Person, peer: Person) =>
  (await person.get<{ items: Message[] }>(`/v1/chats/${peer.id}/messages`)).body.items;
const say = async (from: Person, to: Person, text: string) =>
  (await seedMessages(api.db, [{ from: from.id, to: to.id, text }]))[0] as number;

describe('opening a chat', () => {
  it('opening a chat creates it the first time and returns the same chat afterwards', async () => {
    const [ann, ben] = await api.people();
    const { status, body } = await ann.call<Chat>('put', `/v1/chats/${ben.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      chat: ben.id,
      type: 'user',
      name: ben.session.user.name,
      avatar: null,
      last: null,
      unread: 0,
      read: 0,
      peerRead: 0,
      pinned: false,
      muted: false,
      archived: false,
      updated: expect.any(Number),
    });
    expect((await ann.call<Chat>('put', `/v1/chats/${ben.id}`)).body).toEqual(body);
    expect(await api.db.selectFrom('chats').selectAll().where('owner_id', '=', ben.id).execute()).toEqual([]);
  });

  it('opening a chat with an unknown user responds 404', async () => {
    const ann = await api.person();
    expect((await ann.call('put', '/v1/chats/12')).status).toBe(404);
    expect((await ann.call('patch', '/v1/chats/12', { muted: true })).status).toBe(404);
    expect((await ann.call('delete', '/v1/chats/12')).status).toBe(404);
  });

  it('concurrent requests to open a chat return the same chat', async () => {
    const [ann, ben] = await api.people();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ann.call<Chat>('put', `/v1/chats/${ben.id}`)));
    expect(answers.map((it) => it.status)).toEqual(Array(5).fill(200));
    expect(new Set(answers.map((it) => it.body.updated)).size).toBe(1);
  });
});

describe('the chat list', () => {
  it('the chat list contains the chats that have messages, as their owner sees them, newest first', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await ann.call('patch', `/v1/friends/${ben.id}`, { remark: 'Benny' });
    await ann.call('put', `/v1/chats/${(await api.person()).id}`);
    await say(carl, ann, 'one');
    await say(ann, ben, 'two');
    const id = await say(ben, ann, 'three');
    const list = await chatsOf(ann);
    expect(list.map((chat) => [chat.chat, chat.remark, chat.unread])).toEqual([
      [ben.id, 'Benny', 1],
      [carl.id, undefined, 1],
    ]);
    expect(list[0]?.last).toEqual({
      id,
      conversation: `${ann.id}_${ben.id}`,
      from: ben.id,
      to: ann.id,
      date: expect.any(Number),
      body: { type: 'text', text: 'three' },
    });
    expect((await chatsOf(ben))[0]).toMatchObject({ chat: ann.id, unread: 1, last: { id, from: ben.id, to: ann.id } });
  });

  it('the pages of the chat list contain each chat once', async () => {
    const ann = await api.person();
    const peers = [await api.person(), ...(await api.people()), await api.person()];
    for (const peer of peers) await say(peer, ann, 'hi');
    const seen: number[] = [];
    let after = '';
    do {
      const { body } = await ann.get<{ items: Chat[]; next: string | null }>(`/v1/chats?limit=2${after}`);
      seen.push(...body.items.map((chat) => chat.chat));
      after = body.next === null ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(seen).toEqual(peers.map((peer) => peer.id).reverse());
  });

  it('the chat list shows a recalled message without its text', async () => {
    const [ann, ben] = await api.people();
    await say(ann, ben, 'oops');
    await api.db
      .updateTable('chats')
      .set({ last_body: null, last_recalled: 1_800_000_000_000 })
      .where('owner_id', '=', ben.id)
      .execute();
    expect((await chatsOf(ben))[0]?.last).toMatchObject({ body: null, recalled: 1_800_000_000_000 });
  });
});

describe('pinning and muting', () => {
  it('pinning or muting a chat changes only that setting on all devices and does not move the chat', async () => {
    const [ann, ben, carl] = await api.people();
    await say(ann, ben, 'one');
    await say(ann, carl, 'two');
    const { status, body } = await ann.call<Chat>('patch', `/v1/chats/${ben.id}`, { pinned: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ pinned: true, muted: false });
    expect((await ann.call<Chat>('patch', `/v1/chats/${ben.id}`, { muted: true })).body).toMatchObject({
      pinned: true,
      muted: true,
    });
    expect((await chatsOf(ann)).map((chat) => chat.chat)).toEqual([carl.id, ben.id]);
    // Expects one event, because Redis merges both: each makes clients reload the chat.
    expect(await api.events(ann)).toEqual([{ kind: 'chat', chat: ben.id, change: 'updated' }]);
    expect((await chatsOf(ben))[0]).toMatchObject({ pinned: false, muted: false });
  });

  it.each([
    [{}, ''],
    [{ pinned: 'yes' }, 'pinned'],
    [{ pinned: true, unread: 0 }, 'unread'],
  ])('the api rejects %j as a change of a chat', async (body, path) => {
    const [ann, ben] = await api.people();
    const answer = await ann.call<Problem>('patch', `/v1/chats/${ben.id}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.path).toBe(path);
  });
});

describe('deleting a chat', () => {
  it("deleting a chat deletes only the owner's copy and notifies the owner's other devices", async () => {
    const [ann, ben] = await api.people();
    await say(ann, ben, 'one');
    await say(ben, ann, 'two');
    const before = await chatsOf(ben);
    expect((await ann.call('delete', `/v1/chats/${ben.id}`)).status).toBe(204);
    expect(await chatsOf(ann)).toEqual([]);
    expect(await messagesOf(ann, ben)).toEqual([]);
    expect(await api.events(ann)).toEqual([
      { kind: 'chat', chat: ben.id, change: 'deleted', upTo: expect.any(Number) },
    ]);
    expect(await api.events(ben)).toEqual([]);
    expect(await chatsOf(ben)).toEqual(before);
    expect(await messagesOf(ben, ann)).toHaveLength(2);
  });

  it('deleting a chat deletes any number of messages in the background', async () => {
    const [ann, ben] = await api.people();
    const count = 1203;
    const rows = Array.from({ length: count }, (_, i) => ({
      ...{ owner_id: ann.id, peer_id: ben.id, id: i + 1, sender_id: ben.id, body: '{}' },
      ...{ ref: null, reply_to: null, edited: null, recalled: null, mentions: null, reactions: null },
    }));
    await api.db.insertInto('messages').values(rows).execute();
    await ann.call('delete', `/v1/chats/${ben.id}`);
    await waitFor(
      async () =>
        (await api.db.selectFrom('messages').select('id').where('owner_id', '=', ann.id).execute()).length === 0,
    );
    await waitFor(async () => (await api.db.selectFrom('outbox').select('id').execute()).length === 0);
  });

  it('a new message restores a deleted chat without its old messages', async () => {
    const [ann, ben] = await api.people();
    await say(ben, ann, 'old');
    await ann.call('delete', `/v1/chats/${ben.id}`);
    const { id } = await accept(api.redis, {
      from: ben.id,
      to: ann.id,
      ref: 'r',
      body: '{"type":"text","text":"new"}',
      record: false,
    });
    await api.db
      .insertInto('messages')
      .values({
        ...{ owner_id: ann.id, peer_id: ben.id, id, sender_id: ben.id, body: '{"type":"text","text":"new"}' },
        ...{ ref: null, reply_to: null, edited: null, recalled: null, mentions: null, reactions: null },
      })
      .execute();
    await api.db
      .updateTable('chats')
      .set({ last_id: id, last_sender: ben.id, last_body: '{"type":"text","text":"new"}', unread: 1 })
      .where('owner_id', '=', ann.id)
      .execute();
    expect((await chatsOf(ann)).map((chat) => [chat.chat, chat.unread, chat.last?.id])).toEqual([[ben.id, 1, id]]);
    expect((await messagesOf(ann, ben)).map((message) => message.body)).toEqual([{ type: 'text', text: 'new' }]);
  });

  it('a deleted chat stays empty when messages that were sent earlier are recorded afterwards', async () => {
    const [ann, ben] = await api.people();
    const { id } = await accept(api.redis, {
      from: ben.id,
      to: ann.id,
      ref: 'r',
      body: '{"type":"text","text":"late"}',
      record: false,
    });
    expect((await ann.call('delete', `/v1/chats/${ben.id}`)).status).toBe(204);
    await waitFor(async () => (await api.db.selectFrom('outbox').select('id').execute()).length === 0);
    await api.db
      .insertInto('messages')
      .values({
        ...{ owner_id: ann.id, peer_id: ben.id, id, sender_id: ben.id, body: '{"type":"text","text":"late"}' },
        ...{ ref: null, reply_to: null, edited: null, recalled: null, mentions: null, reactions: null },
      })
      .execute();
    expect(await messagesOf(ann, ben)).toEqual([]);
    expect(await chatsOf(ann)).toEqual([]);
  });
});
