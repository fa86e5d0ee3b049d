import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Message } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { seedMessages } from '../../../test/seed.ts';
import { seedHistory } from '../../../test/seed-history.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { Uploader } from '../../../test/upload.ts';
import { archive, linesFile } from '../../export/archive.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ EXPORTS_PER_MINUTE: '3' });
});
afterAll(() => api[Symbol.asyncDispose]());

const ask = (person: Person) =>
  fetch(`${api.url}/v1/me/export`, { headers: { authorization: `Bearer ${person.session.accessToken}` } });

/** Returns the files of an archive. JSON Lines files are parsed. */
async function unpack(zip: Buffer): Promise<Map<string, unknown[] | string>> {
  const open = promisify(fromBuffer) as (zip: Buffer, options: object) => Promise<ZipFile>;
  const file = await open(zip, { lazyEntries: true });
  const read = promisify(file.openReadStream.bind(file)) as (entry: Entry) => Promise<Readable>;
  const files = new Map<string, unknown[] | string>();
  file.readEntry();
  await new Promise<void>((resolve, reject) => {
    file.on('entry', async (entry: Entry) => {
      const text = (await buffer(await read(entry))).toString();
      const lines = text.split('\n').filter((line) => line !== '');
      files.set(entry.fileName, entry.fileName.endsWith('.jsonl') ? lines.map((line) => JSON.parse(line)) : text);
      file.readEntry();
    });
    file.on('end', resolve);
    file.on('error', reject);
  });
  return files;
}

const exported = async (person: Person) => unpack(Buffer.from(await (await ask(person)).arrayBuffer()));

