import { type Message, messageDate, type Problem, type User } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let carl: Person;
let ids: number[];

beforeAll(async () => {
  api = await TestApi.start();
  [ann, ben, carl] = await api.people();
  const texts = Array.from({ length: 9 }, (_, i) => ({
    from: i % 2 ? ben.id : ann.id,
    to: i % 2 ? ann.id : ben.id,
    text: `${i}`,
  }));
  ids = await seedMessages(api.db, texts);
});
afterAll(() => api[Symbol.asyncDispose]());

const read = async (person: Person, peer: Person, query = '') => {
  const { body } = await person.get<{ items: Message[]; more: boolean }>(`/v1/chats/${peer.id}/messages${query}`);
  return { texts: body.items.map((it) => (it.body?.type === 'text' ? it.body.text : '')).join(''), more: body.more };
};

describe('reading messages', () => {
  it.each([
    ['', '012345678', false],
    ['?limit=9', '012345678', false],
    ['?limit=3', '678', true],
    ['?limit=3&before=6', '345', true],
    ['?limit=3&before=3', '012', false],
    ['?limit=3&before=0', '', false],
    ['?limit=3&after=2', '345', true],
    ['?limit=3&after=5', '678', false],
    ['?limit=3&after=8', '', false],
    ['?limit=5&around=4', '23456', true],
    ['?limit=4&around=4', '3456', true],
    ['?limit=5&around=1', '0123', false],
    ['?limit=5&around=8', '678', true],
    ['?limit=1&around=4', '4', true],
  ])('the query "%s" returns the messages "%s" in ascending order', async (query, texts, more) => {
    const asked = query.replace(/(before|after|around)=(\d)/, (_, side, index) => `${side}=${ids[Number(index)]}`);
    expect(await read(ann, ben, asked)).toEqual({ texts, more });
    expect(await read(ben, ann, asked)).toEqual({ texts, more });
  });

  it('a user cannot read messages of other users', async () => {
    expect(await read(carl, ann)).toEqual({ texts: '', more: false });
    expect(await read(carl, ben)).toEqual({ texts: '', more: false });
    expect((await carl.get('/v1/chats/3/messages')).status).toBe(404);
  });

  it('a message is returned with every field, but with the ref only for its sender', async () => {
    const [dora, emil] = await api.people();
    const [id = 0] = await seedMessages(api.db, [
      {
        ...{
          from: dora.id,
          to: emil.id,
          text: 'hi',
          ref: 'c1',
          reply_to: 17,
          edited: 1_800_000_000_000,
          mentions: [emil.id],
        },
        custom: JSON.stringify({ order: 7 }),
        reactions: JSON.stringify({ '👍': { [emil.id]: 5, [dora.id]: -6 }, '🎉': { [dora.id]: -7 } }),
      },
    ]);
    const message = {
      id,
      conversation: `${dora.id}_${emil.id}`,
      from: dora.id,
      to: emil.id,
      date: messageDate(id),
      body: { type: 'text', text: 'hi' },
      replyTo: 17,
      mentions: [emil.id],
      custom: { order: 7 },
      edited: 1_800_000_000_000,
      reactions: [{ emoji: '👍', users: [emil.id] }],
    };
    const items = async (person: Person, peer: Person) =>
      (await person.get<{ items: Message[] }>(`/v1/chats/${peer.id}/messages`)).body.items;
    expect(await items(dora, emil)).toEqual([{ ...message, ref: 'c1' }]);
    expect(await items(emil, dora)).toEqual([message]);
  });

  it('a page of messages lists each user of its mentions, reactions and cards once', async () => {
    const [dora, emil, fay] = await api.people();
    const gus = await api.person();
    const body = JSON.stringify({ type: 'card', user: gus.id });
    const ids = await seedMessages(api.db, [
      { from: dora.id, to: emil.id, text: 'hi', mentions: [emil.id] },
      { from: emil.id, to: dora.id, text: 'hi', reactions: JSON.stringify({ '👍': { [fay.id]: 5 } }) },
      { from: emil.id, to: dora.id, text: 'card' },
    ]);
    await api.db
      .updateTable('messages')
      .set({ body })
      .where('id', '=', ids[2] ?? 0)
      .execute();
    const page = await dora.get<{ users: User[] }>(`/v1/chats/${emil.id}/messages`);
    const brief = ({ session: { user } }: Person) => ({ id: user.id, name: user.name, avatar: user.avatar });
    expect(page.body.users).toEqual([dora, emil, fay, gus].map(brief).sort((x, y) => x.id - y.id));
    const found = await dora.get<{ users: User[] }>('/v1/search?q=hi');
    expect(found.body.users).toEqual([dora, emil, fay].map(brief).sort((x, y) => x.id - y.id));
    const chats = await dora.get<{ users: User[] }>('/v1/chats');
    expect(chats.body.users.map(({ id }) => id)).toContain(emil.id);
  });

  it('a recalled message is returned without its text', async () => {
    const [dora, emil] = await api.people();
    await seedMessages(api.db, [{ from: dora.id, to: emil.id, text: 'oops' }]);
    await api.db
      .updateTable('messages')
      .set({ body: null, recalled: 1_800_000_000_000 })
      .where('owner_id', '=', emil.id)
      .execute();
    const { body } = await emil.get<{ items: Message[] }>(`/v1/chats/${dora.id}/messages`);
    expect(body.items[0]).toMatchObject({ body: null, recalled: 1_800_000_000_000 });
  });

  it.each(['?before=x', '?limit=0', '?limit=201', '?around=-1', '?page=2'])(
    'rejects the query "%s" of messages',
    async (query) => {
      const { status, body } = await ann.get<Problem>(`/v1/chats/${ben.id}/messages${query}`);
      expect(status).toBe(400);
      expect(body.errors).toHaveLength(1);
    },
  );

  it('the api responds history-disabled to requests for messages with HISTORY=relay', async () => {
    await using relay = await TestApi.start({ HISTORY: 'relay' });
    const person = await relay.person();
    const { status, body } = await person.get<Problem>(`/v1/chats/${person.id}/messages`);
    expect([status, body.code]).toEqual([404, 'history-disabled']);
  });
});
