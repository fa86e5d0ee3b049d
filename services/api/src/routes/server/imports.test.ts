import { request } from 'node:http';
import { openPool, verifyDatabase } from '@parley/database';
import { type Chat, type Message, type Problem, SYSTEM_USER } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi({
    IMPORT_LINE: '20KiB',
    IMPORT_ERRORS: '14',
    IMPORT_SILENCE: '5s',
    INDEX_INTERVAL: '50ms',
  });
});
afterAll(() => product[Symbol.asyncDispose]());

interface Import {
  id: number;
  state: string;
  lines: number;
  imported: number;
  duplicates: number;
  failed: number;
  errors: { line: number; code: string; message: string }[];
}

const text = (text: string) => ({ type: 'text', text });
const message = (id: string, from: unknown, to: unknown, date: number, more: object = {}) => ({
  ...{ type: 'message', id, from, to, date, body: text(id) },
  ...more,
});
const post = (lines: (object | string)[], query = '') =>
  product.api.call<Import & Problem>('post', `/v1/server/imports${query}`, {
    token: apiKey,
    raw: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
const chatsOf = async (person: Person) => (await person.get<{ items: Chat[] }>('/v1/chats')).body.items;
const historyOf = async (person: Person, chat: number) =>
  (await person.get<{ items: Message[] }>(`/v1/chats/${chat}/messages?limit=200`)).body.items;
const faults = async () => {
  const pool = openPool({ url: product.api.config.database.url, maxConnections: 1 });
  const results = await verifyDatabase(pool);
  await pool.end();
  return results.filter((each) => each.faults > 0);
};

const OLD = Date.UTC(2009, 4, 1, 12);
const RECENT = Date.UTC(2026, 2, 3, 4, 5, 6, 7);

describe('an import of history', () => {
  it('an import writes both copies with original dates and senders, without sending events', async () => {
    const [ann, ben] = await product.people('h-1', 'h-2');
    const before = [await product.api.events(ann), await product.api.events(ben)];
    const lines = [
      message('a', 'h-1', 'h-2', OLD),
      message('b', 'h-2', ann.id, OLD + 1, { replyTo: { id: 'a', date: OLD }, mentions: ['h-1'], custom: { x: 1 } }),
      { type: 'read', user: 'h-1', chat: 'h-2', date: OLD + 1 },
      message('c', 'h-2', 'h-1', RECENT),
      message('d', 'system', 'h-1', RECENT + 1),
    ];
    const { status, body } = await post(lines);
    expect([status, body]).toMatchObject([200, { state: 'done', lines: 5, imported: 4, duplicates: 0, failed: 0 }]);
    const [a, b, c] = await historyOf(ann, ben.id);
    expect([a, b, c]).toMatchObject([
      { from: ann.id, to: ben.id, date: OLD, body: text('a'), ref: 'a' },
      { from: ben.id, to: ann.id, date: OLD + 1, replyTo: a?.id, mentions: [ann.id], custom: { x: 1 } },
      { from: ben.id, date: RECENT, body: text('c') },
    ]);
    expect((await historyOf(ben, ann.id)).map(({ id, date }) => [id, date])).toEqual(
      [a, b, c].map((each) => [each?.id, each?.date]),
    );
    expect(await chatsOf(ann)).toMatchObject([
      { chat: SYSTEM_USER, unread: 1, updated: RECENT + 1 },
      { chat: ben.id, unread: 1, updated: RECENT, last: { id: c?.id, date: RECENT } },
    ]);
    expect(await chatsOf(ben)).toMatchObject([{ chat: ann.id, unread: 1, last: { id: c?.id } }]);
    expect([await product.api.events(ann), await product.api.events(ben)]).toEqual(before);
    expect(await faults()).toEqual([]);

    expect((await post(lines)).body).toMatchObject({ lines: 5, imported: 0, duplicates: 4 });
    expect(await historyOf(ann, ben.id)).toHaveLength(3);
    expect(await faults()).toEqual([]);
  });

  it('members of a group see and count the imported messages sent since they joined', async () => {
    const [ann, ben, cat] = await product.people('h-3', 'h-4', 'h-5');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/hg-1', {
      ...{ name: 'History', owner: 'h-3', members: ['h-4'], history: 'joined' },
    });
    const to = { group: 'hg-1' };
    await product.call('put', '/groups/hg-1/members/h-5', {});
    const { body } = await post([
      { type: 'member', group: 'hg-1', user: 'h-3', joined: OLD },
      { type: 'member', group: 'hg-1', user: 'h-4', joined: OLD + 2 },
      message('1', 'h-3', to, OLD, { mentions: ['h-4'] }),
      message('2', 'h-3', to, OLD + 1),
      message('3', 'h-3', to, OLD + 2),
      message('4', 'h-4', to, OLD + 3),
      message('5', 'h-3', group.id, RECENT),
      { type: 'read', user: 'h-4', chat: to, date: OLD + 3 },
    ]);
    expect(body).toMatchObject({ imported: 5, failed: 0 });
    const shown = async (person: Person) =>
      (await historyOf(person, group.id)).map((each) => (each.body as { text: string }).text);
    expect(await shown(ann)).toEqual(['1', '2', '3', '4', '5']);
    expect(await shown(ben)).toEqual(['3', '4', '5']);
    expect(await shown(cat)).toEqual([]);
    const chats = await Promise.all([ann, ben, cat].map(async (person) => (await chatsOf(person))[0]));
    expect(chats.map((chat) => chat?.unread)).toEqual([1, 1, 0]);
    expect(chats[0]).toMatchObject({ chat: group.id, updated: RECENT, last: { date: RECENT } });
    expect(await faults()).toEqual([]);
  });

  it('imported messages of the same millisecond keep their order, but at most 2,048 of them are accepted', async () => {
    const [ann, ben] = await product.people('h-6', 'h-7');
    const names = Array.from({ length: 30 }, (_, n) => `same-${n}`);
    for (const date of [OLD, RECENT]) {
      const lines = names.map((name) => message(name, 'h-6', 'h-7', date));
      expect((await post(lines)).body).toMatchObject({ imported: 30, duplicates: 0 });
      expect((await post(lines.slice(10))).body).toMatchObject({ imported: 0, duplicates: 20 });
    }
    const found = await historyOf(ben, ann.id);
    expect(found.map((each) => (each.body as { text: string }).text)).toEqual([...names, ...names]);
    expect(found.every(({ date }) => (date >= OLD && date < OLD + 10) || date === RECENT)).toBe(true);
    const full = Array.from({ length: 2049 }, (_, n) => message(`full-${n}`, 'h-6', 'h-7', RECENT + 5));
    const { body } = await post(full);
    expect(body).toMatchObject({ imported: 2048, failed: 1, errors: [{ line: 2049, code: 'conflict' }] });
  });

  it('a second import does not restore messages that their sender deleted', async () => {
    const [ann, ben] = await product.people('h-8', 'h-9');
    const lines = [message('gone', 'h-8', 'h-9', RECENT), message('kept', 'h-9', 'h-8', RECENT)];
    await post(lines);
    await product.api.db.deleteFrom('messages').where('owner_id', '=', ann.id).where('ref', '=', 'gone').execute();
    expect((await post(lines)).body).toMatchObject({ imported: 0, duplicates: 2 });
    expect(await historyOf(ann, ben.id)).toHaveLength(1);
  });

  it('an import lists the lines that it refuses, and imports all other lines', async () => {
    const [ann, ben] = await product.people('h-10', 'h-11', 'h-12');
    await product.call('put', '/groups/hg-2', { name: 'Closed', owner: 'h-10', members: [] });
    const deep = `{"type":"message","id":"x","custom":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`;
    const { status, body } = await post([
      '{"type":"message",',
      '',
      message('future', 'h-10', 'h-11', Date.now() + 60_000),
      message('unknown', 'nobody', 'h-11', RECENT),
      message('no-group', 'h-10', { group: 'nothing' }, RECENT),
      message('stranger', 'h-11', { group: 'hg-2' }, RECENT),
      message('long', 'h-10', 'h-11', RECENT, { body: text('x'.repeat(30_000)) }),
      deep,
      message('body', 'h-10', 'h-11', RECENT, { body: { type: 'text' } }),
      message('field', 'h-10', 'h-11', RECENT, { colour: 'red' }),
      message('null', 'h-10', 'h-11', RECENT, { body: text('a\0b') }),
      message('date', 'h-10', 'h-11', -1),
      JSON.stringify(message('number', 'h-10', 'h-11', RECENT, { custom: { a: 0 } })).replace('"a":0', '"a":1e400'),
      message('surrogate', 'h-10', 'h-11', RECENT, { custom: { a: '\ud800' } }),
      { type: 'read', user: 'h-10', chat: { group: 'hg-2' }, date: Date.now() + 60_000 },
      { type: 'member', group: 'hg-2', user: 'h-11', joined: OLD },
      { type: 'poll' },
      message('good', 'h-10', 'h-11', RECENT),
    ]);
    expect([status, body.lines, body.imported, body.failed]).toEqual([200, 18, 1, 16]);
    expect(body.errors.map(({ line, code }) => [line, code])).toEqual([
      [1, 'bad-request'],
      [3, 'bad-request'],
      [4, 'not-found'],
      [5, 'not-found'],
      [6, 'not-member'],
      [7, 'too-large'],
      [8, 'bad-request'],
      [9, 'bad-request'],
      [10, 'bad-request'],
      [11, 'bad-request'],
      [12, 'bad-request'],
      [13, 'bad-request'],
      [14, 'bad-request'],
      [15, 'bad-request'],
    ]);
    expect(body.errors[0]?.message).toBe('The line is not JSON.');
    expect(body.errors[8]?.message).toBe('colour: Unknown field');
    expect(await historyOf(ben, ann.id)).toHaveLength(1);
  });

  it('an import whose body breaks off keeps the lines that arrived, and another request can continue it', async () => {
    const [ann, ben] = await product.people('h-13', 'h-14');
    const lines = Array.from({ length: 2500 }, (_, n) => message(`cut-${n}`, 'h-13', 'h-14', OLD + n * 1000));
    const body = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' };
    const broken = request(`${product.api.url}/v1/server/imports`, { method: 'POST', headers });
    broken.on('error', () => {});
    broken.write(body.slice(0, body.indexOf('"cut-1200"')));
    const latest = async () =>
      (await product.call<{ items: Import[] }>('get', '/imports?limit=1')).body.items[0] as Import;
    await waitFor(async () => (await latest()).state === 'running' && (await latest()).lines === 1000);
    broken.destroy();
    await waitFor(async () => (await latest()).state === 'interrupted');
    expect(await latest()).toMatchObject({ lines: 1200, imported: 1200, failed: 0 });
    const { id } = await latest();
    expect((await product.call<Import>('get', `/imports/${id}`)).body).toMatchObject({ id, lines: 1200 });
    expect((await post(lines, '?skip=1200')).body).toMatchObject({ lines: 2500, imported: 1300, duplicates: 0 });
    expect((await chatsOf(ben))[0]).toMatchObject({ chat: ann.id, unread: 2500 });
  });

  it('a search finds messages that were imported with dates that the index already covered', async () => {
    const [ann] = await product.people('h-15', 'h-16');
    // Imports 600 messages, because the indexer builds a segment only from 512 messages.
    const others = Array.from({ length: 600 }, (_, n) => message(`other-${n}`, 'h-15', 'h-16', RECENT + n));
    await post([message('first', 'h-15', 'h-16', RECENT, { body: text('wombat one') }), ...others]);
    const find = async () => (await ann.get<{ items: unknown[] }>('/v1/search?q=wombat')).body.items.length;
    expect(await find()).toBe(1);
    const horizon = async () =>
      (
        await product.api.db
          .selectFrom('search_indexes')
          .select('horizon_id')
          .where('owner_id', '=', ann.id)
          .executeTakeFirst()
      )?.horizon_id;
    await waitFor(async () => ((await horizon()) ?? 0) > 0);
    await post([message('second', 'h-16', 'h-15', OLD, { body: text('wombat two') })]);
    expect(await find()).toBe(2);
  });
});
