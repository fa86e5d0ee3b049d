import { expireChat, openPool, verifyDatabase } from '@parley/database';
import { type Chat, firstMessageId, type Media, type Message } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, type Product, startServerApi } from '../../test/server-api.ts';
import type { Person } from '../../test/test-api.ts';
import { picture, Uploader } from '../../test/upload.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi({
    ...{ RETENTION: '30d', RETENTION_INTERVAL: '100ms' },
    ...{ INDEX_INTERVAL: '50ms', MEDIA_SWEEP_INTERVAL: '50ms' },
  });
});
afterAll(() => product[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;
const OLD = Date.now() - 31 * DAY_MS;
const RECENT = Date.now() - 29 * DAY_MS;

const text = (text: string) => ({ type: 'text', text });
const message = (id: string, from: string, to: unknown, date: number, more: object = {}) => ({
  ...{ type: 'message', id, from, to, date, body: text(id) },
  ...more,
});
const load = async (...lines: object[]) => {
  const raw = lines.map((line) => JSON.stringify(line)).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  const { body } = await product.api.call<{ imported: number; failed: number }>('post', '/v1/server/imports', {
    ...{ token: apiKey, raw, headers },
  });
  expect(body).toMatchObject({ failed: 0 });
};
const chatOf = async (person: Person, chat: number) =>
  (await person.get<{ items: Chat[] }>('/v1/chats')).body.items.find((each) => each.chat === chat);
const historyOf = async (person: Person, chat: number) =>
  (await person.get<{ items: Message[] }>(`/v1/chats/${chat}/messages?limit=200`)).body.items;
const refsOf = async (person: Person, chat: number) => (await historyOf(person, chat)).map(({ ref }) => ref);
const rowsOf = async (...owners: number[]) => {
  const query = product.api.db.selectFrom('messages').select('id').where('owner_id', 'in', owners);
  return (await query.execute()).length;
};
const faults = async () => {
  const pool = openPool({ url: product.api.config.database.url, maxConnections: 1 });
  const results = await verifyDatabase(pool);
  await pool.end();
  return results.filter((each) => each.faults > 0);
};

describe('retention', () => {
  it('retention deletes both copies of a message after the period, and keeps newer messages', async () => {
    const [ann, ben] = await product.people('r-1', 'r-2');
    await load(
      message('old-1', 'r-1', 'r-2', OLD),
      message('old-2', 'r-2', 'r-1', OLD + 1),
      message('new', 'r-1', 'r-2', RECENT),
    );
    await waitFor(async () => (await rowsOf(ann.id, ben.id)) === 2);
    expect(await historyOf(ann, ben.id)).toMatchObject([{ body: text('new') }]);
    expect(await historyOf(ben, ann.id)).toMatchObject([{ body: text('new') }]);
    expect(await chatOf(ben, ann.id)).toMatchObject({ unread: 1, last: { body: text('new') } });
    expect(await faults()).toEqual([]);
  });

  it('a chat whose messages were all deleted by retention is listed again after the next message', async () => {
    const [ann, ben] = await product.people('r-3', 'r-4');
    await load(message('old', 'r-3', 'r-4', OLD));
    await waitFor(async () => (await rowsOf(ann.id, ben.id)) === 0);
    expect(await chatOf(ben, ann.id)).toBeUndefined();
    await load(message('new', 'r-3', 'r-4', RECENT));
    expect(await chatOf(ben, ann.id)).toMatchObject({ unread: 1, last: { body: text('new') } });
    expect(await faults()).toEqual([]);
  });

  it('group messages that retention deleted are no longer counted as unread', async () => {
    const [ann, ben] = await product.people('r-5', 'r-6', 'r-7');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/rg-1', {
      ...{ name: 'Retained', owner: 'r-5', members: ['r-6', 'r-7'], history: 'all' },
    });
    const to = { group: 'rg-1' };
    await load(
      { type: 'member', group: 'rg-1', user: 'r-5', joined: OLD },
      { type: 'member', group: 'rg-1', user: 'r-6', joined: OLD },
      message('g-1', 'r-5', to, OLD, { mentions: ['r-6'] }),
      message('g-2', 'r-6', to, OLD + 1),
      message('g-3', 'r-5', to, OLD + 2),
      { type: 'read', user: 'r-6', chat: to, date: OLD + 1 },
      message('g-4', 'r-6', to, RECENT),
      message('g-5', 'r-5', to, RECENT + 1),
    );
    await waitFor(async () => (await rowsOf(group.id)) === 2);
    expect(await refsOf(ann, group.id)).toHaveLength(2);
    const chats = [await chatOf(ann, group.id), await chatOf(ben, group.id)];
    expect(chats.map((chat) => [chat?.unread, chat?.mention])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
    expect(await faults()).toEqual([]);
  });

  it('a group stays in the chat list after retention has deleted all its messages', async () => {
    const [ann] = await product.people('r-8');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/rg-2', {
      ...{ name: 'Silent', owner: 'r-8', members: [], history: 'all' },
    });
    await load(
      { type: 'member', group: 'rg-2', user: 'r-8', joined: OLD },
      message('s-1', 'r-8', { group: 'rg-2' }, OLD),
    );
    await waitFor(async () => (await rowsOf(group.id)) === 0);
    expect(await chatOf(ann, group.id)).toMatchObject({ unread: 0, last: null });
    expect(await faults()).toEqual([]);
  });

  it('the retention period of a group overrides the period of the installation', async () => {
    const [ann] = await product.people('r-13');
    const days = async (name: string, retention: number | null) => {
      const given = { name, owner: 'r-13', members: [], history: 'all', retention };
      const { body } = await product.call<{ id: number; retention: number | null }>('put', `/groups/${name}`, given);
      expect(body.retention).toBe(retention);
      await load(
        { type: 'member', group: name, user: 'r-13', joined: OLD - 60 * DAY_MS },
        message(`${name}-1`, 'r-13', { group: name }, OLD - 60 * DAY_MS),
        message(`${name}-2`, 'r-13', { group: name }, OLD),
        message(`${name}-3`, 'r-13', { group: name }, RECENT),
      );
      return body.id;
    };
    const [never, short, long, same] = [
      await days('rg-never', 0),
      await days('rg-short', 7),
      await days('rg-long', 60),
      await days('rg-same', null),
    ];
    const texts = async (group: number) =>
      (await historyOf(ann, group)).map(({ body }) => (body?.type === 'text' ? body.text : ''));
    await expect.poll(() => texts(short)).toEqual([]);
    await expect.poll(() => texts(long)).toEqual(['rg-long-2', 'rg-long-3']);
    await expect.poll(() => texts(same)).toEqual(['rg-same-3']);
    expect(await texts(never)).toHaveLength(3);
    await product.call('put', '/groups/rg-never', { name: 'rg-never', owner: 'r-13', retention: 7 });
    await expect.poll(() => texts(never)).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  it('the retention period of a chat between two users overrides the period of the installation', async () => {
    const [ann, ben, carl] = await product.people('r-14', 'r-15', 'r-16');
    await load(
      message('kept', 'r-14', 'r-15', OLD),
      message('recent', 'r-14', 'r-16', RECENT),
      message('newest', 'r-16', 'r-14', Date.now() - DAY_MS),
    );
    // The period of a chat is set through either participant.
    const set = async (user: Person, chat: Person, retention: number | null) =>
      await product.call('put', `/users/~${user.id}/chats/${chat.id}/retention`, { retention });
    await set(carl, ann, 7);
    await waitFor(async () => (await historyOf(ann, carl.id)).length === 1);
    await waitFor(async () => (await historyOf(carl, ann.id)).length === 1);
    expect((await product.call('get', `/users/r-14/chats/${carl.id}/retention`)).body).toEqual({ retention: 7 });
    await set(ann, carl, null);
    expect((await product.call('get', `/users/r-16/chats/${ann.id}/retention`)).body).toEqual({ retention: null });
    await waitFor(async () => (await rowsOf(ben.id)) === 0);
    await set(ann, ben, 0);
    await load(message('again', 'r-15', 'r-14', OLD + 1));
    const loaded = Date.now();
    await waitFor(async () => {
      const run = await product.api.db.selectFrom('retention_runs').selectAll().executeTakeFirstOrThrow();
      return run.started > loaded && run.finished >= run.started;
    });
    expect(await rowsOf(ben.id)).toBe(1);
    expect(await faults()).toEqual([]);
  });

  it('retention deletes the files of deleted messages, except files that another message contains', async () => {
    const [ann, ben] = await product.people('r-9', 'r-10');
    const uploader = new Uploader(product.api.url, ann);
    const gone = await uploader.send(await picture(8, 8), { name: 'gone.png' });
    const kept = await uploader.send(await picture(9, 9), { name: 'kept.png' });
    const image = ({ id, name, size, mime }: Media) => ({ body: { type: 'image', media: id, name, size, mime } });
    await load(
      message('kept', 'r-9', 'r-10', RECENT, image(kept)),
      message('old', 'r-9', 'r-10', OLD, image(kept)),
      message('gone', 'r-9', 'r-10', OLD + 1, image(gone)),
    );
    const status = async (id: number) => (await uploader.ask('GET', `/v1/media/${id}/info`)).status;
    await waitFor(async () => (await status(gone.id)) === 404);
    expect(await historyOf(ben, ann.id)).toHaveLength(1);
    expect(await status(kept.id)).toBe(200);
  });

  it('retention deletes a segment of the search index once all its messages are deleted', async () => {
    const [ann, cat] = await product.people('r-11', 'r-12');
    const segments = async () => {
      const query = product.api.db.selectFrom('search_index_segments').select(['last_id', 'stale']);
      return await query.where('owner_id', '=', ann.id).execute();
    };
    const many = Array.from({ length: 600 }, (_, n) => message(`many-${n}`, 'r-11', 'r-12', RECENT + n));
    await load(message('first', 'r-12', 'r-11', RECENT + 1000, { body: text('wombat') }), ...many);
    const find = async () => (await ann.get<{ items: unknown[] }>('/v1/search?q=wombat')).body.items.length;
    expect(await find()).toBe(1);
    await waitFor(async () => (await segments()).length > 0);
    const [segment] = await segments();
    const expire = (upTo: number) =>
      product.api.db.transaction().execute((tx) => expireChat(tx, { owner: ann.id, peer: cat.id, upTo }, 1000));
    await expire(firstMessageId(RECENT + 10));
    expect(await segments()).toEqual([{ ...segment, stale: true }]);
    await expire(segment?.last_id ?? 0);
    expect([await segments(), await find()]).toEqual([[], 0]);
  });
});