describe('exporting', () => {
  it('an export is one archive with all data of the caller and without data of other users', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await ann.call('put', `/v1/blocks/${carl.id}`);
    await ann.call('post', '/v1/friend-groups', { name: 'Work' });
    await ann.call('post', '/v1/reports', { user: carl.id, reason: 'spam' });
    await carl.call('post', '/v1/reports', { user: ann.id, reason: 'fraud' });
    const { body: club } = await carl.call<{ id: number }>('post', '/v1/groups', { name: 'Club' });
    const link = { approval: true };
    const { body: invitation } = await carl.call<{ code: string }>('post', `/v1/groups/${club.id}/invites`, link);
    await ann.call('post', `/v1/invites/${invitation.code}/join`, { message: 'Let me in' });
    await ann.call('patch', '/v1/me', { custom: { team: 'blue' } });
    await ann.call('patch', `/v1/chats/${ben.id}`, { custom: { folder: 'work' } });
    const { body: group } = await ann.call<{ id: number }>('post', '/v1/groups', {
      name: 'Exports',
      custom: { room: 7 },
      members: [ben.id],
    });
    const old = Array.from({ length: 1203 }, (_, n) => ({ peer: ben.id, text: `old ${n} 旧` }));
    const ids = await seedHistory(api.db, ann.id, old);
    await seedHistory(api.db, group.id, [{ peer: group.id, from: ben.id, text: 'to all' }]);
    await seedMessages(api.db, [{ from: ben.id, to: carl.id, text: 'not for ann' }]);
    const answer = await ask(ann);
    expect(answer.headers.get('content-type')).toBe('application/zip');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="parley-${ann.id}.zip"`);
    const files = await unpack(Buffer.from(await answer.arrayBuffer()));
    const user = (person: Person) => ({ user: { id: person.id } });
    expect([...files.keys()]).toEqual([
      ...[
        'profile',
        'sessions',
        'friends',
        'friend-groups',
        'friend-requests',
        'blocks',
        'reports',
        'join-requests',
        'groups',
        'chats',
      ].map((name) => `${name}.jsonl`),
      ...[`messages/${ben.id}.jsonl`, `messages/g${group.id}.jsonl`, 'media.jsonl'],
    ]);
    expect(files.get('profile.jsonl')).toMatchObject([{ ...ann.session.user, custom: { team: 'blue' } }]);
    expect(files.get('sessions.jsonl')).toHaveLength(1);
    expect(files.get('friends.jsonl')).toMatchObject([user(ben)]);
    expect(files.get('friend-groups.jsonl')).toMatchObject([{ name: 'Work' }]);
    expect(files.get('friend-requests.jsonl')).toMatchObject([{ from: { id: ann.id }, to: { id: ben.id } }]);
    expect(files.get('reports.jsonl')).toMatchObject([{ user: carl.id, reason: 'spam' }]);
    expect(files.get('join-requests.jsonl')).toMatchObject([{ message: 'Let me in', state: 'pending' }]);
    expect(files.get('blocks.jsonl')).toMatchObject([user(carl)]);
    expect(files.get('groups.jsonl')).toMatchObject([{ id: group.id, name: 'Exports', custom: { room: 7 } }]);
    expect(files.get('chats.jsonl')).toMatchObject([{ chat: ben.id, custom: { folder: 'work' } }, { chat: group.id }]);
    const messages = files.get(`messages/${ben.id}.jsonl`) as Message[];
    expect(messages.map(({ id, body }) => [id, body])).toEqual(
      ids.map((id, n) => [id, { type: 'text', text: `old ${n} 旧` }]),
    );
    expect(files.get(`messages/g${group.id}.jsonl`)).toMatchObject([{ from: ben.id, body: { text: 'to all' } }]);
    const all = JSON.stringify([...files]);
    expect(all).not.toMatch(/not for ann|argon2|hash/i);
  });

  it("an export contains only the caller's own uploads", async () => {
    const [ann, ben] = await api.people();
    const mine = new Uploader(api.url, ann);
    const { id } = await mine.send(Buffer.from('what it says'), { name: 'a: b?.txt', type: 'text/plain' });
    await mine.create(100, { name: 'unfinished' });
    await new Uploader(api.url, ben).send(Buffer.from('of ben'), { name: 'ben.txt' });
    const files = await exported(ann);
    const file = `media/${id}-a_ b_.txt`;
    expect([...files.keys()].filter((name) => name.startsWith('media'))).toEqual(['media.jsonl', file]);
    expect(files.get('media.jsonl')).toMatchObject([{ id, name: 'a: b?.txt', size: 12, file }]);
    expect(files.get(file)).toBe('what it says');
  });

  it('the export of a new user contains every file', async () => {
    const files = await exported(await api.person());
    expect(files.get('chats.jsonl')).toEqual([]);
    expect(files.get('profile.jsonl')).toHaveLength(1);
  });

  it('the api limits the number of exports per user', async () => {
    const ann = await api.person();
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const answer = await ask(ann);
      statuses.push(answer.status);
      await answer.body?.cancel();
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('an archive', () => {
  const files = (count: number, pages: (name: number) => AsyncIterable<unknown[]>) =>
    (async function* () {
      for (let name = 0; name < count; name += 1) yield linesFile(`${name}.jsonl`, () => pages(name));
    })();

  it('an export is generated only as fast as the client reads it', async () => {
    let made = 0;
    const endless = async function* () {
      for (; made < 1_000_000; made += 1) yield [Math.random()];
    };
    const stream = archive(files(3, endless));
    await new Promise((resolve) => stream.once('readable', resolve));
    const before = made;
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    expect(made - before).toBeLessThan(200_000);
    stream.destroy();
  });

  it('an export stops reading the database when the client disconnects', async () => {
    let ended = false;
    const endless = async function* () {
      try {
        for (;;) yield [Math.random()];
      } finally {
        ended = true;
      }
    };
    const stream = archive(files(1, endless));
    await new Promise((resolve) => stream.once('readable', resolve));
    stream.destroy();
    for (let turn = 0; turn < 10_000 && !ended; turn += 1) await new Promise(setImmediate);
    expect(ended).toBe(true);
  });

  it('an export fails when one of its files fails', async () => {
    const failing = async function* () {
      yield [1];
      throw new Error('no more');
    };
    await expect(buffer(archive(files(2, failing)))).rejects.toThrow('no more');
  });
});
