import { type Message, messageDate, type Problem } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { seedHistory } from '../../../test/seed-history.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { INDEX_VERSION } from '../../search/limits.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ SEARCHES_PER_MINUTE: '100000', INDEX_INTERVAL: '50ms' });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Hit {
  message: Message;
  chat: number;
  type: string;
  name: string;
  hits: [number, number][];
}

async function search(person: Person, q: string, more = ''): Promise<{ items: Hit[]; next: string | null }> {
  const { status, body } = await person.get<{ items: Hit[]; next: string | null }>(
    `/v1/search?q=${encodeURIComponent(q)}${more}`,
  );
  expect(status).toBe(200);
  return body;
}

/** Returns all results, page by page. */
async function searchAll(person: Person, query: string): Promise<Hit[]> {
  const found: Hit[] = [];
  for (let after = ''; ; ) {
    const { status, body } = await person.get<{ items: Hit[]; next: string | null }>(`/v1/search?${query}${after}`);
    expect(status).toBe(200);
    found.push(...body.items);
    if (body.next === null) return found;
    after = `&after=${body.next}`;
  }
}

const textOf = ({ message }: Hit) => (message.body?.type === 'text' ? message.body.text : '');

async function texts(person: Person, q: string, more = ''): Promise<string[]> {
  return (await search(person, q, more)).items.map(textOf);
}

/** Waits until the index of an owner is up to date. */
async function indexed(owner: number): Promise<void> {
  await sql`
    insert into search_indexes (owner_id, version, due) values (${owner}, ${INDEX_VERSION}, 0)
    on conflict (owner_id, version) do update set due = 0`.execute(api.db);
  const row = () =>
    api.db
      .selectFrom('search_indexes')
      .selectAll()
      .where('owner_id', '=', owner)
      .where('version', '=', INDEX_VERSION)
      .executeTakeFirst();
  await waitFor(async () => ((await row())?.due ?? 0) > Date.now() + 3_600_000, { message: 'was not indexed' });
}

const count = async (owner: number) =>
  (await api.db.selectFrom('search_index_segments').select('count').where('owner_id', '=', owner).execute()).map(
    (it) => it.count,
  );

