import type { Problem, User } from '@parley/protocol';
import { readExternalUser, readPermit, writeExternalUser } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { seedHistory } from '../../../test/seed-history.ts';
import { type Person, password, TestApi } from '../../../test/test-api.ts';
import { Uploader } from '../../../test/upload.ts';
import { erase } from '../../events/erase.ts';
import { deleteOverdue } from '../../media/sweep-queries.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const remove = (person: Person, body: object = { password }) =>
  person.call<{ remains: { where: string; what: string; count: number }[] }>('delete', '/v1/me', body);

/** Counts the rows of each table that belong to a user. */
async function rowsOf(user: number): Promise<Record<string, number>> {
  const owned = {
    owner_id: ['messages', 'chats', 'media_shares', 'search_indexes', 'search_index_segments', 'early_changes'],
  };
  const theirs = {
    user_id: ['friendships', 'friend_groups', 'blocks', 'sessions', 'group_members', 'group_bans', 'join_requests'],
  };
  const counts: Record<string, number> = {};
  for (const [column, tables] of Object.entries({ ...owned, ...theirs, reporter_id: ['reports'] })) {
    for (const table of tables) {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} = ${user}`.execute(api.db);
      if (rows[0]?.n) counts[table] = rows[0].n;
    }
  }
  return counts;
}

const gone = (user: number) =>
  waitFor(async () => Object.keys(await rowsOf(user)).length === 0, { message: 'rows are left' });

describe('deleting an account', () => {
  it('deleting an account requires the correct password', async () => {
    const ann = await api.person();
    expect((await remove(ann, { password: 'another one' })).status).toBe(403);
    expect((await remove(ann, {})).status).toBe(403);
    expect((await ann.get('/v1/me')).status).toBe(200);
    expect((await remove(ann)).status).toBe(200);
    expect((await remove(ann)).status).toBe(401);
  });

  it('a user without a password can delete the account without one, which frees the external id', async () => {
    const ann = await api.person();
    const elsewhere = { password_hash: null, external_id: `elsewhere-${ann.id}` };
    await api.db.updateTable('users').set(elsewhere).where('id', '=', ann.id).execute();
    await writeExternalUser(api.redis, elsewhere.external_id, ann.id);
    expect((await remove(ann, {})).status).toBe(200);
    expect(await readExternalUser(api.redis, elsewhere.external_id)).toBe(null);
  });

  it('deleting an account ends every session, prevents sign-in and frees the username', async () => {
    const ann = await api.person();
    const { username } = ann.session.user;
    const second = await api.call<{ accessToken: string; refreshToken: string }>('post', '/v1/sessions', {
      body: { username, password },
    });
    await remove(ann);
    for (const token of [ann.session.accessToken, second.body.accessToken]) {
      expect((await api.call('get', '/v1/me', { token })).status).toBe(401);
    }
    for (const { refreshToken } of [ann.session, second.body]) {
      expect((await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    }
    expect((await api.call('post', '/v1/sessions', { body: { username, password } })).status).toBe(401);
    const again = await api.call<{ user: User }>('post', '/v1/users', { body: { username, password } });
    expect(again.status).toBe(201);
    expect(again.body.user.id).toBeGreaterThan(ann.id);
  });

  it('after an account is deleted, others keep the messages that they received, and these show the sender "Deleted user"', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await ann.call('put', `/v1/blocks/${carl.id}`);
    await carl.call('put', `/v1/blocks/${ann.id}`);
    await ann.call('post', '/v1/reports', { user: carl.id, reason: 'spam' });
    await carl.call('post', '/v1/reports', { user: ann.id, reason: 'fraud' });
    await seedHistory(
      api.db,
      ann.id,
      Array.from({ length: 1200 }, (_, n) => ({ peer: ben.id, text: `old ${n}` })),
    );
    await seedMessages(api.db, [
      { from: ben.id, to: ann.id, text: 'hi' },
      { from: ann.id, to: ben.id, text: 'bye' },
    ]);
    const { body } = await remove(ann);
    expect(body.remains.map(({ where, count }) => [where, count])).toEqual([
      ['users', 1],
      ['peers', 1],
      ['blocks', 1],
      ['reports', 1],
    ]);
    await gone(ann.id);
    const { body: chats } = await ben.get<{ items: { name: string; last: { body: unknown } }[] }>('/v1/chats');
    expect(chats.items[0]).toMatchObject({ chat: ann.id, name: 'Deleted user', last: { body: { text: 'bye' } } });
    const { body: page } = await ben.get<{ items: unknown[] }>(`/v1/chats/${ann.id}/messages`);
    expect(page.items).toHaveLength(2);
    expect((await ben.get<User>(`/v1/users/${ann.id}`)).body).toEqual({
      ...{ id: ann.id, username: `~${ann.id}`, name: 'Deleted user', avatar: null, sign: '' },
    });
    for (const q of [ann.session.user.username, 'Deleted']) {
      expect((await ben.get<{ items: unknown[] }>(`/v1/users?q=${q}`)).body.items).toEqual([]);
    }
  });

  it('deleting an account ends friendships and friend requests and notifies the other users', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await carl.call('post', '/v1/friend-requests', { to: ann.id });
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('friend');
    await remove(ann);
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('nobody');
    expect(await readPermit(api.redis, ann.id, ben.id)).toBe('stranger');
    for (const other of [ben, carl]) {
      expect(await api.events(other)).toContainEqual({ kind: 'friend', user: ann.id, change: 'removed' });
    }
    expect((await ben.get<{ items: unknown[] }>('/v1/friends')).body.items).toEqual([]);
    expect((await carl.get<{ items: unknown[] }>('/v1/friend-requests')).body.items).toEqual([]);
    expect((await ben.call<Problem>('post', '/v1/friend-requests', { to: ann.id })).status).toBe(404);
    await gone(ann.id);
    expect(await api.events(ann)).toEqual([]);
  });

  it("deleting an account transfers the user's groups to an admin or member, or dissolves them", async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await ann.befriend(carl);
    const make = async (name: string, members: Person[]) => {
      const body = { name: `${name} of ${ann.id}`, members: members.map((it) => it.id) };
      return (await ann.call<{ id: number }>('post', '/v1/groups', body)).body.id;
    };
    const [plain, led, alone] = [
      await make('plain', [ben, carl]),
      await make('led', [ben, carl]),
      await make('alone', []),
    ];
    await ann.call('patch', `/v1/groups/${led}/members/${carl.id}`, { role: 'admin' });
    await remove(ann);
    const owner = async (group: number) =>
      (await ben.get<{ owner: number; members: number }>(`/v1/groups/${group}`)).body;
    expect(await owner(plain)).toMatchObject({ owner: ben.id, members: 2 });
    expect(await owner(led)).toMatchObject({ owner: carl.id, members: 2 });
    const row = await api.db.selectFrom('groups').select('dissolved').where('id', '=', alone).executeTakeFirstOrThrow();
    expect(row.dissolved).not.toBe(null);
    expect(await readPermit(api.redis, ann.id, plain)).toBe('not-member');
    expect(await api.events(ben)).toContainEqual({ kind: 'group', group: plain, change: 'left', user: ann.id });
    expect(await api.events(ben)).toContainEqual({ kind: 'group', group: led, change: 'role', user: carl.id });
    await gone(ann.id);
  });

  it('sign-ins during the deletion of an account leave no session', async () => {
    const ann = await api.person();
    const { username } = ann.session.user;
    const sign = () => api.call<{ accessToken: string }>('post', '/v1/sessions', { body: { username, password } });
    const [first, second, ...signed] = await Promise.all([remove(ann), remove(ann), sign(), sign(), sign()]);
    expect([first.status, second.status].sort()).toEqual([200, 401]);
    for (const { status, body } of signed) {
      expect([201, 401]).toContain(status);
      if (status === 201) expect((await api.call('get', '/v1/me', { token: body.accessToken })).status).toBe(401);
    }
    expect((await rowsOf(ann.id)).sessions ?? 0).toBe(0);
  });

  it('deleting an account keeps the files that others received and deletes all other files', async () => {
    const [ann, ben] = await api.people();
    const mine = new Uploader(api.url, ann);
    const [sent, kept] = [await mine.send(Buffer.from('a')), await mine.send(Buffer.from('b'))];
    const share = { media_id: sent.id, message_id: 5, sender_id: ann.id, granted: true };
    await api.db
      .insertInto('media_shares')
      .values([
        { ...share, owner_id: ann.id, peer_id: ben.id },
        { ...share, owner_id: ben.id, peer_id: ann.id },
        { ...share, owner_id: ann.id, peer_id: ann.id, media_id: kept.id },
      ])
      .execute();
    const { body } = await remove(ann);
    expect(body.remains).toContainEqual(expect.objectContaining({ where: 'media', count: 1 }));
    await gone(ann.id);
    const { removed } = await deleteOverdue(api.db, Date.now(), Date.now() + 1000, 100);
    expect(removed.map((it) => it.id)).toEqual([kept.id]);
  });

  it("deleting an account is impossible while Redis is down, because it must notify the user's devices", async () => {
    await using other = await TestApi.start();
    const ann = await other.person();
    other.redisGate.shut();
    const { status } = await ann.call('delete', '/v1/me', { password });
    const row = await other.db.selectFrom('users').select('erased').where('id', '=', ann.id).executeTakeFirst();
    expect([status, row]).toEqual([503, { erased: null }]);
  });
});

describe('records after the deletion of an account', () => {
  it("deleting an account deletes the user's messages even if they are recorded afterwards", async () => {
    const [ann, ben] = await api.people();
    await remove(ann);
    await gone(ann.id);
    await seedMessages(api.db, [{ from: ben.id, to: ann.id, text: 'late' }]);
    const { client, keys } = api.redis;
    const at = Date.now() - 600_000;
    const waiting = (await client.xadd(keys.record(9), `${at - 1000}-0`, 'e', '{}')) as string;
    const notices = async () => {
      const { rows } = await sql`select from outbox where notice -> 'erase' ->> 'at' = ${String(at)}`.execute(api.db);
      return rows.length;
    };
    await erase(api.db, api.redis, { user: ann.id, at });
    expect([await rowsOf(ann.id), await notices()]).toEqual([{}, 1]);
    await client.xdel(keys.record(9), waiting);
    await sql`delete from outbox`.execute(api.db);
    await erase(api.db, api.redis, { user: ann.id, at });
    expect([await rowsOf(ann.id), await notices()]).toEqual([{}, 0]);
    expect(await rowsOf(ben.id)).toMatchObject({ messages: 1, chats: 1 });
  });
});
