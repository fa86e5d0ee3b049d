import { firstMessageId } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import { share } from '../../../test/share.ts';
import { type Person, password } from '../../../test/test-api.ts';
import { Uploader } from '../../../test/upload.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi({
    ...{ RETENTION: '30d', RETENTION_INTERVAL: '50ms', MEDIA_SWEEP_INTERVAL: '50ms' },
  });
});
afterAll(() => product[Symbol.asyncDispose]());

interface Preserved {
  owner: number;
  peer: number;
  from: number;
  cause: string;
  body: { text?: string };
  storageKey: string | null;
}

const hold = async (target: object, reason = 'case 7') =>
  await product.call<{ id: number; reason: string }>('post', '/holds', { ...target, reason });
const preservedOf = async (id: number) =>
  (await product.call<{ items: Preserved[] }>('get', `/holds/${id}/messages?limit=200`)).body.items;
const textsOf = async (id: number) => (await preservedOf(id)).map(({ body }) => body.text);
const rowsOf = async (...owners: number[]) => {
  const query = product.api.db.selectFrom('messages').select('id').where('owner_id', 'in', owners);
  return (await query.execute()).length;
};
const say = async (from: Person, to: Person, text: string) =>
  (await seedMessages(product.api.db, [{ from: from.id, to: to.id, text }])) as [number];

/** Makes a message older than the retention period. */
async function age(id: number): Promise<void> {
  const old = firstMessageId(Date.now() - 31 * 86_400_000) + (id % 4096);
  await product.api.db.updateTable('messages').set({ id: old }).where('id', '=', id).execute();
}