describe('searching', () => {
  it('search returns messages of direct and group chats, newest first; each result contains the chat, its name and the hits', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    const { body: group } = await ann.call<{ id: number }>('post', '/v1/groups', {
      name: 'Rain lovers',
      members: [ben.id],
    });
    const [first = 0, second = 0] = await seedMessages(api.db, [
      { from: ann.id, to: ben.id, text: 'It will rain tomorrow', ref: 'r1' },
      { from: ben.id, to: ann.id, text: '明天下雨，rain!' },
      { from: ben.id, to: carl.id, text: 'no word of rain to ann' },
    ]);
    const [old = 0] = await seedHistory(api.db, group.id, [{ peer: group.id, from: ben.id, text: 'Rain again' }]);
    const { items, next } = await search(ann, 'rain');
    expect(next).toBe(null);
    expect(
      items.map(({ message, ...rest }) => ({ id: message.id, from: message.from, ref: message.ref, ...rest })),
    ).toEqual([
      {
        id: second,
        from: ben.id,
        ref: undefined,
        chat: ben.id,
        type: 'user',
        name: ben.session.user.name,
        hits: [[5, 9]],
      },
      { id: first, from: ann.id, ref: 'r1', chat: ben.id, type: 'user', name: ben.session.user.name, hits: [[8, 12]] },
      { id: old, from: ben.id, ref: undefined, chat: group.id, type: 'group', name: 'Rain lovers', hits: [[0, 4]] },
    ]);
    expect(items[2]?.message.conversation).toBe(`g${group.id}`);
    expect(await texts(ann, '下雨')).toEqual(['明天下雨，rain!']);
    expect(await texts(ann, 'rain', `&chat=${ben.id}`)).toHaveLength(2);
    expect(await texts(ann, 'rain', `&chat=${group.id}`)).toEqual(['Rain again']);
    expect(await texts(carl, 'rain')).toEqual(['no word of rain to ann']);
    expect((await carl.get<Problem>(`/v1/search?q=rain&chat=${group.id}`)).status).toBe(404);
  });

  it('search finds files by name but neither stickers nor recalled messages', async () => {
    const [ann, ben] = await api.people();
    const ids = await seedMessages(api.db, [
      { from: ann.id, to: ben.id, text: 'report' },
      { from: ann.id, to: ben.id, text: 'report of old' },
      { from: ann.id, to: ben.id, text: 'x' },
    ]);
    const set = (id: number | undefined, values: { body: string | null; recalled?: number }) =>
      api.db
        .updateTable('messages')
        .set(values)
        .where('id', '=', id as number)
        .where('owner_id', '=', ann.id)
        .execute();
    await set(ids[0], {
      body: JSON.stringify({ type: 'file', media: 5, name: 'Report 2026.pdf', size: 9, mime: 'a/b' }),
    });
    await set(ids[1], { body: null, recalled: 5 });
    await set(ids[2], { body: JSON.stringify({ type: 'sticker', code: 'report' }) });
    const { items } = await search(ann, 'report');
    expect(items.map(({ message, hits }) => [message.id, hits])).toEqual([[ids[0], [[0, 6]]]]);
  });

  it.each(['%', '_', '\\', "'", '(', '*', '..', '；'])('search treats %s as punctuation', async (sign) => {
    const [ann, ben] = await api.people();
    await seedMessages(api.db, [{ from: ann.id, to: ben.id, text: 'one two' }]);
    expect(await texts(ann, sign)).toEqual([]);
    expect(await texts(ann, `on${sign} tw`)).toEqual(['one two']);
  });

  it.each([
    ['', 'q'],
    ['%20%20', 'q'],
    ['x'.repeat(201), 'q'],
    ['x&limit=0', 'limit'],
    ['x&chat=y', 'chat'],
    ['x&after=y', 'after'],
    ['x&page=2', 'page'],
    ['x&kind=letter', 'kind'],
    ['x&kind=text,', 'kind'],
    ['x&from=y', 'from'],
    ['x&since=-1', 'since'],
    ['x&until=2026-11-26', 'until'],
  ])('the api rejects the search "%s"', async (asked, path) => {
    const { status, body } = await (await api.person()).get<Problem>(`/v1/search?q=${asked}`);
    expect([status, body.errors?.map((it) => it.path)]).toEqual([400, [path]]);
  });

  it.each(['x'.repeat(200), '%00', '%F0%9F%A6%8A', 'a%00b', '天'.repeat(200)])(
    'accepts the search %s and finds nothing',
    async (asked) => {
      const { status, body } = await (await api.person()).get(`/v1/search?q=${asked}`);
      expect([status, body]).toEqual([200, { items: [], next: null, users: [] }]);
    },
  );

  it('the api rejects a search without words and filters', async () => {
    const { status, body } = await (await api.person()).get<Problem>('/v1/search?limit=5');
    expect([status, body.errors?.map((it) => it.path)]).toEqual([400, ['q']]);
  });

  it('the api limits searches per minute', async () => {
    await using strict = await TestApi.start({ SEARCHES_PER_MINUTE: '2', HISTORY: 'mirror' });
    const ann = await strict.person();
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ann.get('/v1/search?q=x')).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('the api responds 404 to a search with HISTORY=relay', async () => {
    await using relay = await TestApi.start({ HISTORY: 'relay' });
    const { status, body } = await (await relay.person()).get<Problem>('/v1/search?q=x');
    expect([status, body.code]).toEqual([404, 'history-disabled']);
  });
});

