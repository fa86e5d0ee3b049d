import type { Chat, Problem } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ MAX_DRAFTS: '2' });
});
afterAll(() => api[Symbol.asyncDispose]());

const write = (person: Person, chat: number, body: object) => person.call<Chat>('put', `/v1/chats/${chat}/draft`, body);
const draftsOf = async (person: Person) =>
  (await person.get<{ items: Chat[] }>('/v1/chats')).body.items.map(({ chat, draft }) => [chat, draft?.text]);

describe('a draft', () => {
  it("deleting a draft twice succeeds and sends one event to the writer's other devices", async () => {
    const [ann, ben] = await api.people();
    await write(ann, ben.id, { text: 'not yet' });
    for (let i = 0; i < 2; i += 1) expect((await ann.call('delete', `/v1/chats/${ben.id}/draft`)).status).toBe(204);
    expect((await ann.call<Chat>('put', `/v1/chats/${ben.id}`)).body.draft).toBeUndefined();
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'chat', chat: ben.id, change: 'draft' });
    expect((await ann.call('delete', '/v1/chats/12/draft')).status).toBe(404);
  });

  it("a draft appears only in its writer's chat list, until the draft is emptied", async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    await seedMessages(api.db, [{ from: ben.id, to: ann.id, text: 'hi' }]);
    const body = { name: 'Drafts', members: [ben.id] };
    const group = (await ann.call<{ id: number }>('post', '/v1/groups', body)).body.id;
    const first = await write(ann, ben.id, { text: 'not yet', replyTo: 7, mentions: [ben.id] });
    expect(first.status).toBe(200);
    expect(first.body.draft).toEqual({
      text: 'not yet',
      replyTo: 7,
      mentions: [ben.id],
      updated: expect.any(Number),
    });
    const second = await write(ann, ben.id, { text: 'now' });
    expect(second.body.draft).toEqual({ text: 'now', updated: expect.any(Number) });
    expect(second.body.draft?.updated).toBeGreaterThan(first.body.draft?.updated as number);
    await write(ann, group, { text: 'to all' });
    expect(Object.fromEntries(await draftsOf(ann))).toEqual({ [ben.id]: 'now', [group]: 'to all' });
    expect((await draftsOf(ben)).map(([, text]) => text)).toEqual([undefined, undefined]);
    const drafts = (await api.events(ann)).filter((event) => event.kind === 'chat');
    const change = { kind: 'chat', change: 'draft', updated: expect.any(Number) };
    expect(drafts).toEqual([
      { ...change, chat: ben.id },
      { ...change, chat: group },
    ]);
    await write(ann, ben.id, { text: '' });
    expect(Object.fromEntries(await draftsOf(ann))).toEqual({ [ben.id]: undefined, [group]: 'to all' });
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'chat', chat: ben.id, change: 'draft' });
  });

  it('a draft is deleted when its writer deletes the chat or leaves the group', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const body = { name: 'Left', members: [ben.id] };
    const group = (await ann.call<{ id: number }>('post', '/v1/groups', body)).body.id;
    await write(ben, group, { text: 'unsent' });
    await write(ben, ann.id, { text: 'unsent' });
    await ben.call('post', `/v1/groups/${group}/leave`);
    await ben.call('delete', `/v1/chats/${ann.id}`);
    expect(await api.db.selectFrom('drafts').select('peer_id').where('owner_id', '=', ben.id).execute()).toEqual([]);
  });

  it("a draft above MAX_DRAFTS replaces the writer's oldest draft", async () => {
    const ann = await api.person();
    const peers = [await api.person(), await api.person(), await api.person()];
    for (const { id } of peers) await write(ann, id, { text: 'unsent' });
    const kept = await api.db.selectFrom('drafts').select('peer_id').where('owner_id', '=', ann.id).execute();
    expect(kept.map(({ peer_id }) => peer_id)).toEqual(peers.slice(1).map(({ id }) => id));
  });

  it('the api rejects a draft that is longer than a message can be, or whose chat does not exist', async () => {
    const [ann, ben] = await api.people();
    const { status, body } = await ann.call<Problem>('put', `/v1/chats/${ben.id}/draft`, { text: 'x'.repeat(8001) });
    expect([status, body.errors?.[0]?.path]).toEqual([400, 'text']);
    expect((await write(ann, 12, { text: 'x' })).status).toBe(404);
  });
});