describe('a legal hold', () => {
  it('messages of a user on hold are preserved when the retention deletes both copies', async () => {
    const [ann, ben] = await product.people('h-1', 'h-2');
    expect((await hold({ user: 'h-1' })).status).toBe(201);
    const [id] = await say(ann, ben, 'evidence');
    await age(id);
    await waitFor(async () => (await rowsOf(ann.id, ben.id)) === 0);
    expect(await preservedOf(ann.id)).toMatchObject([
      { owner: ann.id, peer: ben.id, from: ann.id, cause: 'deleted', body: { text: 'evidence' } },
      { owner: ben.id, peer: ann.id, from: ann.id, cause: 'deleted', body: { text: 'evidence' } },
    ]);
  });

  it('messages of a user on hold are preserved when either participant deletes the chat', async () => {
    const [ann, ben] = await product.people('h-3', 'h-4');
    await hold({ user: ann.id });
    await say(ann, ben, 'mine');
    await say(ben, ann, 'yours');
    await ben.call('delete', `/v1/chats/${ann.id}`);
    await waitFor(async () => (await rowsOf(ben.id)) === 0);
    expect(await textsOf(ann.id)).toEqual(['mine', 'yours']);
    await ann.call('delete', `/v1/chats/${ben.id}`);
    await waitFor(async () => (await rowsOf(ann.id)) === 0);
    expect(await textsOf(ann.id)).toEqual(['mine', 'yours', 'mine', 'yours']);
    expect((await ann.get<{ items: unknown[] }>(`/v1/chats/${ben.id}/messages`)).body.items).toEqual([]);
  });

  it('the copies of a user on hold are preserved when the user deletes the account', async () => {
    const { api } = product;
    const [ann, ben] = [await api.person(), await api.person()];
    await hold({ user: ann.id });
    await say(ben, ann, 'to be kept');
    expect((await ann.call('delete', '/v1/me', { password })).status).toBe(200);
    await waitFor(async () => (await rowsOf(ann.id)) === 0);
    expect(await preservedOf(ann.id)).toMatchObject([{ owner: ann.id, from: ben.id, cause: 'deleted' }]);
    expect((await hold({ user: ann.id })).status).toBe(200);
  });

  it('an edit or recall of a message of a user on hold preserves the version before it', async () => {
    const [ann, ben] = await product.people('h-5', 'h-6');
    await hold({ user: 'h-6' });
    const [id] = await say(ann, ben, 'first');
    const update = (set: object) => product.api.db.updateTable('messages').set(set).where('id', '=', id).execute();
    await update({ body: JSON.stringify({ type: 'text', text: 'second' }), edited: 1 });
    await update({ reactions: '{}' });
    await update({ body: null, custom: null, recalled: 2 });
    const found = (await preservedOf(ben.id)).filter(({ owner }) => owner === ben.id);
    expect(found.map(({ body, cause }) => [body.text, cause])).toEqual([
      ['first', 'changed'],
      ['second', 'changed'],
    ]);
  });

  it('messages of a group on hold are preserved, and messages of users and groups without a hold are not', async () => {
    const [ann, ben] = await product.people('h-7', 'h-8');
    const groups = await Promise.all(
      ['hg-1', 'hg-2'].map((name) => product.call<{ id: number }>('put', `/groups/${name}`, { name, owner: 'h-7' })),
    );
    const [held = 0, free = 0] = groups.map(({ body }) => body.id);
    await hold({ group: 'hg-1' });
    await say(ann, ben, 'free');
    const rows = [held, free].map((group) => ({ owner_id: group, peer_id: group, id: 1, sender_id: ben.id }));
    const body = JSON.stringify({ type: 'text', text: 'in a group' });
    const empty = { reply_to: null, edited: null, recalled: null, ref: null, mentions: null, reactions: null };
    for (const row of rows)
      await product.api.db
        .insertInto('messages')
        .values({ ...row, ...empty, body })
        .execute();
    for (const owner of [held, free, ann.id])
      await product.api.db.deleteFrom('messages').where('owner_id', '=', owner).execute();
    expect(await preservedOf(held)).toMatchObject([{ owner: held, peer: held, from: ben.id }]);
    expect([await textsOf(free), await textsOf(ann.id)]).toEqual([[], []]);
  });

  it('the file of a preserved message is kept until the hold ends', async () => {
    const [ann, ben] = await product.people('h-9', 'h-10');
    const uploader = new Uploader(product.api.url, ann);
    const { id } = await uploader.send(Buffer.from('evidence'));
    await hold({ user: 'h-9' });
    await share(product.api, ann, ben, id);
    const media = () => product.api.db.selectFrom('media').select('storage_key').where('id', '=', id).execute();
    const [file] = await media();
    for (const [person, other] of [
      [ann, ben],
      [ben, ann],
    ] as const)
      await person.call('delete', `/v1/chats/${other.id}`);
    await waitFor(async () => (await rowsOf(ann.id, ben.id)) === 0);
    // Waits until the media sweeper has looked at the file, which postpones its expiry.
    const sweeps = async () => {
      const query = product.api.db.selectFrom('media').select('expires').where('id', '=', id);
      return ((await query.executeTakeFirst())?.expires ?? 0) > Date.now();
    };
    await waitFor(sweeps);
    const storageKeys = (await preservedOf(ann.id)).map(({ storageKey }) => storageKey).filter((key) => key !== null);
    expect(new Set(storageKeys)).toEqual(new Set([file?.storage_key]));
    expect((await product.call('delete', `/holds/${ann.id}`)).status).toBe(204);
    await waitFor(async () => (await preservedOf(ann.id)).length === 0);
    await waitFor(async () => (await media()).length === 0);
  });

  it('a preserved message that two holds cover is deleted when both holds have ended', async () => {
    const [ann, ben] = await product.people('h-11', 'h-12');
    for (const user of ['h-11', 'h-12']) await hold({ user });
    await say(ann, ben, 'both');
    await product.api.db.deleteFrom('messages').where('owner_id', '=', ann.id).execute();
    await product.call('delete', `/holds/${ann.id}`);
    const ended = Date.now();
    await waitFor(async () => {
      const run = await product.api.db.selectFrom('retention_runs').selectAll().executeTakeFirstOrThrow();
      return run.started > ended && run.finished >= run.started;
    });
    expect(await textsOf(ben.id)).toEqual(['both']);
    await product.call('delete', `/holds/${ben.id}`);
    await waitFor(async () => (await textsOf(ben.id)).length === 0);
  });

  it('the server API lists, renames and ends holds, and records each call in the audit log', async () => {
    const [ann] = await product.people('h-13');
    expect((await hold({ user: 'h-13' }, 'first')).status).toBe(201);
    expect(await hold({ user: ann.id }, 'second')).toMatchObject({
      status: 200,
      body: { id: ann.id, kind: 'user', externalId: 'h-13', reason: 'second', by: 'key-1' },
    });
    const { body } = await product.call<{ items: object[] }>('get', `/holds?limit=1&after=${ann.id - 1}`);
    expect(body.items).toMatchObject([{ id: ann.id, reason: 'second' }]);
    await preservedOf(ann.id);
    expect((await product.call('delete', `/holds/${ann.id}`)).status).toBe(204);
    expect((await product.call('delete', `/holds/${ann.id}`)).status).toBe(404);
    expect((await hold({ user: 'nobody' })).status).toBe(404);
    expect((await hold({ user: 'h-13', group: 'hg-1' })).status).toBe(400);
    const logged = product.api.logged.map((line) => JSON.parse(line)).filter(({ log }) => log === 'audit');
    const own = logged.filter(({ user, hold }) => user === ann.id || hold === ann.id);
    expect(own.map(({ event, key }) => [event, key]).filter(([event]) => event.startsWith('hold.'))).toEqual([
      ['hold.created', 'key-1'],
      ['hold.created', 'key-1'],
      ['hold.read', 'key-1'],
      ['hold.ended', 'key-1'],
    ]);
  });
});