describe('the search index', () => {
  let ann: Person;
  let ben: Person;
  let carl: Person;
  const size = 17_000;
  const say = (n: number) => `message ${n} ${n % 3 ? '你好' : '再见'} ${n % 2 ? 'odd' : 'even'} n${n % 1000}x`;

  beforeAll(async () => {
    [ann, ben, carl] = await api.people();
    const history = Array.from({ length: size }, (_, n) => ({ peer: n % 10 ? ben.id : carl.id, text: say(n) }));
    await seedHistory(api.db, ann.id, history);
    await indexed(ann.id);
  });

  it('the search index stores 8192 messages per full segment and the remaining ones in a smaller segment', async () => {
    expect(await count(ann.id)).toEqual([8192, 8192, 616]);
  });

  it('an indexed search returns the same pages of messages as an unindexed search, plus newer messages', async () => {
    await seedMessages(api.db, [{ from: ann.id, to: ben.id, text: 'message new odd' }]);
    const all = Array.from({ length: size }, (_, n) => n).reverse();
    const expected = (wanted: (n: number) => boolean) => all.filter(wanted).map(say);
    const pages = async (q: string, more: string) =>
      (await searchAll(ann, `q=${encodeURIComponent(q)}&limit=200${more}`)).map(textOf);
    expect(await pages('n123x', '')).toEqual(expected((n) => n % 1000 === 123));
    expect(await pages('n12', '')).toEqual(expected((n) => `${n % 1000}`.startsWith('12')));
    expect(await pages('再见 even n9', '')).toEqual(
      expected((n) => n % 3 === 0 && n % 2 === 0 && `${n % 1000}`.startsWith('9')),
    );
    expect(await pages('odd', `&chat=${carl.id}`)).toEqual(expected((n) => n % 10 === 0 && n % 2 === 1));
    expect(await pages('even n10x', `&chat=${carl.id}`)).toEqual(expected((n) => n % 1000 === 10));
    expect(await pages('even n10x -你好', '')).toEqual(expected((n) => n % 1000 === 10 && n % 2 === 0 && n % 3 === 0));
    expect(await pages('"odd n123x" 再见', '')).toEqual(expected((n) => n % 1000 === 123 && n % 3 === 0));
    expect(await pages('odd -message', '')).toEqual([]);
    expect(await pages('见再', '')).toEqual([]);
    expect(await texts(ann, '见', '&limit=1')).toEqual([say(16_998)]);
    expect(await texts(ann, 'odd', '&limit=2')).toEqual(['message new odd', say(16_999)]);
  });

  it('search finds an edited message only by its new text, whether or not it is indexed', async () => {
    const [dora, emil] = await api.people();
    const ids = await seedHistory(
      api.db,
      dora.id,
      Array.from({ length: 600 }, (_, n) => ({ peer: emil.id, text: `before${n}` })),
    );
    await indexed(dora.id);
    const change = (n: number, values: object) =>
      api.db
        .updateTable('messages')
        .set(values)
        .where('owner_id', '=', dora.id)
        .where('id', '=', ids[n] as number)
        .execute();
    await change(5, { body: JSON.stringify({ type: 'text', text: 'afterwards' }), edited: Date.now() - 30_000 });
    await change(6, { body: null, recalled: Date.now() - 30_000 });
    const check = async () => {
      expect(await texts(dora, 'before5', '&limit=3')).toEqual(['before599', 'before598', 'before597']);
      expect((await texts(dora, 'before5', '&limit=200')).filter((text) => text.length < 8)).toEqual([]);
      expect(await texts(dora, 'before6 ')).not.toContain('before6');
      expect(await texts(dora, 'afterwards')).toEqual(['afterwards']);
    };
    await check();
    // Simulates that a minute has passed since the edit.
    await change(5, { edited: Date.now() - 3_000_000 });
    await change(6, { recalled: Date.now() - 3_000_000 });
    await api.db.updateTable('search_index_segments').set({ built: 5 }).where('owner_id', '=', dora.id).execute();
    await indexed(dora.id);
    expect(await count(dora.id)).toEqual([599]);
    await check();
  });

  it('search does not find messages of a deleted chat, which are removed from the index', async () => {
    const [dora, emil, finn] = await api.people();
    await seedHistory(
      api.db,
      dora.id,
      Array.from({ length: 1200 }, (_, n) => ({ peer: n % 2 ? emil.id : finn.id, text: `word${n}` })),
    );
    await indexed(dora.id);
    expect(await texts(dora, 'word7', '&limit=1')).toEqual(['word799']);
    await dora.call('delete', `/v1/chats/${emil.id}`);
    expect(await texts(dora, 'word7', '&limit=1')).toEqual(['word798']);
    expect(await texts(dora, 'word7', `&chat=${emil.id}`)).toEqual([]);
    await waitFor(async () => (await count(dora.id))[0] === 600, { message: 'the index still has it' });
    expect(await texts(dora, 'word798')).toEqual(['word798']);
  });

  it('search in a group finds messages since the member joined', async () => {
    const [dora, emil, finn] = await api.people();
    await dora.befriend(emil);
    const { body: group } = await dora.call<{ id: number }>('post', '/v1/groups', {
      name: 'Old ones',
      members: [emil.id],
    });
    const ids = await seedHistory(
      api.db,
      group.id,
      Array.from({ length: 700 }, (_, n) => ({ peer: group.id, from: emil.id, text: `thing${n}` })),
    );
    await indexed(group.id);
    expect(await texts(dora, 'thing69', '&limit=2')).toEqual(['thing699', 'thing698']);
    await api.db
      .updateTable('group_members')
      .set({ joined_id: ids[690] as number })
      .where('user_id', '=', emil.id)
      .execute();
    expect(await texts(emil, 'thing69')).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((n) => `thing69${n}`));
    expect(await texts(finn, 'thing69')).toEqual([]);
    await dora.call('delete', `/v1/groups/${group.id}`);
    expect(await texts(dora, 'thing')).toEqual([]);
    await waitFor(async () => (await count(group.id)).length === 0, { message: 'the index still has it' });
  });

  it('a search with filters finds the same messages before and after indexing, whether or not it contains words', async () => {
    const [dora, emil, finn] = await api.people();
    await dora.befriend(emil);
    const { body: group } = await dora.call<{ id: number }>('post', '/v1/groups', { name: 'Cars', members: [emil.id] });
    const media = (type: string, name: string) => ({ type, media: 5, name, size: 9, mime: 'a/b' });
    const words = Array.from({ length: 600 }, (_, n) => `word${n}`);
    const own = await seedHistory(api.db, dora.id, [
      ...words.map((text, n) => ({ peer: n % 2 ? emil.id : finn.id, from: n % 3 ? dora.id : emil.id, text })),
      { peer: emil.id, text: 'see https://parley.example/a' },
      { peer: emil.id, from: emil.id, text: '', body: media('image', 'cat.png') },
      { peer: emil.id, from: emil.id, text: '', body: media('video', 'cat.mp4') },
      { peer: finn.id, text: '', body: media('file', 'Gruß.pdf') },
      { peer: emil.id, text: '', body: { type: 'sticker', code: 'cat' } },
    ]);
    const cars = await seedHistory(api.db, group.id, [
      ...words.map((text) => ({ peer: group.id, from: emil.id, text })),
      { peer: group.id, from: dora.id, text: '', body: media('image', 'car.png') },
    ]);
    const dateOf = (id = 0) => messageDate(id);
    const find = async (query: string) =>
      (await searchAll(dora, query)).map(({ message: { body }, hits }) =>
        body?.type === 'text' ? body.text : body && 'name' in body ? `${body.name}${hits.length}` : body?.type,
      );
    const check = async () => {
      expect((await find('kind=image,video')).sort()).toEqual(['car.png0', 'cat.mp40', 'cat.png0']);
      expect(await find(`kind=image&chat=${emil.id}`)).toEqual(['cat.png0']);
      expect(await find(`kind=image&chat=${group.id}`)).toEqual(['car.png0']);
      expect(await find(`kind=image&from=${dora.id}`)).toEqual(['car.png0']);
      expect(await find(`kind=file&chat=${emil.id}`)).toEqual([]);
      expect(await find('kind=file&q=gru')).toEqual(['Gruß.pdf1']);
      expect(await find('kind=sticker')).toEqual(['sticker']);
      expect(await find('kind=link')).toEqual(['see https://parley.example/a']);
      expect(await find('q=cat&kind=image')).toEqual(['cat.png1']);
      expect(await find(`q=word59&from=${emil.id}&chat=${emil.id}`)).toEqual(['word597', 'word591']);
      const range = `since=${dateOf(own[100])}&until=${dateOf(own[104])}`;
      expect(await find(`${range}&chat=${emil.id}`)).toEqual(['word103', 'word101']);
      expect(await find(`${range}&q=word10&from=${emil.id}&limit=1`)).toEqual(['word102']);
      expect(await find(`chat=${group.id}&since=${dateOf(cars[598])}`)).toEqual(['car.png0', 'word599', 'word598']);
      expect(await find(`chat=${group.id}&since=${dateOf(cars[598])}&q=-word599`)).toEqual(['car.png0', 'word598']);
    };
    await check();
    await Promise.all([indexed(dora.id), indexed(group.id)]);
    expect([await count(dora.id), await count(group.id)]).toEqual([[605], [601]]);
    await check();
  });

  it('search finds all messages while the index of an earlier release is replaced', async () => {
    const [dora, emil] = await api.people();
    const texts = Array.from({ length: 600 }, (_, n) => ({ peer: emil.id, text: `café${n}` }));
    const ids = await seedHistory(api.db, dora.id, texts);
    const [last = 0] = ids.slice(-1);
    const rest = [5, '{}', '[["a",0]]', Buffer.of(), Buffer.of()] as const;
    await sql`insert into search_owners (owner_id, horizon_id, searched, due) values (${dora.id}, ${last}, 5, 5)`.execute(
      api.db,
    );
    await sql`
      insert into search_segments (owner_id, last_id, first_id, count, built, peers, fences, postings, ids)
      values (${dora.id}, ${last}, ${ids[0]}, 600, ${rest[0]}, ${rest[1]}, ${rest[2]}, ${rest[3]}, ${rest[4]})`.execute(
      api.db,
    );
    await api.db
      .insertInto('search_indexes')
      .values({ owner_id: dora.id, version: 1, horizon_id: last, due: null })
      .execute();
    expect(await searchAll(dora, 'q=cafe59')).toHaveLength(11);
    await waitFor(async () => (await count(dora.id))[0] === 600, { message: 'was not indexed' });
    expect(await searchAll(dora, 'q=cafe59')).toHaveLength(11);
    await waitFor(async () => {
      const { rows } = await sql`
        select owner_id from search_owners where owner_id = ${dora.id} union all
        select owner_id from search_segments where owner_id = ${dora.id} union all
        select owner_id from search_indexes where owner_id = ${dora.id} and version = 1`.execute(api.db);
      return rows.length === 0;
    });
  });

  it('search finds all messages while their index is rebuilt', async () => {
    const stale = () =>
      api.db.updateTable('search_index_segments').set({ stale: true }).where('owner_id', '=', ann.id).execute();
    let going = true;
    const rebuilding = (async () => {
      for (; going; await indexed(ann.id)) await stale();
    })();
    try {
      for (let n = 0; n < 40; n += 1) {
        const found = await texts(ann, `n${n + 200}x`);
        expect(found).toHaveLength(17);
        expect(found[0]).toBe(say(16_200 + n));
      }
    } finally {
      going = false;
      await rebuilding;
    }
  });

  it("the api indexes the messages of a user after the user's first search", async () => {
    const [dora, emil] = await api.people();
    await seedHistory(
      api.db,
      dora.id,
      Array.from({ length: 600 }, (_, n) => ({ peer: emil.id, text: `by itself ${n}` })),
    );
    expect(await texts(dora, 'itself', '&limit=1')).toEqual(['by itself 599']);
    await waitFor(async () => (await count(dora.id))[0] === 600, { message: 'was not indexed' });
    expect(await texts(dora, 'itself', '&limit=1')).toEqual(['by itself 599']);
  });

  it('the search index contains no message that is newer than the oldest unrecorded event', async () => {
    const [dora, emil] = await api.people();
    const { client, keys } = api.redis;
    const waiting = await client.xadd(keys.record(7), `${Date.now() - 7_200_000}-0`, 'e', '{}');
    await seedHistory(
      api.db,
      dora.id,
      Array.from({ length: 600 }, (_, n) => ({ peer: emil.id, text: `late ${n}` })),
    );
    await indexed(dora.id);
    expect(await count(dora.id)).toEqual([]);
    await client.xdel(keys.record(7), waiting as string);
    await indexed(dora.id);
    expect(await count(dora.id)).toEqual([600]);
  });
});
